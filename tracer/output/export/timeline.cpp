#include "tracer/output/export/timeline.hpp"

#include "tracer/output/call_name.hpp"
#include "tracer/output/export/html_text.hpp"
#include "tracer/output/resting.hpp"
#include "tracer/output/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::output {

namespace {

constexpr std::size_t most_bars = 48, most_lanes = 100;

Nanoseconds between(MonotonicTime from, MonotonicTime to) {
    Nanoseconds::rep difference = 0;
    return __builtin_sub_overflow(to.time_since_epoch().count(), from.time_since_epoch().count(), &difference) || difference < 0
               ? Nanoseconds{}
               : Nanoseconds(difference);
}

MonotonicTime began(const SeenMessage& message) {
    Nanoseconds::rep began = 0;
    const bool lost = __builtin_sub_overflow(message.time.time_since_epoch().count(), message.took->count(), &began);
    return lost ? message.time : MonotonicTime(Nanoseconds(began));
}

bool longer(const Bar& a, const Bar& b) {
    return a.length > b.length;
}

std::string words_for(const Event& enter, const OpenFileDictionary& targets) {
    std::string text = call_name(enter);
    if (!enter.fds.empty())
        if (const OpenFile* target = targets.find(enter.fds.front().target)) text += " " + target_text(*target);
    return text;
}

std::string_view letter_of(BarKind kind) {
    constexpr std::string_view letters[] = {"r", "b", "e", "n", "m"};
    return letters[static_cast<std::size_t>(kind)];
}

}  // namespace

void Activity::add(Nanoseconds from, Nanoseconds to) {
    while (to / width_ >= static_cast<std::int64_t>(bins)) {
        for (std::size_t bin = 0; bin < bins / 2; ++bin) busy_[bin] = busy_[2 * bin] || busy_[2 * bin + 1];
        std::fill(busy_.begin() + bins / 2, busy_.end(), false);
        width_ *= 2;
    }
    const auto first = static_cast<std::size_t>(std::max<std::int64_t>(from / width_, 0)),
               last = static_cast<std::size_t>(std::max<std::int64_t>(to / width_, 0));
    for (std::size_t bin = first; bin <= last; ++bin) busy_[bin] = true;
}

std::string Activity::path(Nanoseconds whole) const {
    const double scale = static_cast<double>(width_.count()) / static_cast<double>(std::max<std::int64_t>(whole.count(), 1)) * bins;
    std::string path;
    for (std::size_t bin = 0; bin < bins; ++bin) {
        if (!busy_[bin]) continue;
        std::size_t end = bin;
        while (end < bins && busy_[end]) ++end;
        path += fmt::format("M{:.1f} 0h{:.1f}v1h-{:.1f}", static_cast<double>(bin) * scale, static_cast<double>(end - bin) * scale,
                            static_cast<double>(end - bin) * scale);
        bin = end;
    }
    return path;
}

Timeline::Lane& Timeline::lane(const Event& event) {
    if (!origin_) origin_ = event.time;
    Lane& lane = threads_[event.tid];
    lane.pid = event.pid;
    lane.tid = event.tid;
    return lane;
}

Timeline::Lane& Timeline::lane(Pid pid, MessageProtocol protocol, bool served) {
    Lane& lane = conversations_[{pid, protocol, served}];
    lane.pid = pid;
    lane.suffix = fmt::format("{}, {}", protocol_name(protocol), served ? "answered" : "asked");
    return lane;
}

void Timeline::keep(Lane& lane, MonotonicTime from, Nanoseconds length, BarKind kind, const std::function<std::string()>& text) {
    if (lane.bars.size() >= most_bars) {
        if (length <= lane.bars.front().length) return;
        std::ranges::pop_heap(lane.bars, longer);
        lane.bars.pop_back();
    }
    lane.bars.push_back({from, length, kind, text()});
    std::ranges::push_heap(lane.bars, longer);
}

void Timeline::call(const Event& enter, const Event& exit, const OpenFileDictionary& targets) {
    Lane& lane = this->lane(enter);
    const MonotonicTime from = enter.since.value_or(enter.time);
    const Nanoseconds length = between(from, exit.time);
    lane.note.clear();
    lane.activity.add(between(*origin_, enter.time), between(*origin_, enter.time));
    const bool rests = may_rest(enter);
    if (!rests) lane.blocked = std::max(lane.blocked, length);
    keep(lane, from, length,
         exit.is_error ? BarKind::failed
         : rests       ? BarKind::rests
                       : BarKind::blocks,
         [&] { return words_for(enter, targets); });
}

void Timeline::never_returned(const Event& enter, MonotonicTime last, const OpenFileDictionary& targets) {
    Lane& lane = this->lane(enter);
    const MonotonicTime from = enter.since.value_or(enter.time);
    const bool rests = may_rest(enter);
    if (!rests) {
        lane.never_returned = true;
        lane.blocked = std::max(lane.blocked, between(from, last));
    }
    // Kept whatever else is: it is what the picture is made for.
    lane.bars.push_back({from, between(from, last), rests ? BarKind::rests : BarKind::never_returned,
                         words_for(enter, targets) + " (not returned)" + (lane.note.empty() ? "" : ": " + lane.note)});
}

