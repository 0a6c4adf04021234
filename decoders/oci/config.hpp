// config.json of a bundle, held against the OCI runtime specification.
#pragma once

#include "decoders/oci/strict_json.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::oci {

struct Hook {
    std::string kind;  ///< "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"
    std::string path;
    std::vector<std::string> arguments;
    std::optional<std::int64_t> timeout_s;
    Place place;  ///< of its path
    bool operator==(const Hook&) const = default;
};

struct Namespace {
    std::string type;
    std::string path;  ///< empty: a new one
    bool operator==(const Namespace&) const = default;
};

struct Config {
    std::string oci_version;
    std::vector<std::string> arguments;
    std::string root;  ///< as written: may be relative to the bundle
    std::string cgroups_path;
    bool terminal = false;
    std::vector<Hook> hooks;
    std::vector<Namespace> namespaces;
    std::map<std::string, std::string> annotations;
    bool operator==(const Config&) const = default;
};

/// A breach of the specification. The runtime refuses `refused` ones; it lets the others pass, or may.
struct ConfigProblem {
    JsonError error;
    bool refused = true;
};

struct CheckedConfig {
    Config config;                        ///< what could be read of it
    std::vector<ConfigProblem> problems;  ///< in the order of the rules, at most 50
};

/// Errors: not JSON at all.
std::expected<CheckedConfig, JsonError> parse_config(std::string_view text);

}  // namespace shimtrace::oci
