#include "tracer/snapshot/blocked_note.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/unwrapped_call.hpp"
#include "decoders/text/printable.hpp"
#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/process_memory.hpp"
#include "tracer/procfs/process_reader.hpp"
#include "tracer/procfs/socket_question.hpp"

#include <algorithm>
#include <string_view>

namespace shimtrace::host {
namespace {

using text::printable;

constexpr std::size_t most_named = 4;

class Describer {
public:
    Describer(const Event& enter, const ProcDirectory& proc, const HolderLook* look) : enter_(enter), proc_(proc), look_(look) {}

    std::string describe() {
        using enum decoders::WaitsFor;
        const PatientMemory memory(enter_.pid, enter_.tid);
        const auto call = decoders::unwrapped({enter_.arch, enter_.number, enter_.args}, &memory);
        if (!call) return {};
        const decoders::Waits waits = decoders::waits_of(call->arch, call->number, call->args);
        const auto descriptor = [&](std::int8_t place) {
            return Fd{place < 0 ? -1 : static_cast<std::int32_t>(call->args[static_cast<std::size_t>(place)])};
        };
        const Fd fd = descriptor(waits.fd);
        switch (waits.how) {
            case reads:
                return end_of(fd, false);
            case writes:
                return end_of(fd, true);
            case transfers:
                return source_or_sink(fd, descriptor(waits.to));
            case opens:
                return opened();
            case child:
                return children();
            case locks:
                return lock_on(fd);
            case polls:
                return polled(*call);
            default:
                return {};
        }
    }

private:
    std::optional<OpenFile> target_of(Fd fd) {
        if (fd.value < 0) return std::nullopt;
        const auto directory = proc_.directory((std::to_string(enter_.tid.value) + "/fd").c_str());
        if (!directory) return std::nullopt;
        auto target = read_descriptor(*directory, fd, {});
        if (!target) return std::nullopt;
        if (is_socket(target->kind)) {
            KnownSocket known = ask_socket(enter_.pid, *directory, fd, target->inode);
            target->kind = known.kind;
            target->socket = std::move(known.facts);
        } else if (target->kind == OpenFileKind::pty) {
            if (const auto fdinfo = proc_.directory((std::to_string(enter_.tid.value) + "/fdinfo").c_str()))
                add_fdinfo(*fdinfo, enter_.pid, fd, *target, scratch_);
        }
        return std::move(*target);
    }

    /// "ctr[5205] (stopped)", with its state as it is now. Empty: it is gone.
    std::string name(Pid pid) {
        const auto directory = proc_.directory(pid.value);
        if (!directory) return {};
        const auto text = directory->read("stat", scratch_);
        if (!text) return {};
        const auto stat = parse_stat(*text);
        if (!stat) return {};
        return printable(stat->comm) + "[" + std::to_string(pid.value) + "]" + std::string(words(stat->state).remark);
    }

    /// "read by a[1], b[2] (stopped)" of those holders that `choose`; "nobody …" where there is none but the caller.
    template <typename Choose>
    std::string others(std::span<const Holder> holders, std::string_view verb, Choose choose) {
        std::vector<std::string> names;
        std::vector<Pid> seen{enter_.pid};
        std::size_t more = 0;
        for (const Holder& holder : holders) {
            if (!choose(holder) || std::ranges::find(seen, holder.pid) != seen.end()) continue;
            seen.push_back(holder.pid);
            if (names.size() == most_named)
                ++more;
            else if (std::string text = name(holder.pid); !text.empty())
                names.push_back(std::move(text));
        }
        if (names.empty()) return {};
        std::string text(verb);
        for (std::size_t i = 0; i < names.size(); ++i) text += (i ? ", " : " ") + names[i];
        if (more) text += " and " + std::to_string(more) + " more";
        return text;
    }

    std::optional<PipeFill> fill_of(const OpenFile& target) {
        return look_ && is_pipe(target.kind) ? ask_pipe(look_->index.find(*object_of(target)), target) : std::nullopt;
    }

    std::string pipe_end(const OpenFile& target, bool writes) {
        if (!look_) return {};
        const auto holders = look_->index.find(*object_of(target));
        std::string text;
        if (const auto fill = fill_of(target)) {
            if (writes)
                text = std::to_string(fill->queued) + " of " + std::to_string(fill->capacity) + " bytes in it";
            else
                text = fill->queued ? std::to_string(fill->queued) + " bytes in it" : "empty";
        }
        if (holders.empty()) return text;
        std::string end = writes ? others(holders, "read by", [](const Holder& holder) { return holder.reads; })
                                 : others(holders, "written by", [](const Holder& holder) { return holder.writes; });
        if (end.empty()) end = writes ? "nobody else reads it" : "nobody else writes it";
        return text.empty() ? end : text + "; " + end;
    }

