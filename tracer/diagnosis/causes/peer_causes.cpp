// A connection's other end, locks that programs have between themselves, and waits in a ring.
#include "decoders/text/durations.hpp"
#include "tracer/diagnosis/causes/families.hpp"
#include "tracer/diagnosis/causes/phrases.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shimtrace::diagnosis {

namespace {

using Input = const ExplanationInput&;

/// "a[1] waits for X, and b[2] waits for Y".
std::string ring_words(Input input) {
    constexpr std::size_t most = 4;
    std::vector<std::string> said;
    // Of goroutines that only seem to hold what others wait for, the last may be parked elsewhere: then it is the way there that tells.
    auto step = ring_of(input.path);
    if (step == input.path.end()) step = input.path.begin();
    for (; step != input.path.end(); ++step) {
        const Wait& wait = step->wait;
        const bool is_object = step->from.kind != NodeKind::thread && step->from.kind != NodeKind::goroutine;
        if (wait.object_text.empty() || is_object) continue;
        const std::string_view own = wait.to == step->from ? ", which it has itself" : "";
        said.push_back(fmt::format("{} waits for {}{}", label(input.look.facts, step->from), printable(wait.object_text, 100), own));
    }
    std::string words;
    for (std::size_t i = 0; i < std::min(most, said.size()); ++i) words += (i == 0 ? "" : i + 1 == said.size() ? ", and " : ", ") + said[i];
    if (said.size() > most) words += fmt::format(", and {} more", said.size() - most);
    return words;
}

/// What one waits for at a socket, and what the other end leaves undone.
struct Owed {
    WaitKind kind;
    std::string_view waits, undone;
};
constexpr auto owed = std::to_array<Owed>({
    {WaitKind::writes, "waits to send to", "does not read"},
    {WaitKind::connects, "waits to connect to", "does not accept"},
    {WaitKind::replies, "waits for", "does not answer"},
    {WaitKind::reads, "waits for an answer from", "does not answer"},
});
constexpr std::string_view does_not_answer = "does not answer";  ///< said of whoever is to blame for nothing more than that

std::string peer_sentence(Input input) {
    const auto over = std::ranges::find_if(input.path, [](const Step& step) { return step.wait.over_socket; });
    const Step& step = over == input.path.end() ? last(input) : *over;
    const auto row = std::ranges::find(owed, step.wait.kind, &Owed::kind);
    const Owed& words = row == owed.end() ? owed.back() : *row;
    const Process* asks = input.look.facts.process(step.from.pid);
    const std::string waits =
        fmt::format("{} {} {}", asks ? who(*asks) : target_words(input.look), words.waits, printable(step.wait.object_text, 120));
    const double since = step.wait.since_s;
    std::string more = since > 0 ? fmt::format("for at least {}", text::duration_in_words(since)) : std::string();
    const std::string why = input.culprits.empty() ? std::string() : input.culprits.front().why;
    if (!why.empty() && why != does_not_answer) more += (more.empty() ? "" : "; ") + printable(why, 120);
    if (!more.empty()) more = " (" + more + ")";
    return input.culprits.empty() ? fmt::format("{}, which {}{}", waits, words.undone, more)
                                  : fmt::format("{}: {} {}{}", waits, blamed(input), words.undone, more);
}

std::string lock_sentence(Input input) {
    const std::string wait = fmt::format("{} {} for {}", waiter(input), waits(input), last_object(input));
    if (input.culprits.empty()) return fmt::format("{}: its owner is gone", wait);
    const NodeKey& owner = last(input).wait.to;
    return fmt::format("{}, which {} holds", wait, owner.kind == NodeKind::thread ? label(input.look.facts, owner) : blamed(input));
}

}  // namespace

