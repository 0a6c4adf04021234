#include "decoders/oci/typed_json.hpp"
#include "tracer/containerd/container_files.hpp"

namespace shimtrace::containerd {

std::vector<std::string> error_lines(std::string_view log, std::size_t most) {
    std::vector<std::string> lines;
    while (!log.empty()) {
        const std::string_view line = log.substr(0, log.find('\n'));
        log.remove_prefix(std::min(log.size(), line.size() + 1));
        // Lines of runc's JSON log: {"level":"error","msg":"…","time":"…"}.
        if (line.find("\"error\"") == line.npos && line.find("\"fatal\"") == line.npos && line.find("\"panic\"") == line.npos) continue;
        const auto entry = oci::parse_json(line);
        if (!entry || !entry->is_object()) continue;
        const std::string level = oci::string_at(*entry, "/level");
        if (level != "error" && level != "fatal" && level != "panic") continue;
        std::string message = oci::string_at(*entry, "/msg");
        if (message.size() > 2000) message.resize(2000);
        const std::string time = oci::string_at(*entry, "/time");
        lines.push_back(time.empty() ? message : time + " " + message);
    }
    if (lines.size() > most) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most));
    return lines;
}

}  // namespace shimtrace::containerd
