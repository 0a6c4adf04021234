#include "tracer/monitor/web_server.hpp"

#include "tracer/monitor/http_request.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/owned_fd.hpp"
#include "tracer/threads/signal_free_thread.hpp"

#include <fmt/format.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>
#include <thread>

namespace shimtrace::monitor {

namespace {

// libevent's own HTTP server bounds neither how many may be connected nor for how long, and does not tell when one goes; so only its
// sockets, buffers and clocks are used here.

constexpr std::size_t most_connections = 64;
constexpr timeval longest_stay{.tv_sec = 30, .tv_usec = 0}, longest_silence{.tv_sec = 10, .tv_usec = 0},
    longest_download{.tv_sec = 600, .tv_usec = 0};
constexpr std::string_view unix_prefix = "unix:";

template <auto free>
struct Freed {
    template <typename T>
    void operator()(T* object) const {
        free(object);
    }
};
using Base = std::unique_ptr<event_base, Freed<event_base_free>>;
using Event = std::unique_ptr<event, Freed<event_free>>;
using Buffered = std::unique_ptr<bufferevent, Freed<bufferevent_free>>;
using Listener = std::unique_ptr<evconnlistener, Freed<evconnlistener_free>>;

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
    [[nodiscard]] sockaddr* generic() { return reinterpret_cast<sockaddr*>(&storage); }
};

Result<Address> parse_address(const std::string& text) {
    Address address;
    if (text.starts_with(unix_prefix)) {
        const std::string path = text.substr(unix_prefix.size());
        sockaddr_un local{};
        local.sun_family = AF_UNIX;
        if (path.empty() || path.size() >= sizeof local.sun_path) return fail("--listen " + text, ENAMETOOLONG);
        std::memcpy(local.sun_path, path.c_str(), path.size() + 1);
        std::memcpy(&address.storage, &local, sizeof local);
        address.size = sizeof local;
        return address;
    }
    int size = sizeof address.storage;
    // Without a port it would be any.
    const bool has_port = text.starts_with('[') ? text.find("]:") != text.npos : std::ranges::count(text, ':') == 1;
    if (!has_port || evutil_parse_sockaddr_port(text.c_str(), address.generic(), &size) != 0)
        return fail("--listen " + text, 0, "ADDRESS:PORT in numbers, [ADDRESS]:PORT, or unix:PATH");
    address.size = static_cast<socklen_t>(size);
    return address;
}

/// The file that a listener is; empty: it is none.
std::string socket_file(const std::string& listen) {
    return listen.starts_with(unix_prefix) ? listen.substr(unix_prefix.size()) : std::string();
}

Result<host::OwnedFd> listen_at(const std::string& text) {
    auto address = parse_address(text);
    if (!address) return std::unexpected(address.error());
    const int family = address->storage.ss_family;
    host::OwnedFd socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return fail("listen at " + text, errno);
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const bool local = family == AF_UNIX;
    const std::string path = socket_file(text);
    struct stat status {};
    if (local && ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) {
        // Nobody answers there any more: it is what an earlier monitor left.
        const host::OwnedFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (::connect(probe.get(), address->generic(), address->size) != 0 && errno == ECONNREFUSED) ::unlink(path.c_str());
    }
    const mode_t before = ::umask(0177);
    const int bound = ::bind(socket.get(), address->generic(), address->size);
    const int error = errno;
    ::umask(before);
    if (bound != 0)
        return fail("listen at " + text, error, error == EADDRINUSE ? "is another monitor running? --listen takes another address" : "");
    if (::listen(socket.get(), 64) != 0) return fail("listen at " + text, errno);
    return socket;
}

struct Answer {
    int status = 200;
    std::string type = "text/plain; charset=utf-8", body;
    host::OwnedFd file = {};  ///< in place of the body
    std::uint64_t size = 0;
    std::string more = {};  ///< further header lines
};

std::string_view reason(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 431:
            return "Request Header Fields Too Large";
        default:
            return "Service Unavailable";
    }
}

Answer refused(int status, std::string why, std::string more = {}) {
    return {.status = status, .body = std::move(why) + "\n", .more = std::move(more)};
}

Answer from_file(const std::string& path) {
    host::OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return refused(404, "it is not kept any more");
    return {.type = "application/octet-stream",
            .body = {},
            .file = std::move(file),
            .size = static_cast<std::uint64_t>(status.st_size),
            .more = fmt::format("Content-Disposition: attachment; filename=\"{}\"\r\n", path.substr(path.rfind('/') + 1))};
}

class LibeventServer final : public WebServer {
public:
    explicit LibeventServer(WebOptions options) : options_(std::move(options)) {}

