#include "decoders/golang/replies.hpp"

#include "decoders/golang/records.hpp"
#include "decoders/golang/stack_words.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace shimtrace::golang {
namespace {

constexpr std::size_t most_waiting = 256, most_readers = 2048, most_connections = 16;
constexpr std::size_t most_pointers = 160;  // of one goroutine: its frames of the protocol's package
constexpr std::size_t reached_bytes = 256;  // of what a pointer leads to
constexpr std::size_t context_bytes = 64;   // of context.cancelCtx, down to its channel

enum class Side { client, server, carrier };

/// Seen in containerd 1.6.20, 1.7.24, 2.1.9 with gRPC 1.47 to 1.72, ttrpc 1.1 to 1.2, NRI 0.3 to 0.8.
struct ProtocolRow {
    std::string_view protocol;
    Side side;
    std::string_view waits;    ///< of who waits for a reply, or serves a request: a part of a function's name
    std::string_view reads;    ///< of who reads the connection
    std::string_view package;  ///< whose frames hold the transport's objects
    bool by_context = false;   ///< who waits for a reply waits for the end of the client's context as well
};
constexpr ProtocolRow protocols[] = {
    {"gRPC", Side::client, "google.golang.org/grpc.(*clientStream).", "transport.(*http2Client).reader", "google.golang.org/grpc"},
    {"gRPC", Side::client, "google.golang.org/grpc.(*ClientConn).Invoke", "transport.(*http2Client).reader", "google.golang.org/grpc"},
    // The connection is there, and the server has yet to say that it speaks HTTP/2.
    {"gRPC", Side::client, "google.golang.org/grpc.DialContext", "transport.(*http2Client).reader", "google.golang.org/grpc"},
    {"gRPC", Side::server, "google.golang.org/grpc.(*Server).handleStream", "transport.(*http2Server).HandleStreams",
     "google.golang.org/grpc"},
    // While a handler is at work another goroutine reads on, so as to see the client go (net/http/server.go: startBackgroundRead).
    {"HTTP", Side::server, "net/http.(*conn).serve", "net/http.(*connReader).backgroundRead", "net/http"},
    {"ttrpc", Side::client, "containerd/ttrpc.(*Client).dispatch", "containerd/ttrpc.(*Client).r", "containerd/ttrpc", true},
    {"HTTP", Side::client, "net/http.(*persistConn).roundTrip", "net/http.(*persistConn).readLoop", "net/http"},
    {"HTTP", Side::client, "net/http.(*http2ClientConn).", "net/http.(*http2clientConnReadLoop).run", "net/http"},
    {"HTTP", Side::client, "net/http.http2transportResponseBody.Read", "net/http.(*http2clientConnReadLoop).run", "net/http"},
    {"D-Bus", Side::client, "godbus/dbus/v5.(*Object).", "godbus/dbus/v5.(*Conn).inWorker", "godbus/dbus"},
    // A connection within another one: the reader of the inner one waits for that of the outer.
    {"multiplexed", Side::carrier, "net/multiplex.(*conn).Read", "net/multiplex.(*mux).reader", "net/multiplex"},
};

bool has_frame(const UnwoundStack& stack, std::string_view part) {
    return std::ranges::any_of(stack.frames, [&](const GoFrame& frame) { return frame.function.find(part) != std::string::npos; });
}

class Ties {
public:
    Ties(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines,
         const Memory& memory, std::uint64_t bias)
        : state_(state), binary_(binary), stacks_(stacks), goroutines_(goroutines), memory_(memory), bias_(bias) {}

    void find() {
        std::vector<std::pair<std::size_t, const ProtocolRow*>> waiting;
        for (std::size_t i = 0; i < goroutines_.size() && waiting.size() < most_waiting; ++i) {
            bool asks = false;  // it may serve one call and wait for the reply to another
            for (const ProtocolRow& row : protocols) {
                if (row.side == Side::carrier || (row.side == Side::client && asks) || !waits_by(i, row)) continue;
                asks |= row.side == Side::client;
                waiting.emplace_back(i, &row);
            }
        }
        for (const auto& [goroutine, row] : waiting)
            if (row->by_context) awaited_by_any_.merge(awaited(goroutine));
        for (const auto& [goroutine, row] : waiting) tie(goroutine, *row);
    }

private:
    struct Reader {
        std::size_t goroutine;
        Fd fd;
        std::unordered_set<std::uint64_t> objects;  ///< that it alone, of all readers of the protocol, leads to
        std::unordered_set<std::uint64_t> ends;     ///< channels that goroutines wait for, and that it leads to by its context
    };

