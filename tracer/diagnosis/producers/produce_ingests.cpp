// What is being written into containerd's content store: one writer at a time, and who comes later tries again and again.
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/goroutine_words.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis::produce {

namespace {

/// It sleeps between two tries to open the writer of content that somebody else writes (containerd: content/helpers.go, OpenWriter).
bool retries_ingest(const Goroutine& goroutine) {
    const GoWaitKind kind = goroutine.wait.kind;
    return !goroutine.changed && has_frame(goroutine, "content.OpenWriter") &&
           (kind == GoWaitKind::select || kind == GoWaitKind::sleep || kind == GoWaitKind::chan_receive);
}

/// It has such a writer, for a client or for a pull of the daemon's own.
bool writes_ingest(const Goroutine& goroutine) {
    const bool for_client = goroutine.serves.service == "Content" && goroutine.serves.method == "Write";
    return for_client || (has_frame(goroutine, "content.Copy") && !has_frame(goroutine, "content.OpenWriter"));
}

/// Who is to say what comes next in a stream of the client's; nullptr: it is not waited for.
const Process* client_awaited(const Facts& facts, const Process& daemon, const Goroutine& goroutine) {
    if (goroutine.changed || goroutine.serves.service != "Content" || goroutine.serves.method != "Write") return nullptr;
    if (!has_frame(goroutine, "transport.(*recvBufferReader).read")) return nullptr;
    const OpenFile* connection = goroutine.serves.connection.value < 0 ? nullptr : facts.target(daemon, goroutine.serves.connection);
    if (!connection) return nullptr;
    for (const Holder& holder : facts.holders(*connection))
        if (holder.pid != daemon.pid) return facts.process(holder.pid);
    return nullptr;
}

}  // namespace

void goroutine_retries_ingest(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine || !retries_ingest(*goroutine)) return;
    const auto writers = std::ranges::count_if(process->go->goroutines, writes_ingest);
    for (const Goroutine& writer : process->go->goroutines) {
        if (!writes_ingest(writer) || writer.id == goroutine->id) continue;
        out.push_back({.kind = WaitKind::locks,
                       .to = NodeKey::of(process->pid, writer.id),
                       .evidence = goroutine_words(*process, *goroutine) +
                                   fmt::format(" tries again and again to write what somebody else is writing: goroutine {}{}, as it seems",
                                               writer.id.value, writers > 1 ? ", or another one" : ""),
                       .confidence = Confidence::likely,
                       .inferred = true,
                       .guessed = true,
                       .one_of = writers > 1,
                       .since_s = waiting_seconds(writer),
                       .object_text = "the lock of what is being pulled"});
    }
}

void goroutine_awaits_client(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    const Process* client = process && goroutine ? client_awaited(look.facts, *process, *goroutine) : nullptr;
    if (!client) return;
    Wait wait{.kind = WaitKind::reads,
              .to = NodeKey::of(client->pid),
              .evidence = fmt::format("{} serves Content.Write, and waits for what {} is to send", goroutine_words(*process, *goroutine),
                                      who(*client)),
              .over_socket = true,
              .since_s = waiting_seconds(*goroutine),
              .object_text = fmt::format("what {} writes into the content store", who(*client))};
    // It may wait for a registry itself: only its own goroutines tell, where they were read.
    for (NodeKey& call : calls_made_by(look.facts, *client)) {
        if (call.pid != client->pid) continue;
        Wait further = wait;
        further.to = std::move(call);
        out.push_back(std::move(further));
    }
    out.push_back(std::move(wait));
}

}  // namespace shimtrace::diagnosis::produce
