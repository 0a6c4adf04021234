// Who asks over HTTP is answered from what the last look has left: no request reaches the host.
#pragma once

#include "tracer/monitor/hang_json.hpp"
#include "tracer/monitor/metrics.hpp"

#include <shimtrace/error.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace shimtrace::monitor {

/// What is answered until the next look; never changed once it is published.
struct Published {
    std::vector<Metric> metrics;
    HangAnswers hangs;
    std::string page;
    std::map<std::string, std::string> snapshots, recordings;  ///< a hang's id: the path of its file
    MonotonicTime good_until;                                  ///< later than this, looks fail to happen
};

struct WebOptions {
    std::vector<std::string> listen;                        ///< HOST:PORT with a numeric address, unix:PATH
    std::string token;                                      ///< empty: nobody has to show one
    std::function<void(const std::string&)> made = {};      ///< told of a listener's file
    std::function<void(const std::string&)> removing = {};  ///< told of a listener's file before it is removed
};

/// Where a listener may stand open to: only this machine, or others as well.
bool is_local_address(const std::string& listen);

/// One thread serves all, at most 64 at once and each for at most 30 s; who is the longest at it goes when there are more.
class WebServer {
public:
    static Result<std::unique_ptr<WebServer>> start(const WebOptions& options);
    virtual ~WebServer() = default;
    virtual void publish(std::shared_ptr<const Published> published) = 0;
};

}  // namespace shimtrace::monitor
