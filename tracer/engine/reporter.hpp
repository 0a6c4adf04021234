// Stops become events: what is read at each stop, in which order the observer and the sink hear of it.
#pragma once

#include "tracer/engine/address_spaces.hpp"
#include "tracer/engine/trace.hpp"
#include "tracer/engine/tracee.hpp"
#include "tracer/engine/wait_status.hpp"

#include <algorithm>
#include <utility>

namespace shimtrace::engine {

class Reporter {
public:
    Reporter(const TraceRequest& request, AddressSpaces& spaces, SessionObserver& observer, EventSink& sink)
        : request_(request), spaces_(spaces), observer_(observer), sink_(sink), whole_messages_(request.limits), netlink_(request.limits) {
        whole_messages_.payload_bytes = std::max(whole_messages_.payload_bytes, whole_messages_.message_bytes);
        netlink_.payload_bytes = std::max(netlink_.payload_bytes, most_netlink_bytes);
    }

    /// The time of the stop that is being served.
    void at(MonotonicTime time, Nanoseconds system_time) {
        now_ = time;
        system_time_ = system_time;
    }
    /// Nothing is reported from now on: the session is over, but its command has to be served on.
    void mute() { muted_ = true; }
    [[nodiscard]] MonotonicTime now() const { return now_; }

    /// Whether a call is reported, and whether its return has to be seen.
    [[nodiscard]] bool reports(Arch arch, std::int64_t number) const;
    [[nodiscard]] bool needs_return(Arch arch, std::int64_t number) const;

    /// A thread is traced from now on.
    void attached(Tracee& tracee);
    /// tracee.enter holds kind, arch, number and arguments; the rest is read here.
    void entered(Tracee& tracee);
    void returned(Tracee& tracee, std::int64_t result, bool is_error, std::uint64_t instruction_pointer, std::uint64_t stack_pointer);
    void signalled(Tracee& tracee, int signal);
    void group_stopped(Tracee& tracee, int signal);
    void executed(Tracee& tracee, Tid former);
    void ended(Tracee& tracee, WaitStatus status);
    void still_blocked(Tracee& tracee);
    void detached(Tracee& tracee);
    /// It was never attached to: `detached` is all that is told of it.
    void passed_by(const Tracee& tracee);

    /// A call's entry or return is captured while its thread is stopped and reaches the sink here, once the thread goes on:
    /// what the sink makes of it costs the thread nothing then.
    void hand_over() {
        if (const Event* event = std::exchange(pending_, nullptr)) sink_.event(*event);
    }

private:
    static constexpr std::uint32_t most_netlink_bytes = 1 << 16;  ///< the kernel's replies are of 32 KiB
    [[nodiscard]] bool quiet(const Tracee& tracee) const { return muted_ || tracee.silent; }
    Event& fresh(EventKind kind, const Tracee& tracee);
    void hand_over_later(const Event& event) {
        hand_over();
        pending_ = &event;
    }
    void tell_observer(const Event& enter, const Event& exit);
    void resolve(const Event* exit, Event& into, const Event& enter);
    /// How much of its buffers is read: all of them where they are messages.
    [[nodiscard]] const decoders::CaptureLimits& limits_at_entry(Event& enter);
    [[nodiscard]] const decoders::CaptureLimits& limits_at_exit(const Event& enter) const;
    [[nodiscard]] bool may_carry_messages(const Event& enter) const;
    [[nodiscard]] OpenFileId carrier(const Event& enter);

    const TraceRequest& request_;
    AddressSpaces& spaces_;
    SessionObserver& observer_;
    EventSink& sink_;
    decoders::CaptureLimits whole_messages_, netlink_;
    MonotonicTime now_;
    Nanoseconds system_time_{};
    bool muted_ = false;
    Event event_;                     ///< reused
    const Event* pending_ = nullptr;  ///< event_ or a tracee's `enter`
    std::vector<Fd> fds_;             ///< reused
};

}  // namespace shimtrace::engine