    std::string end_of(Fd fd, bool writes) {
        const auto target = target_of(fd);
        if (!target) return {};
        if (is_pipe(target->kind)) return pipe_end(*target, writes);
        if (target->kind == OpenFileKind::pty) {
            const auto key = object_of(*target);
            return look_ && key
                       ? others(look_->index.find(other_side(*key)), "its other side is held by", [](const Holder&) { return true; })
                       : std::string();
        }
        if (target->kind == OpenFileKind::unix_socket && target->socket) {
            if (!target->socket->peer_inode) return {};
            const auto holders = look_ ? look_->index.of_socket(target->socket->peer_inode) : std::span<const Holder>{};
            return others(holders, "the peer is", [](const Holder&) { return true; });
        }
        if (target->kind == OpenFileKind::inet_socket && target->socket && !target->socket->remote.empty())
            return "the peer is " + target->socket->remote;
        return {};
    }

    std::string source_or_sink(Fd source, Fd sink) {
        const auto from = target_of(source), to = target_of(sink);
        if (!from || !to) return {};
        const auto from_fill = fill_of(*from), to_fill = fill_of(*to);
        const auto empty = from_fill ? std::optional<bool>(from_fill->queued == 0) : std::nullopt;
        const auto full = to_fill ? std::optional<bool>(to_fill->queued * 2 >= to_fill->capacity) : std::nullopt;
        const bool reads = decoders::waits_for_source(from->kind, empty, full);
        return end_of(reads ? source : sink, !reads);
    }

    /// linux/fs/pipe.c: fifo_open() sleeps in wait_for_partner() until the other end is opened.
    std::string opened() {
        const auto function = proc_.read((std::to_string(enter_.tid.value) + "/wchan").c_str(), scratch_);
        const bool of_fifo = function && (*function == "wait_for_partner" || *function == "fifo_open");
        return of_fifo ? "nobody has the fifo's other end open" : std::string();
    }

    std::string children() {
        const auto pids = proc_.numbers();
        if (!pids) return {};
        std::vector<std::string> names;
        std::size_t more = 0;
        for (const std::int32_t pid : *pids) {
            const auto text = proc_.read((std::to_string(pid) + "/stat").c_str(), scratch_);
            if (!text) continue;
            const auto stat = parse_stat(*text);
            if (!stat || stat->parent != enter_.pid.value) continue;
            if (names.size() == most_named)
                ++more;
            else
                names.push_back(printable(stat->comm) + "[" + std::to_string(pid) + "]" + std::string(words(stat->state).remark));
        }
        if (names.empty()) return {};
        std::string text = names.size() + more == 1 ? "its child is" : "its children are";
        for (std::size_t i = 0; i < names.size(); ++i) text += (i ? ", " : " ") + names[i];
        if (more) text += " and " + std::to_string(more) + " more";
        return text;
    }

    std::string lock_on(Fd fd) {
        const auto target = target_of(fd);
        const auto text = proc_.read_records("locks", scratch_);
        if (!target || !text) return {};
        for (const FileLock& lock : parse_locks(*text)) {
            if (lock.inode != target->inode || std::ranges::find(lock.waiters, enter_.pid) == lock.waiters.end()) continue;
            const std::string holder = lock.holder.value > 0 ? name(lock.holder) : std::string();
            return holder.empty() ? "locked by an open file description" : "locked by " + holder;
        }
        return {};
    }

    /// poll of one descriptor is a read or write of it that is announced.
    std::string polled(const decoders::KnownCall& call) {
        Thread thread{.tid = enter_.tid, .comm = {}, .arch = call.arch, .syscall = call.number, .args = call.args};
        read_arguments(thread, PatientMemory(enter_.pid, enter_.tid));
        if (thread.polled.size() != 1) return {};
        return end_of(thread.polled[0], false);
    }

    const Event& enter_;
    const ProcDirectory& proc_;
    const HolderLook* look_;
    std::string scratch_;
};

}  // namespace

std::string describe_blocked(const Event& enter, const ProcDirectory& proc, const HolderLook* look) {
    return Describer(enter, proc, look).describe();
}

}  // namespace shimtrace::host