std::vector<Cause> peer_causes() {
    return {
        {
            .word = "deadlock",
            .urgency = 45,
            .stuck = true,
            .fits = {{205, {RootCause::deadlock}, Where::anywhere}},
            .ends = {},
            .blame = {{RootCause::deadlock, Whom::in_ring, "", "waits in a ring of waits"}},
            .sentence = [](Input input) { return fmt::format("{} is in a deadlock: {}", target_words(input.look), ring_words(input)); },
            .remedies = {let_it_go_on,
                         {.name = "end-one",
                          .what = "end one of those who wait for each other: the others go on, where they bear its end",
                          .command = "kill -TERM PID",
                          .make =
                              [](Input input) {
                                  return signal_first(input, "end one of those who wait for each other:", "TERM", Risk::destroys_data);
                              }}},
            .text =
                {.meaning = "Threads or processes wait for each other, over any mixture of locks, pipes, sockets and children; none of "
                            "them can go on.",
                 .recognised = "A ring of waits, each of them seen, in which at least one is for room, a lock or a child: who only "
                               "listens to each other may be woken by a signal. Where the ring is within the goroutines of one shim it "
                               "is shim-deadlock.",
                 .mending =
                     "It does not end by itself. Keep the snapshot (`why --save FILE`) for whoever wrote the program, then end one member.",
                 .seen = ""},
        },
        {
            .word = "mutex-held",
            .urgency = 145,
            .stuck = true,
            .fits = {{195, {RootCause::lock_owner}, Where::anywhere}},
            .ends = {{RootCause::lock_owner, ProvenBy::way}},
            .blame = {{RootCause::lock_owner, Whom::led_to, "owner", "holds the lock"}},
            .sentence = lock_sentence,
            .remedies = {let_it_go_on,
                         {.name = "end-owner",
                          .what = "end the lock's owner: of a robust lock the next one learns that",
                          .command = "kill -TERM PID",
                          .make =
                              [](Input input) {
                                  return signal_first(input,
                                                      "end the lock's owner (whoever waits goes on only where the lock is robust):", "TERM",
                                                      Risk::destroys_data);
                              }},
                         {.name = "end-waiter",
                          .what = "where the owner is gone nobody will ever release it: end who waits, and make the lock anew",
                          .command = "kill -KILL PID",
                          .make = [](Input input) -> std::vector<Remedy> {
                              if (!input.culprits.empty()) return {};
                              return signal_to(input.look.facts.process(last(input).from.pid),
                                               "its owner is gone, and nobody will ever release it: end", "KILL", Risk::destroys_data);
                          }}},
            .text =
                {.meaning = "A thread waits for a lock in memory (a mutex or a write lock of glibc's or musl's, in memory of its own or "
                            "shared with others; a lock of Python's or its interpreter; a Java monitor or lock) that another thread holds "
                            "and does not release, or whose owner has ended.",
                 .recognised =
                     "The futex call, and the words around the one that it waits for, where the lock keeps who holds it. What "
                     "does not fit a lock that is taken, and waited for, is not believed: a condition variable, a semaphore and an "
                     "idle pool of "
                     "threads are none. Of Python and of JVMs their objects in memory tell: an RLock, the interpreter's lock and Java's "
                     "locks name who has them, a threading.Lock does not: it is had, likely, by whose frame is within a `with` of it; "
                     "of one that was taken by acquire() nothing tells.",
                 .mending = "See what the owner is at: `shimtrace stacks`. The lock is released by it alone.",
                 .seen = ""},
        },
        {
            .word = "peer-unresponsive",
            .urgency = 185,
            .stuck = true,
            .fits = {{65, {RootCause::peer}, Where::anywhere},
                     {66, {RootCause::stopped, RootCause::traced, RootCause::frozen, RootCause::uninterruptible}, Where::over_socket}},
            .ends = {{RootCause::peer, ProvenBy::way}},
            .blame = {{RootCause::peer, Whom::led_to, "peer", does_not_answer},
                      {RootCause::stopped, Whom::led_to, "peer", "stopped by a signal"},
                      {RootCause::traced, Whom::led_to, "tracer", "holds the peer stopped as its tracer"},
                      {RootCause::traced, Whom::led_from, "peer", "stopped by its tracer"},
                      {RootCause::frozen, Whom::led_from, "peer", "in a frozen cgroup"},
                      {RootCause::uninterruptible, Whom::led_to, "peer", "in uninterruptible sleep"}},
            .sentence = peer_sentence,
            .remedies = {let_it_go_on,
                         {.name = "mend-peer",
                          .what = "find out what the peer waits for itself, or bring it back",
                          .command = "shimtrace why PID",
                          .make = [](Input input) -> std::vector<Remedy> {
                              if (input.culprits.empty())
                                  return {remedy(fmt::format("bring {} back, or let the network reach it", last_object(input)), {},
                                                 Risk::safe)};
                              return {remedy("find out what the peer waits for itself",
                                             shell_line({"shimtrace", "why", std::to_string(input.culprits.front().pid.value)}),
                                             Risk::safe)};
                          },
                          .if_no_other = true}},
            .text =
                {.meaning = "Somebody waits for the other end of a connection, on this host or another, and that does not reply, does not "
                            "read, or does not accept.",
                 .recognised =
                     "The socket's queues and timers, by sock_diag: a connect that is not answered, a queue of connections that is full, "
                     "bytes that the other end does not take, a request that lies unread. On this host who has the other end is "
                     "found in whatever network namespace it is, and followed to what it waits for itself. Waiting for a peer that is "
                     "merely silent is no hang.",
                 .mending = "The one named has to act; where none is named, the host at that address or the network on the way.",
                 .seen = ""},
        },
    };
}

}  // namespace shimtrace::diagnosis
