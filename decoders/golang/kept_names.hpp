// What a daemon keeps of CRI's containers and sandboxes, as a goroutine has it that works with one.
#pragma once

#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/unwind.hpp"

#include <shimtrace/captured_memory.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace shimtrace::golang {

/// The names that CRI joins to one (containerd: pkg/cri/server/helpers.go, makeContainerName and makeSandboxName): "app_web-1_prod_UID_0",
/// of a sandbox "web-1_prod_UID_0". Empty: it is none such.
struct KeptName {
    std::string container, pod, pod_namespace;
};
KeptName kept_name(std::string_view name);

struct KeptContainer {
    std::string id;  ///< a sandbox's where its name has no container
    KeptName name;
};

/// The one whose id begins so that the goroutine has on its stack, by value or by pointer.
std::optional<KeptContainer> find_kept(const CapturedGoroutine& g, const UnwoundStack& stack, const Memory& memory, std::string_view id);

/// Of the words that Kubernetes' names are made of.
bool is_word(std::string_view text);
bool is_hexadecimal(std::string_view text);

}  // namespace shimtrace::golang