    ~LibeventServer() override {
        if (thread_.joinable()) {
            const std::uint64_t one = 1;
            [[maybe_unused]] const ssize_t written = ::write(end_.get(), &one, sizeof one);
            thread_.join();
        }
        for (const std::string& path : paths_) {
            if (options_.removing) options_.removing(path);
            ::unlink(path.c_str());
        }
    }

    Result<void> begin(const std::vector<std::string>& listen) {
        base_.reset(event_base_new());
        end_ = host::OwnedFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        if (!base_ || !end_) return fail("begin to listen", errno);
        end_event_.reset(event_new(
            base_.get(), end_.get(), EV_READ, [](int, short, void* base) { event_base_loopbreak(static_cast<event_base*>(base)); },
            base_.get()));
        event_add(end_event_.get(), nullptr);
        for (const std::string& address : listen) {
            auto socket = listen_at(address);
            if (!socket) return std::unexpected(socket.error());
            if (std::string path = socket_file(address); !path.empty()) {
                if (options_.made) options_.made(path);
                paths_.push_back(std::move(path));
            }
            Listener& listener = listeners_.emplace_back(evconnlistener_new(
                base_.get(), [](evconnlistener*, int fd, sockaddr*, int, void* self) { static_cast<LibeventServer*>(self)->accept(fd); },
                this, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, -1, socket->get()));
            if (!listener) return fail("listen at " + address);
            static_cast<void>(socket->release());
        }
        // Signals are the main thread's.
        thread_ = signal_free_thread([this] {
            event_base_dispatch(base_.get());
            connections_.clear();
        });
        return {};
    }

    void publish(std::shared_ptr<const Published> published) override {
        const std::lock_guard lock(mutex_);
        published_ = std::move(published);
    }

private:
    struct Connection {
        LibeventServer* server = nullptr;
        std::list<Connection>::iterator self;
        Buffered stream;
        Event deadline;
        bool answered = false;
    };

    void accept(int fd) {
        host::OwnedFd socket(fd);
        evutil_make_socket_nonblocking(fd);
        evutil_make_socket_closeonexec(fd);
        // The oldest is the one that a good client would be done with.
        if (connections_.size() >= most_connections) connections_.pop_front();
        Connection& connection = connections_.emplace_back();
        connection.server = this;
        connection.self = std::prev(connections_.end());
        connection.stream.reset(bufferevent_socket_new(base_.get(), fd, BEV_OPT_CLOSE_ON_FREE));
        connection.deadline.reset(evtimer_new(
            base_.get(), [](int, short, void* of) { drop(of); }, &connection));
        if (!connection.stream || !connection.deadline) {
            if (connection.stream) static_cast<void>(socket.release());
            connections_.erase(connection.self);
            return;
        }
        static_cast<void>(socket.release());
        evtimer_add(connection.deadline.get(), &longest_stay);
        bufferevent_set_timeouts(connection.stream.get(), &longest_silence, &longest_silence);
        bufferevent_setwatermark(connection.stream.get(), EV_READ, 0, longest_request + 4);
        bufferevent_setcb(
            connection.stream.get(),
            [](bufferevent*, void* of) { static_cast<Connection*>(of)->server->read(*static_cast<Connection*>(of)); },
            [](bufferevent* stream, void* of) {
                if (static_cast<Connection*>(of)->answered && evbuffer_get_length(bufferevent_get_output(stream)) == 0) drop(of);
            },
            [](bufferevent*, short, void* of) { drop(of); }, &connection);
        bufferevent_enable(connection.stream.get(), EV_READ | EV_WRITE);
    }

    static void drop(void* of) {
        auto* connection = static_cast<Connection*>(of);
        connection->server->connections_.erase(connection->self);
    }

    void read(Connection& connection) {
        if (connection.answered) return;
        evbuffer* input = bufferevent_get_input(connection.stream.get());
        const std::size_t length = evbuffer_get_length(input);
        const auto* bytes = reinterpret_cast<const char*>(evbuffer_pullup(input, -1));
        const auto parsed = parse_request({bytes, length});
        bool head = false;
        Answer answer;
        if (const auto* fault = std::get_if<HttpFault>(&parsed)) {
            if (*fault == HttpFault::incomplete && length < longest_request) return;
            answer = *fault == HttpFault::malformed ? refused(400, "this is no HTTP request") : refused(431, "the request is too long");
        } else {
            const auto& request = std::get<HttpRequest>(parsed);
            head = request.method == "HEAD";
            answer = answer_to(request);
        }
        send(connection, std::move(answer), head);
    }