void Timeline::still_blocked(const Event& event) {
    lane(event).note = event.note;
}

void Timeline::messages(const std::vector<SeenMessage>& messages) {
    for (const SeenMessage& message : messages) {
        if (!message.reply || message.method.empty() || !message.took) continue;
        Lane& lane = this->lane(message.pid, message.protocol, message.served);
        keep(lane, began(message), *message.took, message.error.empty() ? BarKind::message : BarKind::failed,
             [&] { return message.error.empty() ? message.method : message.method + ": " + message.error; });
    }
}

void Timeline::never_answered(const std::vector<AwaitedReply>& calls, MonotonicTime last) {
    for (const AwaitedReply& call : calls) {
        Lane& lane = this->lane(call.pid, call.protocol, call.served);
        lane.never_returned = true;
        lane.blocked = std::max(lane.blocked, between(call.since, last));
        lane.bars.push_back({call.since, between(call.since, last), BarKind::never_returned, call.text + " (no reply)"});
    }
}

std::string Timeline::html(const Lane& lane, const std::string& name, MonotonicTime first, Nanoseconds whole) {
    const auto share = [&](Nanoseconds length) {
        return 100 * static_cast<double>(length.count()) / static_cast<double>(std::max<std::int64_t>(whole.count(), 1));
    };
    const auto worst =
        std::ranges::max_element(lane.bars, {}, [](const Bar& bar) { return std::pair(bar.kind == BarKind::never_returned, bar.length); });
    std::string out = fmt::format("<div class=\"row{}\"><span>{}{}", lane.never_returned ? " bad" : "", output::html(name),
                                  lane.suffix.empty() ? "" : " (" + lane.suffix + ")");
    if (worst != lane.bars.end()) out += fmt::format(": {} {}", output::html(worst->text), duration_text(worst->length));
    out += "</span><div class=\"track\">";
    if (const std::string path = lane.activity.path(whole); !path.empty())
        out += fmt::format("<svg viewBox=\"0 0 {} 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path d=\"{}\"/></svg>",
                           Activity::bins, path);
    std::vector<const Bar*> bars;
    for (const Bar& bar : lane.bars) bars.push_back(&bar);
    std::ranges::sort(bars, {}, [](const Bar* bar) { return bar->from; });
    for (const Bar* bar : bars) {
        const double from = std::clamp(share(between(first, bar->from)), 0.0, 100.0);
        // What began before the session is drawn from its start.
        const Nanoseconds shown = bar->from < first ? bar->length - between(bar->from, first) : bar->length;
        const double width = std::clamp(share(shown), 0.0, 100 - from);
        if (width < 0.02 && bar->kind != BarKind::never_returned && bar->kind != BarKind::failed && bar->kind != BarKind::message) continue;
        out += fmt::format("<b class=\"{}\" style=\"left:{:.3f}%;width:{:.3f}%\" title=\"{} {}\"></b>", letter_of(bar->kind), from, width,
                           output::html(bar->text), duration_text(bar->length));
    }
    return out + "</div></div>\n";
}

std::string Timeline::html(MonotonicTime first, MonotonicTime last, const std::function<std::string(Pid, Tid)>& name) const {
    std::vector<const Lane*> lanes;
    for (const auto& [key, lane] : conversations_) lanes.push_back(&lane);
    for (const auto& [tid, lane] : threads_) lanes.push_back(&lane);
    if (lanes.empty()) return {};
    std::ranges::sort(lanes, [](const Lane* a, const Lane* b) {
        const auto rank = [](const Lane* lane) {
            return std::tuple(!lane->never_returned, -lane->blocked.count(), lane->tid != Tid{}, lane->pid, lane->tid);
        };
        return rank(a) < rank(b);
    });
    const Nanoseconds whole = between(first, last);
    const bool any_before = std::ranges::any_of(
        lanes, [&](const Lane* lane) { return std::ranges::any_of(lane->bars, [&](const Bar& bar) { return bar.from < first; }); });
    std::string out =
        "<p class=\"key faint\">In a call: <i style=\"background:var(--bad)\"></i>that never returned <i "
        "style=\"background:var(--mark)\"></i>for another's sake "
        "<i style=\"background:var(--warn)\"></i>that failed <i style=\"background:var(--line)\"></i>resting <i "
        "style=\"background:var(--good)\"></i>message and reply</p>\n";
    if (any_before)
        out += "<p class=\"faint\">What began before the recording is drawn from its begin; the times beside the names are whole.</p>\n";
    out +=
        "<div class=\"time\" tabindex=\"0\" role=\"region\" aria-label=\"Calls over time: + and - zoom, 0 shows all\"><div "
        "class=\"rows\">\n<div class=\"axis\">";
    for (int part = 0; part <= 4; ++part) out += fmt::format("<span>{}</span>", duration_text(whole / 4 * part));
    out += "</div>\n";
    for (std::size_t i = 0; i < std::min(lanes.size(), most_lanes); ++i)
        out += html(*lanes[i], name(lanes[i]->pid, lanes[i]->tid), first, whole);
    out += "</div></div>\n";
    if (lanes.size() > most_lanes) out += fmt::format("<p class=\"faint\">and {} more threads</p>\n", lanes.size() - most_lanes);
    return out;
}

}  // namespace shimtrace::output
