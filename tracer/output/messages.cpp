#include "tracer/output/messages.hpp"

#include "decoders/messages/direction.hpp"
#include "decoders/messages/grpc/services.hpp"
#include "decoders/messages/rpc_status.hpp"
#include "decoders/syscalls/table.hpp"
#include "decoders/text/container_name.hpp"
#include "tracer/output/role_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace shimtrace::output {

namespace {

/// Sockets of one session beyond that are nobody's; the one with the lowest inode is forgotten.
constexpr std::size_t most_conversations = 10'000;
/// A reply can overtake its call's return only where that was on its way already.
constexpr Nanoseconds most_overtaken = std::chrono::milliseconds(500);

std::string method_text(std::string_view service, std::string_view method) {
    return service.empty() && method.empty() ? "" : std::string(protobuf::short_name(service)) + "." + std::string(method);
}

std::string method_of(const ttrpc::Message& message) {
    return method_text(message.service, message.method);
}
std::string method_of(const dbus::Message& message) {
    const bool call = message.type == dbus::MessageType::call || message.type == dbus::MessageType::signal;
    return method_text(call ? message.interface : message.called_interface, call ? message.member : message.called_member);
}

std::string method_of(const grpc::Message& message) {
    return message.path;
}

bool is_reply(const ttrpc::Message& message) {
    return message.type == ttrpc::FrameType::response;
}
bool is_reply(const dbus::Message& message) {
    return message.type == dbus::MessageType::reply || message.type == dbus::MessageType::error;
}

bool is_reply(const grpc::Message& message) {
    return message.type == grpc::MessageType::reply || message.type == grpc::MessageType::broken;
}

bool is_trouble(const ttrpc::Message& message) {
    return !message.trouble.empty();
}
bool is_trouble(const dbus::Message& message) {
    return !message.trouble.empty();
}
bool is_trouble(const grpc::Message& message) {
    return message.type == grpc::MessageType::trouble;
}

std::string error_of(const ttrpc::Message& message) {
    if (message.status == 0 || !is_reply(message)) return {};
    return wire::status_code_name(message.status);
}
std::string error_of(const dbus::Message& message) {
    return message.type == dbus::MessageType::error ? message.error_name : std::string();
}

std::string error_of(const grpc::Message& message) {
    if (message.type == grpc::MessageType::broken) return "given up";
    return message.type == grpc::MessageType::reply && message.status != 0 ? wire::status_code_name(message.status) : "";
}

std::uint64_t key_of(const ttrpc::CallInFlight& call) {
    return call.stream;
}
std::uint64_t key_of(const dbus::CallInFlight& call) {
    return call.serial * std::uint64_t{2} + (call.direction == wire::Direction::read ? 1 : 0);
}

std::uint64_t key_of(const grpc::CallInFlight& call) {
    return call.stream;
}

std::uint64_t key_of(const ttrpc::MultiplexedCall& call) {
    return std::uint64_t{call.channel} << 32U | call.stream;
}

std::uint64_t call_of(const ttrpc::Message& message) {
    return message.stream;
}
std::uint64_t call_of(const ttrpc::MultiplexedMessage& message) {
    return std::uint64_t{message.channel} << 32U | message.stream;
}
std::uint64_t call_of(const dbus::Message& message) {
    return is_reply(message) ? message.reply_serial : message.serial;
}
std::uint64_t call_of(const grpc::Message& message) {
    return message.stream;
}

std::string call_text(const ttrpc::CallInFlight& call) {
    return fmt::format("ttrpc #{} {}", call.stream, call.text);
}
std::string call_text(const ttrpc::MultiplexedCall& call) {
    return fmt::format("nri #{}/{} {}", call.channel, call.stream, call.text);
}
std::string call_text(const dbus::CallInFlight& call) {
    return call.serial == 0 ? "dbus " + call.text : fmt::format("dbus #{} {}", call.serial, call.text);
}

std::string call_text(const grpc::CallInFlight& call) {
    return fmt::format("grpc #{} {}", call.stream, call.text);
}

std::string method_of(const grpc::CallInFlight& call) {
    return call.path;
}
std::string method_of(const ttrpc::CallInFlight& call) {
    return method_text(call.service, call.method);
}
std::string method_of(const dbus::CallInFlight& call) {
    return call.serial == 0 ? call.text : method_text(call.interface, call.member);
}

/// Calls that last as long as what they wait for.
bool is_lasting(std::string_view method) {
    return method == "Task.Wait" || method == "Sandbox.WaitSandbox" || grpc::is_lasting(method);
}

/// Calls that a shim never answers: it ends instead.
bool is_last(std::string_view method) {
    return method == "Task.Shutdown" || method == "Sandbox.ShutdownSandbox";
}

}  // namespace