    bool is_handler(std::size_t i) const {
        return !goroutines_[i].serves->method.empty() || has_frame(stacks_[i], "net/http.serverHandler.ServeHTTP");
    }

    bool waits_by(std::size_t i, const ProtocolRow& row) const {
        const Goroutine& goroutine = goroutines_[i];
        if (goroutine.system || state_.goroutines[i].changed) return false;
        if (row.side == Side::server) return is_handler(i) && has_frame(stacks_[i], row.waits);
        const GoWaitKind kind = goroutine.wait.kind;
        const bool parked = kind == GoWaitKind::select || kind == GoWaitKind::chan_receive || kind == GoWaitKind::cond;
        return parked && has_frame(stacks_[i], row.waits);
    }

    /// What the frames of the package hold: pointers into the heap. Who serves has them in its outer frames, who asks in its inner ones.
    std::vector<std::uint64_t> pointers(std::size_t i, const ProtocolRow& row) const {
        std::vector<std::uint64_t> found;
        const auto take = [&](const PhysicalFrame& frame) {
            if (binary_.lines.name(frame.function).find(row.package) == std::string_view::npos) return;
            for (const std::uint64_t pointer : frame_pointers(state_.goroutines[i], frame))
                if (found.size() < most_pointers && is_of_heap(state_.goroutines[i], pointer) &&
                    std::ranges::find(found, pointer) == found.end())
                    found.push_back(pointer);
        };
        const std::vector<PhysicalFrame>& frames = stacks_[i].physical;
        if (row.side == Side::server)
            std::for_each(frames.rbegin(), frames.rend(), take);
        else
            std::ranges::for_each(frames, take);
        return found;
    }

    bool is_of_heap(const CapturedGoroutine& g, std::uint64_t pointer) const {
        // The executable's own data is everybody's; a pointer to the stack is nobody else's.
        const std::uint64_t linked = pointer - bias_;
        return !(pointer >= g.stack_low && pointer < g.stack_high) && !binary_.text.contains(linked) && !binary_.data.contains(linked) &&
               !binary_.noptrdata.contains(linked) && !binary_.bss.contains(linked) && !binary_.noptrbss.contains(linked);
    }

    /// These and what they lead to, one step on.
    std::unordered_set<std::uint64_t> reach(std::size_t i, const ProtocolRow& row) const {
        const std::vector<std::uint64_t> direct = pointers(i, row);
        std::unordered_set<std::uint64_t> all(direct.begin(), direct.end());
        const Records objects(memory_, direct, reached_bytes);
        for (std::size_t n = 0; n < objects.count(); ++n)
            for (std::size_t at = 0; at + 8 <= objects[n].size(); at += 8) {
                const std::uint64_t value = word(objects[n], at);
                if (value >= 4096 && value % 8 == 0 && value >> 48 == 0 && is_of_heap(state_.goroutines[i], value)) all.insert(value);
            }
        return all;
    }

    /// The descriptor that a reader reads, through the connection that carries its own where it has none.
    Fd descriptor_of(std::size_t i) {
        const GoWait& wait = goroutines_[i].wait;
        if (wait.kind == GoWaitKind::fd_read) return wait.fd;
        for (const ProtocolRow& row : protocols) {
            if (row.side != Side::carrier || !has_frame(stacks_[i], row.waits)) continue;
            const std::vector<Fd> found = connections(i, row).first;
            if (found.size() == 1) return found.front();
        }
        return Fd{-1};
    }

    const std::vector<Reader>& readers_of(const ProtocolRow& row) {
        const auto [place, fresh] = readers_.try_emplace(row.reads);
        if (!fresh) return place->second;
        std::vector<Reader> readers;
        for (std::size_t i = 0; i < goroutines_.size() && readers.size() < most_readers; ++i) {
            if (state_.goroutines[i].changed || !has_frame(stacks_[i], row.reads)) continue;
            const Fd fd = descriptor_of(i);
            if (fd.value < 0) continue;
            readers.push_back({i, fd, reach(i, row), {}});
            if (row.by_context) readers.back().ends = ends_of(readers.back().objects);
        }
        std::unordered_map<std::uint64_t, int> holders;
        for (const Reader& reader : readers)
            for (const std::uint64_t object : reader.objects) ++holders[object];
        for (Reader& reader : readers) std::erase_if(reader.objects, [&](std::uint64_t object) { return holders[object] > 1; });
        return readers_[row.reads] = std::move(readers);
    }

    /// Channels that the goroutine waits for at this moment.
    std::unordered_set<std::uint64_t> awaited(std::size_t i) const {
        std::unordered_set<std::uint64_t> channels;
        for (const GoSelectCase& one : goroutines_[i].wait.cases) channels.insert(one.channel.value);
        return channels;
    }

