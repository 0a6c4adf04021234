#include "tracer/containerd/containerd_config.hpp"

#include <algorithm>

namespace shimtrace::containerd {

namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == text.npos) return "";
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// The key parts of a table's header: [plugins."io.containerd.grpc.v1.cri".containerd] has three.
std::vector<std::string> split_key(std::string_view key) {
    std::vector<std::string> parts(1);
    char quote = '\0';
    for (const char c : key) {
        if (quote != '\0') {
            if (c == quote)
                quote = '\0';
            else
                parts.back() += c;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '.') {
            parts.emplace_back();
        } else if (c != ' ' && c != '\t') {
            parts.back() += c;
        }
    }
    return parts;
}

/// A string's text without quotes, or a word ("true"), without the comment after it.
std::string value_text(std::string_view value) {
    value = trimmed(value);
    if (value.empty()) return "";
    const char quote = value.front();
    if (quote != '"' && quote != '\'') return std::string(trimmed(value.substr(0, value.find('#'))));
    std::string text;
    for (std::size_t at = 1; at < value.size() && value[at] != quote; ++at) {
        if (value[at] == '\\' && quote == '"' && at + 1 < value.size()) ++at;
        text += value[at];
    }
    return text;
}

class Reader {
public:
    ContainerdConfig read(std::string_view text) {
        while (!text.empty()) {
            ++line_;
            const std::string_view line = trimmed(text.substr(0, text.find('\n')));
            text.remove_prefix(std::min(text.size(), text.find('\n') == text.npos ? text.size() : text.find('\n') + 1));
            if (line.empty() || line.front() == '#') continue;
            if (line.front() == '[') {
                const std::size_t start = line.find_first_not_of('['), end = line.rfind(']', line.find('#'));
                if (start == line.npos || end == line.npos || end < start) continue;
                table_ = split_key(line.substr(start, end - start));
                continue;
            }
            if (const std::size_t equals = line.find('='); equals != line.npos) {
                std::vector<std::string> key = table_;
                for (std::string& part : split_key(trimmed(line.substr(0, equals)))) key.push_back(std::move(part));
                set(key, value_text(line.substr(equals + 1)));
            }
        }
        return std::move(config_);
    }

private:
    void set(const std::vector<std::string>& key, const std::string& value) {
        if (key.size() == 1) {
            if (key[0] == "root") config_.root = value;
            if (key[0] == "state") config_.state = value;
            return;
        }
        if (key.size() == 2 && key[1] == "address") {
            if (key[0] == "grpc") config_.grpc_address = value;
            if (key[0] == "ttrpc") config_.ttrpc_address = value;
            return;
        }
        if (key.size() == 3 && key[0] == "proxy_plugins" && key[2] == "address") config_.plugin_addresses.push_back(value);
        const auto runtimes = std::ranges::find(key, "runtimes");
        if (runtimes == key.end() || key.end() - runtimes < 3) return;
        ConfiguredRuntime& runtime = named(runtimes[1]);
        const std::string& last = key.back();
        if (last == "runtime_type") runtime.type = value;
        if (last == "BinaryName") runtime.binary = value;
        if (last == "Root") runtime.root = value;
        if (last == "SystemdCgroup") {
            runtime.systemd_cgroup = value == "true";
            runtime.systemd_cgroup_set = true;
            runtime.line = line_;
        }
    }

    ConfiguredRuntime& named(const std::string& name) {
        const auto found = std::ranges::find(config_.runtimes, name, &ConfiguredRuntime::name);
        if (found != config_.runtimes.end()) return *found;
        ConfiguredRuntime runtime;
        runtime.name = name;
        runtime.line = line_;
        return config_.runtimes.emplace_back(std::move(runtime));
    }

    ContainerdConfig config_;
    std::vector<std::string> table_;
    std::size_t line_ = 0;
};

}  // namespace

ContainerdConfig parse_containerd_config(std::string_view text) {
    return Reader().read(text);
}

}  // namespace shimtrace::containerd
