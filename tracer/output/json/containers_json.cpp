#include "tracer/output/json/containers_json.hpp"

#include "tracer/output/json/json_values.hpp"

namespace shimtrace::output {

namespace {

Json as_json(const ListedContainer& row) {
    Json json = {
        {"namespace", row.container.ns},
        {"id", row.container.id},
        {"pod_namespace", row.pod_namespace},
        {"pod", row.pod},
        {"name", row.name},
        {"sandbox", row.sandbox},
        {"shim", pid_json(row.shim)},
        {"init", pid_json(row.init)},
        {"state", row.state},
        {"states", {{"runc", row.runc_state}, {"shim", row.shim_state}, {"kernel", row.kernel_state}}},
        {"age_s", number_json(row.age_s)},
        {"processes", row.processes},
        {"waits", row.waits},
        {"stuck", row.decided ? Json(row.stuck) : Json()},
        {"since_s", number_json(row.waits_since_s)},
    };
    if (row.init_pid_ns != 0) json["init_pid_ns"] = row.init_pid_ns;
    json["runtimes"] = Json::array();
    for (const ListedRuntime& runtime : row.runtimes) {
        json["runtimes"].push_back({{"pid", runtime.pid.value},
                                    {"comm", runtime.comm},
                                    {"operation", runtime.operation},
                                    {"exec_id", runtime.exec_id},
                                    {"state", std::string(1, letter(runtime.state))},
                                    {"age_s", number_json(runtime.age_s)}});
    }
    json["execs"] = Json::array();
    if (row.files == nullptr) return json;
    for (const ExecPidFile& exec : row.files->execs) json["execs"].push_back({{"exec_id", exec.exec_id}, {"pid", exec.pid.value}});
    json["bundle"] = row.files->bundle;
    json["runc_root"] = row.files->runc_root;
    json["cgroup"] = row.files->cgroup;
    json["address"] = row.files->address;
    json["containerd_address"] = row.files->containerd_address;
    return json;
}

}  // namespace

nlohmann::ordered_json containers_json(const ContainerList& list) {
    Json containers = Json::array();
    for (const ListedContainer& row : list.rows) containers.push_back(as_json(row));
    return {{"schema", "shimtrace.ps/1"},
            {"host", host_json(list.snapshot.host, list.snapshot.taken)},
            {"containers", std::move(containers)},
            {"limits", limits_json(list.limits)},
            {"notes", list.notes}};
}

}  // namespace shimtrace::output
