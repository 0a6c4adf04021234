// Pipes and pairs of sockets that a traced process has made and nobody else can have yet.
#pragma once

#include "tracer/snapshot/holders.hpp"

#include <shimtrace/event.hpp>

#include <array>
#include <cstdint>
#include <unordered_set>

namespace shimtrace::host {

/// Who may have an end of such a pair.
enum class PairOwners : std::uint8_t {
    any,     ///< anybody
    traced,  ///< only who is traced: it was made before our eyes, and others were born since
    maker,   ///< its maker alone: nobody was
};

/// Who holds the other end of what was made before our eyes need not be looked for all over the host, as long as it was not sent to
/// somebody in a message. For sessions that see every call, and everybody who is born.
class NewPairs {
public:
    void call_returned(const Event& enter, const Event& exit);
    /// It may have any descriptor of its parent's.
    void process_started();
    /// What the descriptor leads to. Of an end of the pair that the last call has made it is noted.
    void is_found(Tid tid, Fd fd, const OpenFile& target);
    [[nodiscard]] PairOwners owners(const ObjectKey& object) const;

private:
    using Objects = std::unordered_set<ObjectKey, ObjectKeyHash>;
    struct Made {
        Tid by;  ///< 0: the last call has made none
        std::array<std::int32_t, 2> ends{-1, -1};
    };
    Made made_;
    Objects own_, shared_;
};

}  // namespace shimtrace::host
