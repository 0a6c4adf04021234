// OTLP/HTTP to a collector, beside the looks: what it does not take in time is sent again, a bounded number of times, and then counted.
#pragma once

#include <shimtrace/error.hpp>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace shimtrace::monitor {

struct OtlpTarget {
    std::string host, path;  ///< the path without "/v1/…"
    std::uint16_t port = 4318;
};

/// Error: it is no URL of plain HTTP. A collector on this node needs no more; over the network one of those forwards by TLS.
Result<OtlpTarget> parse_otlp_url(const std::string& url);

class OtlpSender {
public:
    explicit OtlpSender(OtlpTarget target);
    /// What is queued is still sent, for some seconds.
    ~OtlpSender();
    /// `signal`: "logs" or "metrics". Metrics that are not sent yet are overtaken by newer ones.
    void send(const std::string& signal, std::string body);
    [[nodiscard]] std::uint64_t failures() const;

private:
    struct Post {
        std::string signal, body;
        int tries = 0;
    };
    void serve();
    [[nodiscard]] bool post(const Post& post) const;

    OtlpTarget target_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Post> queue_;
    bool ending_ = false;
    std::uint64_t failures_ = 0;
    std::thread thread_;
};

}  // namespace shimtrace::monitor
