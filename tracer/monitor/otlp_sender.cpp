#include "tracer/monitor/otlp_sender.hpp"

#include "tracer/threads/signal_free_thread.hpp"

#include <event2/buffer.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/http.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace shimtrace::monitor {

namespace {

constexpr std::size_t most_posts = 64;
constexpr int most_tries = 3, timeout_s = 5;
constexpr auto pause = std::chrono::seconds(2), last_posts = std::chrono::seconds(5);

struct Reply {
    event_base* base = nullptr;
    int status = 0;
};

}  // namespace

Result<OtlpTarget> parse_otlp_url(const std::string& url) {
    constexpr std::string_view scheme = "http://";
    const auto refuse = [&](const char* hint) { return fail("--otlp " + url, 0, hint); };
    if (url.starts_with("https://")) return refuse("plain http:// alone, to a collector on this node, which forwards by TLS");
    std::unique_ptr<evhttp_uri, decltype(&evhttp_uri_free)> parsed(evhttp_uri_parse(url.c_str()), evhttp_uri_free);
    if (!url.starts_with(scheme) || !parsed || evhttp_uri_get_host(parsed.get()) == nullptr) return refuse("http://HOST:4318");
    OtlpTarget target{.host = evhttp_uri_get_host(parsed.get()), .path = evhttp_uri_get_path(parsed.get())};
    if (target.host.empty()) return refuse("http://HOST:4318");
    if (target.host.starts_with('[') && target.host.ends_with(']')) target.host = target.host.substr(1, target.host.size() - 2);
    while (target.path.ends_with('/')) target.path.pop_back();
    if (const int port = evhttp_uri_get_port(parsed.get()); port > 0) target.port = static_cast<std::uint16_t>(port);
    return target;
}

OtlpSender::OtlpSender(OtlpTarget target) : target_(std::move(target)) {
    thread_ = signal_free_thread([this] { serve(); });
}

OtlpSender::~OtlpSender() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void OtlpSender::send(const std::string& signal, std::string body) {
    {
        const std::lock_guard lock(mutex_);
        if (signal == "metrics") std::erase_if(queue_, [](const Post& post) { return post.signal == "metrics"; });
        if (queue_.size() >= most_posts) {
            ++failures_;
            return;
        }
        queue_.push_back({signal, std::move(body)});
    }
    wake_.notify_all();
}

std::uint64_t OtlpSender::failures() const {
    const std::lock_guard lock(mutex_);
    return failures_;
}

void OtlpSender::serve() {
    std::unique_lock lock(mutex_);
    std::optional<std::chrono::steady_clock::time_point> end;
    for (;;) {
        wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
        if (ending_ && !end) end = std::chrono::steady_clock::now() + last_posts;
        if (queue_.empty() || (end && std::chrono::steady_clock::now() >= *end)) return;
        Post next = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        const bool taken = post(next);
        lock.lock();
        if (taken) continue;
        if (++next.tries >= most_tries || ending_) {
            ++failures_;
            continue;
        }
        queue_.push_front(std::move(next));
        wake_.wait_for(lock, pause, [this] { return ending_; });
    }
}

bool OtlpSender::post(const Post& post) const {
    const std::unique_ptr<event_base, decltype(&event_base_free)> base(event_base_new(), event_base_free);
    if (!base) return false;
    // A name is resolved by libevent, from /etc/hosts and resolv.conf: glibc's resolver is not to be had in a static program.
    const auto free_dns = [](evdns_base* dns) { evdns_base_free(dns, 0); };
    const std::unique_ptr<evdns_base, decltype(free_dns)> dns(evdns_base_new(base.get(), EVDNS_BASE_INITIALIZE_NAMESERVERS), free_dns);
    const std::unique_ptr<evhttp_connection, decltype(&evhttp_connection_free)> connection(
        evhttp_connection_base_new(base.get(), dns.get(), target_.host.c_str(), target_.port), evhttp_connection_free);
    if (!connection) return false;
    evhttp_connection_set_timeout(connection.get(), timeout_s);
    // Its status is all that is asked for.
    constexpr ssize_t longest_headers = 16 << 10, longest_body = 64 << 10;
    evhttp_connection_set_max_headers_size(connection.get(), longest_headers);
    evhttp_connection_set_max_body_size(connection.get(), longest_body);
    Reply reply{.base = base.get()};
    evhttp_request* request = evhttp_request_new(
        [](evhttp_request* answered, void* of) {
            auto* into = static_cast<Reply*>(of);
            if (answered != nullptr) into->status = evhttp_request_get_response_code(answered);
            event_base_loopbreak(into->base);
        },
        &reply);
    if (request == nullptr) return false;
    evkeyvalq* headers = evhttp_request_get_output_headers(request);
    const bool v6 = target_.host.find(':') != target_.host.npos;
    evhttp_add_header(headers, "Host", ((v6 ? "[" + target_.host + "]" : target_.host) + ":" + std::to_string(target_.port)).c_str());
    evhttp_add_header(headers, "Content-Type", "application/json");
    evhttp_add_header(headers, "Connection", "close");
    evbuffer_add(evhttp_request_get_output_buffer(request), post.body.data(), post.body.size());
    if (evhttp_make_request(connection.get(), request, EVHTTP_REQ_POST, (target_.path + "/v1/" + post.signal).c_str()) != 0) return false;
    // A collector that answers a byte at a time is given up all the same.
    const timeval longest{.tv_sec = 2 * timeout_s, .tv_usec = 0};
    event_base_loopexit(base.get(), &longest);
    event_base_dispatch(base.get());
    return reply.status >= 200 && reply.status < 300;
}

}  // namespace shimtrace::monitor