std::optional<MessageProtocol> protocol_of(OpenFileRole role) {
    switch (role) {
        case OpenFileRole::shim_ttrpc:
        case OpenFileRole::containerd_ttrpc:
            return protocol_ttrpc;
        case OpenFileRole::containerd_grpc:
        case OpenFileRole::plugin_grpc:
            return protocol_grpc;
        case OpenFileRole::dbus:
            return protocol_dbus;
        case OpenFileRole::nri:
            return protocol_nri;
        default:
            return std::nullopt;
    }
}

std::string_view protocol_name(MessageProtocol protocol) {
    switch (protocol) {
        case protocol_ttrpc:
            return "ttrpc";
        case protocol_grpc:
            return "grpc";
        case protocol_nri:
            return "nri";
        case protocol_dbus:
            break;
    }
    return "dbus";
}

MessageReader::Conversation* MessageReader::find(const Event& enter, const OpenFileDictionary& targets, Inode& inode) {
    const auto use = std::ranges::find(enter.fds, Fd{static_cast<std::int32_t>(enter.args[0])}, &FdUse::fd);
    const OpenFile* target = use == enter.fds.end() ? nullptr : targets.find(use->target);
    if (target == nullptr || !target->inode) return nullptr;
    const auto protocol = protocol_of(target->role->role);
    if (!protocol) return nullptr;
    inode = target->inode;
    const auto [at, fresh] = conversations_.try_emplace(inode);
    Conversation& conversation = at->second;
    if (fresh) {
        conversation.protocol = *protocol;
        if (*protocol == protocol_dbus) conversation.connection.emplace<dbus::Connection>();
        if (*protocol == protocol_grpc) conversation.connection.emplace<grpc::Connection>();
        if (*protocol == protocol_nri) conversation.connection.emplace<ttrpc::MultiplexedConnection>();
        conversation.client = !target->socket || target->socket->local.empty() || *protocol == protocol_nri;
        conversation.pid = enter.pid;
        const Inode peer = target->socket ? target->socket->peer_inode : Inode{};
        conversation.name = peer ? std::min(inode.value, peer.value) : inode.value;
        if (conversations_.size() > most_conversations) {
            const auto oldest = std::ranges::min_element(conversations_, {}, [](const auto& each) { return each.first; });
            if (oldest->first != inode) conversations_.erase(oldest);
        }
    }
    return &conversation;
}

void MessageReader::entered(const Event& enter, const OpenFileDictionary& targets) {
    if (!decoders::writes_bytes(enter.arch, enter.number)) return;
    Inode inode;
    if (Conversation* conversation = find(enter, targets, inode)) conversation->writing[enter.tid] = enter.time;
}

std::vector<SeenMessage> MessageReader::returned(const Event& enter, const Event& exit, const OpenFileDictionary& targets) {
    std::vector<SeenMessage> seen;
    if (!decoders::moves_bytes(enter.arch, enter.number)) {
        if (!exit.is_error && decoders::syscall_name(enter.arch, enter.number) == "close") {
            Inode inode;
            if (Conversation* conversation = find(enter, targets, inode)) {
                if (conversation->pid == enter.pid) end(*conversation, "closed", exit.time, exit.pid, exit.tid, seen);
                conversations_.erase(inode);
            }
        }
        return seen;
    }
    Inode inode;
    Conversation* conversation = find(enter, targets, inode);
    if (conversation == nullptr) return seen;
    conversation->writing.erase(enter.tid);
    conversation->pid = enter.pid;
    auto moved = decoders::transfer(enter, exit);
    if (moved && moved->written) {
        feed(*conversation, *moved, enter.time, enter.pid, enter.tid, seen);
    } else if (moved) {
        const bool overtakes = conversation->client && std::ranges::any_of(conversation->writing, [&](const auto& writing) {
                                   return exit.time - writing.second < most_overtaken;
                               });
        if (!overtakes) release(*conversation, seen);
        if (overtakes)
            conversation->held.push_back({std::move(*moved), exit.time, exit.pid, exit.tid});
        else
            feed(*conversation, *moved, exit.time, exit.pid, exit.tid, seen);
    }
    if (conversation->writing.empty()) release(*conversation, seen);
    if (moved && moved->end) conversations_.erase(inode);
    return seen;
}

