#include "tracer/output/json/json_values.hpp"

#include "decoders/text/timestamps.hpp"

namespace shimtrace::output {

Json pid_json(Pid pid) {
    return pid ? Json(pid.value) : Json();
}

Json number_json(const std::optional<double>& number) {
    return number ? Json(*number) : Json();
}

Json host_json(const HostInfo& host, RealTime taken) {
    return {{"name", host.name}, {"boot_id", host.boot_id}, {"kernel", host.kernel}, {"time", text::rfc3339(taken)}};
}

Json limits_json(std::span<const Limit> limits) {
    Json all = Json::array();
    for (const Limit& limit : limits) all.push_back({{"what", limit.what}, {"why", limit.why}, {"needs", limit.needs}});
    return all;
}

std::string json_text(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string json_text(const nlohmann::json& json, int indent) {
    return json.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace shimtrace::output
