#include "tracer/containerd/ask_shim.hpp"

#include "decoders/messages/ttrpc/stream.hpp"
#include "tracer/containerd/container_index.hpp"

#include "tracer/procfs/stand_in.hpp"
#include "tracer/threads/signal_free_thread.hpp"

#include <fmt/format.h>

#include <protozero/pbf_writer.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

namespace shimtrace::containerd {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t unimplemented = 12;  // google.rpc.Code

/// One connection with one deadline.
class Client {
public:
    explicit Client(double timeout_s)
        : deadline_(Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(timeout_s))) {}
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() {
        if (fd_ >= 0) close(fd_);
    }

    /// Empty: connected; else why not.
    std::string connect(std::string_view path, std::uint32_t owner) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path.empty() || path.size() >= sizeof address.sun_path) return "its socket's path is empty or too long";
        std::memcpy(address.sun_path, path.data(), path.size());
        if (path.front() == '@') address.sun_path[0] = '\0';
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (path.front() == '@' ? 0 : 1));
        fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd_ < 0) return std::strerror(errno);
        while (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
            // A full backlog: a listener that does not accept.
            if (errno != EAGAIN) return fmt::format("connect: {}", std::strerror(errno));
            if (left_ms() <= 0) return "it does not accept connections";
            poll(nullptr, 0, 50);
        }
        ucred listener{};
        socklen_t size = sizeof listener;
        if (getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &listener, &size) != 0) return std::strerror(errno);
        return listener.uid == 0 || listener.uid == owner ? "" : fmt::format("user {} listens there", listener.uid);
    }

    /// The reply; or why there is none.
    std::pair<ttrpc::Message, std::string> call(std::uint32_t stream, std::string_view request, ttrpc::Connection& connection) {
        std::string frame;
        for (const std::uint32_t number : {static_cast<std::uint32_t>(request.size()), stream}) {
            for (unsigned shift = 32; shift > 0; shift -= 8) frame += static_cast<char>(number >> (shift - 8) & 0xFFU);
        }
        frame += static_cast<char>(ttrpc::FrameType::request);
        frame += '\0';
        frame += request;
        connection.feed(wire::Direction::written, std::as_bytes(std::span(frame)), {});
        for (std::size_t sent = 0; sent < frame.size();) {
            if (!wait_for(POLLOUT)) return {{}, "it takes no request"};
            const ssize_t count = send(fd_, frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
            if (count < 0 && errno != EAGAIN && errno != EINTR) return {{}, fmt::format("send: {}", std::strerror(errno))};
            if (count > 0) sent += static_cast<std::size_t>(count);
        }
        while (true) {
            if (!wait_for(POLLIN)) return {{}, "no reply"};
            std::byte buffer[16384];
            const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
            if (count == 0) return {{}, "it closed the connection"};
            if (count < 0 && errno != EAGAIN && errno != EINTR) return {{}, fmt::format("receive: {}", std::strerror(errno))};
            if (count < 0) continue;
            for (ttrpc::Message& message : connection.feed(wire::Direction::read, std::span(buffer, static_cast<std::size_t>(count)), {})) {
                if (message.type == ttrpc::FrameType::response && message.stream == stream && message.trouble.empty())
                    return {std::move(message), ""};
            }
        }
    }

private:
    int left_ms() const {
        return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count());
    }

    bool wait_for(short events) {
        while (left_ms() > 0) {
            pollfd entry{fd_, events, 0};
            const int ready = poll(&entry, 1, left_ms());
            if (ready > 0) return true;
            if (ready < 0 && errno != EINTR) return false;
        }
        return false;
    }

    Clock::time_point deadline_;
    int fd_ = -1;
};

std::string state_request(std::string_view service, const std::string& id) {
    std::string inner, outer;
    protozero::pbf_writer(inner).add_string(1, id);
    protozero::pbf_writer writer(outer);
    writer.add_string(1, service.data(), service.size());
    writer.add_string(2, "State");
    writer.add_bytes(3, inner);
    return outer;
}

ShimAnswer ask_shim(const std::string& address, const ContainerRef& container, std::uint32_t owner, double timeout_s) {
    ShimAnswer answer;
    const auto started = Clock::now();
    const auto finish = [&](std::string error) {
        answer.error = std::move(error);
        answer.took_s = std::chrono::duration<double>(Clock::now() - started).count();
        return answer;
    };
    Client client(timeout_s);
    if (std::string error = client.connect(socket_path(address), owner); !error.empty()) return finish(std::move(error));
    ttrpc::Connection connection;
    std::uint32_t stream = 1;
    // containerd 2.x's shims serve version 3, and mostly 2 as well; the older ones only 2.
    for (const std::string_view service : {"containerd.task.v3.Task", "containerd.task.v2.Task"}) {
        auto [reply, error] = client.call(stream, state_request(service, container.id), connection);
        if (!error.empty()) return finish(std::move(error));
        stream += 2;
        if (reply.status == unimplemented && service.find("v3") != service.npos) continue;
        answer.answered = true;
        answer.version = service.find("v3") != service.npos ? 3 : 2;
        if (reply.status != 0) return finish(reply.status_message);
        if (const ttrpc::Field* status = ttrpc::find(reply.fields, "status")) answer.status = status->text;
        if (const ttrpc::Field* pid = ttrpc::find(reply.fields, "pid")) answer.pid = Pid{static_cast<std::int32_t>(pid->number)};
        break;
    }
    return finish("");
}