void MessageReader::release(Conversation& conversation, std::vector<SeenMessage>& into) {
    while (!conversation.held.empty()) {
        const Arrival arrival = std::move(conversation.held.front());
        conversation.held.pop_front();
        feed(conversation, arrival.transfer, arrival.time, arrival.pid, arrival.tid, into);
    }
}

void MessageReader::feed(Conversation& conversation, const decoders::Transfer& transfer, MonotonicTime time, Pid pid, Tid tid,
                         std::vector<SeenMessage>& into) {
    const auto tell = [&](std::string text) {
        SeenMessage seen{.protocol = conversation.protocol, .time = time, .pid = pid, .tid = tid, .text = std::move(text)};
        into.push_back(std::move(seen));
    };
    if (transfer.end) return end(conversation, "ended by its other side", time, pid, tid, into);
    if (transfer.bytes.empty() && transfer.missing > 0 && !conversation.told_missing) {
        conversation.told_missing = true;
        tell(fmt::format("{} ? what goes over this socket was not kept (--redact, --payload)", protocol_name(conversation.protocol)));
    }
    std::visit(
        [&](auto& connection) {
            const auto direction = transfer.written ? wire::Direction::written : wire::Direction::read;
            for (const auto& message : connection.feed(direction, transfer.bytes, time, transfer.missing)) {
                SeenMessage seen{.protocol = conversation.protocol, .time = time, .pid = pid, .tid = tid, .text = render(message)};
                if (!is_trouble(message)) {
                    seen.method = method_of(message);
                    seen.reply = is_reply(message);
                    seen.served = transfer.written == seen.reply;
                    seen.error = error_of(message);
                    seen.took = message.took;
                    seen.connection = conversation.name;
                    seen.call = call_of(message);
                }
                into.push_back(std::move(seen));
            }
            std::map<std::uint64_t, Conversation::Caller> callers;
            for (const auto& call : connection.in_flight()) {
                const auto known = conversation.callers.find(key_of(call));
                const bool fresh = known == conversation.callers.end();
                callers.emplace(key_of(call), fresh ? Conversation::Caller{tid, overdue_after_} : known->second);
                if (fresh && !is_lasting(method_of(call)) && overdue_after_ > Nanoseconds{})
                    next_due_ = std::min(next_due_, call.since + overdue_after_);
            }
            conversation.callers = std::move(callers);
        },
        conversation.connection);
}

std::vector<AwaitedReply> MessageReader::awaited(const Conversation& conversation) {
    std::vector<AwaitedReply> calls;
    std::visit(
        [&](const auto& connection) {
            for (const auto& call : connection.in_flight()) {
                const auto caller = conversation.callers.find(key_of(call));
                AwaitedReply reply{.protocol = conversation.protocol,
                                   .pid = conversation.pid,
                                   .tid = caller == conversation.callers.end() ? leader(conversation.pid) : caller->second.tid,
                                   .text = call_text(call),
                                   .method = method_of(call),
                                   .since = call.since};
                reply.served = call.direction == wire::Direction::read;
                reply.lasting = is_lasting(reply.method);
                calls.push_back(std::move(reply));
            }
        },
        conversation.connection);
    return calls;
}