    /// A step further than reach(): a client's object has a context, and that the channel which ends all its calls.
    std::unordered_set<std::uint64_t> ends_of(const std::unordered_set<std::uint64_t>& near) const {
        std::unordered_set<std::uint64_t> ends;
        if (awaited_by_any_.empty()) return ends;
        const std::vector<std::uint64_t> addresses(near.begin(), near.end());
        const Records objects(memory_, addresses, context_bytes);
        for (std::size_t n = 0; n < objects.count(); ++n)
            for (std::size_t at = 0; at + 8 <= objects[n].size(); at += 8)
                if (const std::uint64_t value = word(objects[n], at); awaited_by_any_.contains(value)) ends.insert(value);
        return ends;
    }

    /// The connections, and whether it is one that is tied.
    std::pair<std::vector<Fd>, bool> connections(std::size_t i, const ProtocolRow& row) {
        const std::vector<Reader>& readers = readers_of(row);
        const std::unordered_set<std::uint64_t> own = reach(i, row);
        const std::unordered_set<std::uint64_t> channels = row.by_context ? awaited(i) : std::unordered_set<std::uint64_t>();
        std::vector<PossibleTie> ties;
        for (const Reader& reader : readers) {
            const auto matches =
                static_cast<std::size_t>(std::ranges::count_if(reader.objects, [&](std::uint64_t object) { return own.contains(object); }));
            const bool ends = std::ranges::any_of(reader.ends, [&](std::uint64_t channel) { return channels.contains(channel); });
            if (matches > 0 || ends) ties.push_back({.fd = reader.fd, .matches = matches, .awaited = ends});
        }
        if (const PossibleTie* tie = tie_of(ties)) return {{tie->fd}, true};
        std::vector<Fd> candidates;
        for (const PossibleTie& one : ties) candidates.push_back(one.fd);
        if (ties.empty())
            for (const Reader& reader : readers) candidates.push_back(reader.fd);
        if (candidates.size() > most_connections) candidates.resize(most_connections);
        return {std::move(candidates), false};
    }

    void tie(std::size_t i, const ProtocolRow& row) {
        auto [found, tied] = connections(i, row);
        if (row.side == Side::server) {
            // Each connection of HTTP/1 has a reader for itself: that it is the only one makes it nobody's.
            if (found.size() == 1 && (tied || row.protocol != "HTTP")) goroutines_[i].serves.edit().connection = found.front();
            return;
        }
        goroutines_[i].wait.reply = {
            .protocol = std::string(row.protocol), .method = asked(i), .connections = std::move(found), .tied = tied};
    }

    /// "…/snapshots/v1.(*snapshotsClient).Prepare" → "snapshots.Prepare": the generated client's method, next outward of the protocol.
    std::string asked(std::size_t i) const {
        for (const GoFrame& frame : stacks_[i].frames) {
            const std::string_view name = frame.function;
            const std::size_t method = name.rfind(").");
            const std::size_t receiver = name.rfind("(*", method);
            if (method == std::string_view::npos || receiver == std::string_view::npos) continue;
            std::string_view type = name.substr(receiver + 2, method - receiver - 2);
            if (!type.ends_with("Client") || type == "Client" || type.starts_with("http2")) continue;
            type.remove_suffix(std::string_view("Client").size());
            return std::string(type) + "." + std::string(name.substr(method + 2));
        }
        return {};
    }

    const RuntimeState& state_;
    const GoBinary& binary_;
    std::span<const UnwoundStack> stacks_;
    std::span<Goroutine> goroutines_;
    const Memory& memory_;
    std::uint64_t bias_;
    std::map<std::string_view, std::vector<Reader>> readers_;
    std::unordered_set<std::uint64_t> awaited_by_any_;  ///< channels, of those who wait for a reply and for their client's end
};

}  // namespace

const PossibleTie* tie_of(std::span<const PossibleTie> all) {
    const auto is_awaited = [](const PossibleTie& one) { return one.awaited; };
    if (std::ranges::count_if(all, is_awaited) == 1) return &*std::ranges::find_if(all, is_awaited);
    const auto most = std::ranges::max_element(all, {}, &PossibleTie::matches);
    return most == all.end() || std::ranges::count(all, most->matches, &PossibleTie::matches) > 1 ? nullptr : &*most;
}

void find_replies(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines,
                  const Memory& memory, std::uint64_t bias) {
    Ties(state, binary, stacks, goroutines, memory, bias).find();
}

}  // namespace shimtrace::golang