void put(std::string& bytes, std::string_view text) {
    const std::uint32_t length = static_cast<std::uint32_t>(text.size());
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length).append(text);
}

std::string take(std::string_view& bytes) {
    std::uint32_t length = 0;
    if (bytes.size() < sizeof length) return {};
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes.remove_prefix(sizeof length);
    const std::string_view text = bytes.substr(0, length);
    bytes.remove_prefix(text.size());
    return std::string(text);
}

/// What the threads that ask have to say. Their stand-in ends with them or without them.
struct Asking {
    std::mutex mutex;
    std::condition_variable answered;
    std::vector<ShimAnswer> answers;
    std::size_t missing = 0;
};

/// The timeout, then address, namespace, id and owner of each shim. Each is asked by a thread: even to connect may take for ever, where the
/// socket's path lies on a file system that does not answer.
host::Parcel ask_all(host::Parcel request) {
    std::string_view rest = request.bytes;
    const double timeout_s = std::strtod(take(rest).c_str(), nullptr);
    std::vector<ShimToAsk> shims;
    while (!rest.empty()) {
        ShimToAsk& shim = shims.emplace_back();
        shim.address = take(rest);
        shim.container.ns = take(rest);
        shim.container.id = take(rest);
        shim.owner = static_cast<std::uint32_t>(std::strtoul(take(rest).c_str(), nullptr, 10));
    }
    const auto asking = std::make_shared<Asking>();
    asking->missing = shims.size();
    asking->answers.assign(shims.size(), {.answered = false, .status = {}, .pid = {}, .error = "no reply", .took_s = timeout_s});
    for (std::size_t i = 0; i < shims.size(); ++i)
        signal_free_thread([asking, i, timeout_s, shim = shims[i]] {
            ShimAnswer answer = ask_shim(shim.address, shim.container, shim.owner, timeout_s);
            const std::lock_guard lock(asking->mutex);
            asking->answers[i] = std::move(answer);
            if (--asking->missing == 0) asking->answered.notify_one();
        }).detach();
    std::unique_lock lock(asking->mutex);
    const auto slack = std::chrono::milliseconds(200);  // for those that use up their time to say why
    asking->answered.wait_for(lock, std::chrono::duration<double>(timeout_s) + slack, [&] { return asking->missing == 0; });
    host::Parcel reply;
    for (const ShimAnswer& answer : asking->answers) {
        put(reply.bytes, answer.answered ? "yes" : "");
        put(reply.bytes, answer.status);
        put(reply.bytes, std::to_string(answer.pid.value));
        put(reply.bytes, answer.error);
        put(reply.bytes, std::to_string(answer.took_s));
        put(reply.bytes, std::to_string(answer.version));
    }
    return reply;
}

}  // namespace

std::vector<ShimAnswer> ask_shims(const std::vector<ShimToAsk>& shims, double timeout_s) {
    // Threads enough at a time for any node, and no more than a machine bears.
    constexpr std::size_t at_once = 512;
    std::vector<ShimAnswer> answers;
    for (std::size_t begin = 0; begin < shims.size(); begin += at_once) {
        const std::size_t end = std::min(shims.size(), begin + at_once);
        host::Parcel request;
        put(request.bytes, std::to_string(timeout_s));
        for (std::size_t i = begin; i < end; ++i)
            for (const std::string& text : {shims[i].address, shims[i].container.ns, shims[i].container.id, std::to_string(shims[i].owner)})
                put(request.bytes, text);
        const auto patience = std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(timeout_s)) + std::chrono::seconds(1);
        const auto reply = host::ask("shims", ask_all, std::move(request), patience);
        std::string_view rest = reply ? std::string_view(reply->bytes) : std::string_view();
        for (std::size_t i = begin; i < end; ++i) {
            ShimAnswer& answer = answers.emplace_back();
            if (!reply) answer.error = "no reply";
            if (!reply) continue;
            answer.answered = !take(rest).empty();
            answer.status = take(rest);
            answer.pid = Pid{std::atoi(take(rest).c_str())};
            answer.error = take(rest);
            answer.took_s = std::strtod(take(rest).c_str(), nullptr);
            answer.version = std::atoi(take(rest).c_str());
        }
    }
    return answers;
}

}  // namespace shimtrace::containerd
