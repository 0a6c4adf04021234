// What is being written into containerd's content store, or unpacked: one at a time does, and who comes later waits, or tries again and
// again.
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/goroutine_words.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis::produce {

namespace {

/// It has a writer, for a client or for a pull of the daemon's own.
bool writes_ingest(const Goroutine& goroutine) {
    const bool for_client = goroutine.serves->service == "Content" && goroutine.serves->method == "Write";
    return for_client || (has_frame(goroutine, "content.Copy") && !has_frame(goroutine, "content.OpenWriter"));
}

constexpr std::string_view lock_of_snapshot = "unpack.(*Unpacker).lockSnChainID", lock_of_blob = "unpack.(*Unpacker).lockBlobDescriptor";

bool waits_for_unpacker(const Goroutine& goroutine) {
    return has_frame(goroutine, lock_of_snapshot) || has_frame(goroutine, lock_of_blob);
}

/// What pulls of the same keep each other from. `waits`: a function in the stack of who waits.
struct Exclusion {
    std::string_view waits;
    bool (*has)(const Goroutine& goroutine);
    std::string_view evidence, object;
};
constexpr Exclusion exclusions[] = {
    // It sleeps between two tries (containerd: content/helpers.go).
    {"content.OpenWriter", writes_ingest, "tries again and again to write what somebody else is writing",
     "the lock of what is being pulled"},
    // Since containerd 1.7, by keys (unpack/unpacker.go, internal/kmutex).
    {lock_of_snapshot,
     [](const Goroutine& goroutine) { return has_frame(goroutine, "unpack.(*Unpacker).unpack") && !waits_for_unpacker(goroutine); },
     "waits to unpack what somebody else is unpacking", "the lock of what is being unpacked"},
    {lock_of_blob,
     [](const Goroutine& goroutine) {
         // Of a layer, and of what tells which layers there are.
         const bool fetches =
             has_frame(goroutine, "unpack.(*Unpacker).fetch.func") || has_frame(goroutine, "unpack.(*Unpacker).Unpack.func");
         return fetches && !waits_for_unpacker(goroutine);
     },
     "waits to fetch what somebody else is fetching", "the lock of what is being pulled"},
};

/// nullptr: it waits for none of them.
const Exclusion* excluded_by(const Goroutine& goroutine) {
    const GoWaitKind kind = goroutine.wait.kind;
    if (goroutine.changed || (kind != GoWaitKind::select && kind != GoWaitKind::sleep && kind != GoWaitKind::chan_receive)) return nullptr;
    const auto found = std::ranges::find_if(exclusions, [&](const Exclusion& one) { return has_frame(goroutine, one.waits); });
    return found == std::end(exclusions) ? nullptr : found;
}

/// Who is to say what comes next in a stream of the client's; nullptr: it is not waited for.
const Process* client_awaited(const Facts& facts, const Process& daemon, const Goroutine& goroutine) {
    if (goroutine.changed || goroutine.serves->service != "Content" || goroutine.serves->method != "Write") return nullptr;
    if (!has_frame(goroutine, "transport.(*recvBufferReader).read")) return nullptr;
    const OpenFile* connection = goroutine.serves->connection.value < 0 ? nullptr : facts.target(daemon, goroutine.serves->connection);
    if (!connection) return nullptr;
    for (const Holder& holder : facts.holders(*connection))
        if (holder.pid != daemon.pid) return facts.process(holder.pid);
    return nullptr;
}

}  // namespace

void goroutine_excluded(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    const Exclusion* exclusion = process && goroutine ? excluded_by(*goroutine) : nullptr;
    if (!exclusion) return;
    const auto others = std::ranges::count_if(process->go->goroutines, exclusion->has);
    for (const Goroutine& other : process->go->goroutines) {
        if (!exclusion->has(other) || other.id == goroutine->id) continue;
        out.push_back(
            {.kind = WaitKind::locks,
             .to = NodeKey::of(process->pid, other.id),
             .evidence = goroutine_words(*process, *goroutine) + fmt::format(" {}: goroutine {}{}, as it seems", exclusion->evidence,
                                                                             other.id.value, others > 1 ? ", or another one" : ""),
             .confidence = Confidence::likely,
             .inferred = true,
             .guessed = true,
             .one_of = others > 1,
             .since_s = waiting_seconds(other),
             .object_text = std::string(exclusion->object)});
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