void MessageReader::end(Conversation& conversation, std::string_view how, MonotonicTime time, Pid pid, Tid tid,
                        std::vector<SeenMessage>& into) {
    release(conversation, into);
    std::string text;
    for (const AwaitedReply& call : awaited(conversation))
        if (!call.lasting && !is_last(call.method)) text += (text.empty() ? "" : ", ") + call.text;
    if (text.empty()) return;
    into.push_back({.protocol = conversation.protocol,
                    .time = time,
                    .pid = pid,
                    .tid = tid,
                    .text = fmt::format("{} ? {} without a reply to {}", protocol_name(conversation.protocol), how, text)});
}

std::vector<SeenMessage> MessageReader::ended(Pid pid, Tid tid, MonotonicTime time) {
    std::vector<SeenMessage> seen;
    std::vector<Inode> its;
    for (const auto& [inode, conversation] : conversations_)
        if (conversation.pid == pid) its.push_back(inode);
    std::ranges::sort(its);
    for (const Inode inode : its) {
        end(conversations_.at(inode), "its process ended", time, pid, tid, seen);
        conversations_.erase(inode);
    }
    return seen;
}

std::vector<AwaitedReply> MessageReader::in_flight() const {
    std::vector<std::pair<Inode, AwaitedReply>> calls;
    for (const auto& [inode, conversation] : conversations_)
        for (AwaitedReply& call : awaited(conversation)) calls.emplace_back(inode, std::move(call));
    std::ranges::sort(calls, [](const auto& a, const auto& b) {
        return std::tie(a.second.since, a.first, a.second.text) < std::tie(b.second.since, b.first, b.second.text);
    });
    std::vector<AwaitedReply> sorted;
    for (auto& [inode, call] : calls) sorted.push_back(std::move(call));
    return sorted;
}

std::vector<AwaitedReply> MessageReader::overdue(MonotonicTime now) {
    std::vector<AwaitedReply> late;
    if (now < next_due_) return late;
    next_due_ = MonotonicTime::max();
    for (auto& [inode, conversation] : conversations_) {
        std::visit(
            [&](const auto& connection) {
                const auto calls = connection.in_flight();
                auto replies = awaited(conversation);
                for (std::size_t n = 0; n < calls.size(); ++n) {
                    const auto caller = conversation.callers.find(key_of(calls[n]));
                    if (replies[n].lasting || caller == conversation.callers.end()) continue;
                    Nanoseconds& due = caller->second.next_report;
                    if (now - calls[n].since >= due) {
                        while (now - calls[n].since >= due) due *= 2;
                        late.push_back(std::move(replies[n]));
                    }
                    next_due_ = std::min(next_due_, calls[n].since + due);
                }
            },
            conversation.connection);
    }
    std::ranges::sort(late,
                      [](const AwaitedReply& a, const AwaitedReply& b) { return std::tie(a.since, a.text) < std::tie(b.since, b.text); });
    return late;
}

std::vector<EarlierCall> calls_under_way(const Snapshot& snapshot) {
    std::vector<EarlierCall> calls;
    for (const Process& process : snapshot.processes) {
        if (!process.go || process.role.role != ProcessRole::shim) continue;
        for (const Goroutine& goroutine : process.go->goroutines) {
            if (goroutine.purpose.what != "RPC handler") continue;
            ContainerRef container = goroutine.purpose.container;
            if (container && container.ns.empty()) container.ns = process.role.container.ns;
            std::string text = "ttrpc " + goroutine.purpose.detail.str();
            if (container) text += " of " + text::container_words(container);
            if (!goroutine.purpose.exec_id.empty()) text += " (exec " + goroutine.purpose.exec_id.str() + ")";
            text += fmt::format(" is under way in {}[{}], goroutine {}", process.comm, process.pid.value, goroutine.id.value);
            if (!goroutine.wait_reason.empty()) text += ": " + goroutine.wait_reason.str();
            if (goroutine.waiting && *goroutine.waiting >= std::chrono::minutes(1))
                text += fmt::format(", for at least {} min", goroutine.waiting->count() / 60'000'000'000);
            if (is_lasting(goroutine.purpose.detail)) text += ", as usual while the process lives";
            calls.push_back({process.pid, std::move(text)});
        }
    }
    return calls;
}

}  // namespace shimtrace::output
