#include "tracer/containerd/ask_shim.hpp"

#include "decoders/messages/ttrpc/stream.hpp"
#include "tracer/containerd/container_index.hpp"

#include <fmt/format.h>

#include <protozero/pbf_writer.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
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

}  // namespace

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
        if (reply.status != 0) return finish(reply.status_message);
        if (const ttrpc::Field* status = ttrpc::find(reply.fields, "status")) answer.status = status->text;
        if (const ttrpc::Field* pid = ttrpc::find(reply.fields, "pid")) answer.pid = Pid{static_cast<std::int32_t>(pid->number)};
        break;
    }
    return finish("");
}

}  // namespace shimtrace::containerd
