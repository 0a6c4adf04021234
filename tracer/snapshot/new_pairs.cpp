#include "tracer/snapshot/new_pairs.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/table.hpp"

#include <shimtrace/call_set.hpp>

#include <linux/sched.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace shimtrace::host {

namespace {

SyscallSet numbers_of_passing(Arch arch) {
    SyscallSet set;
    for (const std::string_view name : {"sendmsg", "sendmmsg", "socketcall", "io_uring_enter"})
        if (const auto number = decoders::syscall_number(arch, name)) set.set(static_cast<std::size_t>(*number));
    return set;
}

/// By a message that may carry descriptors (SCM_RIGHTS), or to a child that nobody traces.
bool may_pass_descriptors(const Event& enter) {
    if (enter.arch == Arch::x32) return true;  // its numbers are other ones
    static const SyscallSet native = numbers_of_passing(native_arch), compat = numbers_of_passing(compat_arch);
    const SyscallSet& set = is_32_bit(enter.arch) ? compat : native;
    if (enter.number < 0 || static_cast<std::size_t>(enter.number) >= set.size() || set.test(static_cast<std::size_t>(enter.number)))
        return true;
    const std::string_view name = decoders::syscall_name(enter.arch, enter.number).value_or("");
    if (name != "clone" && name != "clone3") return false;
    const auto flags = name == "clone" ? std::optional(enter.args[0]) : enter.memory.value<std::uint64_t>(RemoteAddress{enter.args[0]});
    return !flags || (*flags & CLONE_UNTRACED) != 0;
}

}  // namespace

void NewPairs::call_returned(const Event& enter, const Event& exit) {
    made_ = {};
    if (!(own_.empty() && shared_.empty()) && may_pass_descriptors(enter)) {
        own_.clear();
        shared_.clear();
    }
    const decoders::CallFacts* facts = exit.is_error ? nullptr : decoders::call_facts(enter.arch, enter.number, enter.args);
    if (facts == nullptr || facts->places.descriptor_pair < 0) return;
    const RemoteAddress pair{enter.args[static_cast<std::size_t>(facts->places.descriptor_pair)]};
    if (const auto ends = exit.memory.value<std::array<std::int32_t, 2>>(pair)) made_ = {enter.tid, *ends};
}

void NewPairs::process_started() {
    constexpr std::size_t most = 1 << 14;
    made_ = {};
    shared_.merge(own_);
    own_.clear();
    if (shared_.size() > most) shared_.clear();
}

void NewPairs::is_found(Tid tid, Fd fd, const OpenFile& target) {
    constexpr std::size_t most = 1 << 14;
    if (!made_.by || made_.by != tid || std::ranges::find(made_.ends, fd.value) == made_.ends.end()) return;
    const auto object = object_of(target);
    if (!object) return;
    if (own_.size() > most) own_.clear();
    own_.insert(*object);
    shared_.erase(*object);  // the number of one that is gone
}

PairOwners NewPairs::owners(const ObjectKey& object) const {
    if (own_.contains(object)) return PairOwners::maker;
    return shared_.contains(object) ? PairOwners::traced : PairOwners::any;
}

}  // namespace shimtrace::host