    Answer answer_to(const HttpRequest& request) {
        if (request.method != "GET" && request.method != "HEAD") return refused(405, "only GET and HEAD", "Allow: GET, HEAD\r\n");
        std::shared_ptr<const Published> now;
        {
            const std::lock_guard lock(mutex_);
            now = published_;
        }
        if (request.path == "/healthz") {
            if (now && host::monotonic_now() <= now->good_until) return {.body = "ok\n"};
            return refused(503, now ? "no look has succeeded for long" : "the first look is not done yet");
        }
        if (!options_.token.empty() && !same_secret("Bearer " + options_.token, request.authorization))
            return refused(401, "a token is asked for", "WWW-Authenticate: Bearer\r\n");
        if (options_.token.empty() && !is_own_name(request.host)) return refused(403, "asked for by a name that is not this machine's");
        if (!now) return refused(503, "the first look is not done yet");
        if (request.path == "/metrics") return metrics(*now, request.accept);
        if (request.path == "/hangs") return {.type = "application/json", .body = now->hangs.about_all()};
        if (request.path == "/")
            return {.type = "text/html; charset=utf-8",
                    .body = now->page,
                    .more = "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n"};
        constexpr std::string_view prefix = "/hangs/";
        if (request.path.starts_with(prefix)) return of_hang(*now, request.path.substr(prefix.size()));
        return refused(404, "there are /, /metrics, /hangs, /hangs/ID, /hangs/ID/snapshot, /hangs/ID/recording and /healthz");
    }

    Answer metrics(const Published& now, const std::string& accept) {
        const bool open = accept.find("application/openmetrics-text") != accept.npos;
        std::vector<Metric> all = now.metrics;
        const std::vector<Metric> own = own_metrics(requests_);
        all.insert(all.end(), own.begin(), own.end());
        return {.type = open ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8",
                .body = metrics_text(all, open ? MetricsFormat::openmetrics : MetricsFormat::prometheus)};
    }

    static Answer of_hang(const Published& now, const std::string& rest) {
        const std::size_t slash = rest.find('/');
        const std::string id = rest.substr(0, slash), what = slash == rest.npos ? "" : rest.substr(slash + 1);
        const auto in = [&](const std::map<std::string, std::string>& all) {
            const auto found = all.find(id);
            return found == all.end() ? std::string() : found->second;
        };
        if (what.empty()) {
            std::string json = now.hangs.about(id);
            return json.empty() ? refused(404, "there is no hang of that id") : Answer{.type = "application/json", .body = std::move(json)};
        }
        const std::string path = what == "snapshot" ? in(now.snapshots) : what == "recording" ? in(now.recordings) : "";
        return path.empty() ? refused(404, "it is not kept: see --keep") : from_file(path);
    }

    void send(Connection& connection, Answer answer, bool head) {
        connection.answered = true;
        // Who takes an answer says nothing more: neither that, nor that it has closed its half, ends the connection.
        bufferevent_disable(connection.stream.get(), EV_READ);
        if (answer.file) evtimer_add(connection.deadline.get(), &longest_download);
        ++requests_[std::to_string(answer.status)];
        evbuffer* output = bufferevent_get_output(connection.stream.get());
        const std::uint64_t size = answer.file ? answer.size : answer.body.size();
        const std::string header = fmt::format(
            "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\nCache-Control: no-store\r\n"
            "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n{}\r\n",
            answer.status, reason(answer.status), answer.type, size, answer.more);
        evbuffer_add(output, header.data(), header.size());
        if (head) return;
        if (answer.file && size > 0)
            evbuffer_add_file(output, answer.file.release(), 0, static_cast<ev_off_t>(size));
        else if (!answer.file)
            evbuffer_add(output, answer.body.data(), answer.body.size());
    }

    WebOptions options_;
    Base base_;
    host::OwnedFd end_;
    Event end_event_;
    std::vector<Listener> listeners_;
    std::vector<std::string> paths_;
    std::list<Connection> connections_;
    Counted requests_;
    std::mutex mutex_;
    std::shared_ptr<const Published> published_;
    std::thread thread_;
};

}  // namespace

bool is_local_address(const std::string& listen) {
    auto address = parse_address(listen);
    if (!address) return false;
    if (address->storage.ss_family == AF_UNIX) return true;
    if (address->storage.ss_family == AF_INET) {
        sockaddr_in inet{};
        std::memcpy(&inet, &address->storage, sizeof inet);
        return (ntohl(inet.sin_addr.s_addr) >> 24) == 127;
    }
    sockaddr_in6 inet{};
    std::memcpy(&inet, &address->storage, sizeof inet);
    return IN6_IS_ADDR_LOOPBACK(&inet.sin6_addr) != 0;
}

Result<std::unique_ptr<WebServer>> WebServer::start(const WebOptions& options) {
    auto server = std::make_unique<LibeventServer>(options);
    if (auto begun = server->begin(options.listen); !begun) return std::unexpected(begun.error());
    return server;
}

}  // namespace shimtrace::monitor
