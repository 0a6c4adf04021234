#include "tracer/monitor/metrics.hpp"

#include "tracer/monitor/seconds.hpp"
#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/proc_text.hpp"

#include <sys/sysinfo.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <ctime>

namespace shimtrace::monitor {

namespace {

/// The second number of /proc/self/statm, in pages.
double resident_bytes(const host::ProcDirectory& self, std::string& scratch) {
    const auto text = self.read("statm", scratch);
    if (!text) return 0;
    const std::size_t blank = text->find(' ');
    std::uint64_t pages = 0;
    if (blank != text->npos) std::from_chars(text->data() + blank + 1, text->data() + text->size(), pages);
    return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double start_time(const host::ProcDirectory& self, std::string& scratch) {
    const auto text = self.read("stat", scratch);
    const auto stat = text ? host::parse_stat(*text) : std::nullopt;
    timespec boot{}, now{};
    ::clock_gettime(CLOCK_BOOTTIME, &boot);
    ::clock_gettime(CLOCK_REALTIME, &now);
    const double booted = static_cast<double>(now.tv_sec - boot.tv_sec) + static_cast<double>(now.tv_nsec - boot.tv_nsec) / 1e9;
    return booted + (stat ? static_cast<double>(stat->start_time) / static_cast<double>(::sysconf(_SC_CLK_TCK)) : 0);
}

}  // namespace

std::vector<Metric> own_metrics(const Counted& requests) {
    std::vector<Metric> all;
    if (!requests.empty()) {
        Metric& asked = all.emplace_back(Metric{"shimtrace_http_requests", MetricKind::counter, "Answers by status.", {}});
        for (const auto& [code, count] : requests)
            asked.samples.push_back({.labels = {{"code", code}}, .value = static_cast<double>(count)});
    }
    const auto add = [&](const char* name, MetricKind kind, const char* help, double value) {
        all.push_back({.name = name, .kind = kind, .help = help, .samples = {{.labels = {}, .value = value}}});
    };
    add("process_cpu_seconds", MetricKind::counter, "CPU time of the monitor.", own_cpu_seconds(false));
    std::string scratch;
    const auto self = host::ProcDirectory::open("/proc/self");
    if (!self) return all;
    add("process_resident_memory_bytes", MetricKind::gauge, "Memory of the monitor.", resident_bytes(*self, scratch));
    add("process_start_time_seconds", MetricKind::gauge, "When the monitor began.", start_time(*self, scratch));
    if (const auto directory = self->directory("fd"))
        if (const auto descriptors = directory->numbers())
            add("process_open_fds", MetricKind::gauge, "Descriptors that the monitor has open.", static_cast<double>(descriptors->size()));
    return all;
}

}  // namespace shimtrace::monitor
