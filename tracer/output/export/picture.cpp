#include "tracer/output/export/picture.hpp"

#include "tracer/output/export/html_text.hpp"
#include "tracer/output/export/picture_plan.hpp"

#include "decoders/text/durations.hpp"
#include "decoders/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::output {

namespace {

// Pixels where the picture is not scaled. No font is known: letters are taken for as wide as those of the wider common ones.
constexpr int column_width = 400, margin = 18, frame_step = 9, frame_head = 20, frame_foot = 9, line_height = 17, box_padding = 8,
              arrow_gap = 12;
constexpr int shaft_at = margin + 22, words_at = shaft_at + 14;  // beside which the words stand: an arrow crosses none
constexpr std::size_t title_width = 440, note_width = 500;       // in tenths of a common letter's

/// Of UTF-8's byte, that of the letter which it begins: capitals and some others are wider, of other scripts twice as wide at most.
std::size_t width_of(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    if ((code & 0xc0U) == 0x80) return 0;
    if (code >= 0x80) return code >= 0xe0 ? 20 : 14;
    constexpr std::string_view wide = "mw@%";
    return (byte >= 'A' && byte <= 'Z') || wide.contains(byte) ? 14 : 10;
}

/// Lines no wider than `most`; what is longer than a line is broken where it must be.
std::vector<std::string> lines_of(std::string_view foreign, std::size_t most) {
    const std::string text = text::printable(foreign);
    std::vector<std::string> lines(1);
    std::size_t used = 0;
    std::string_view rest = text;
    const auto width = [](std::string_view word) {
        std::size_t sum = 0;
        for (const char c : word) sum += width_of(c);
        return sum;
    };
    constexpr std::size_t space = 10;
    while (!rest.empty()) {
        std::string_view word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        if (used != 0 && used + space + width(word) > most) {
            lines.emplace_back();
            used = 0;
        }
        if (used != 0) {
            lines.back() += ' ';
            used += space;
        }
        while (width(word) > most) {
            std::size_t end = 0;
            for (std::size_t sum = width_of(word[0]); sum <= most; sum += width_of(word[end]))
                end += std::max<std::size_t>(1, text::printable_length(word.substr(end)));
            lines.back() += word.substr(0, end);
            lines.emplace_back();
            word.remove_prefix(end);
        }
        lines.back() += word;
        used += width(word);
    }
    return lines;
}

struct Frame {
    std::string name;
    int top = 0;
    std::size_t depth = 0;
};

struct Placed {
    int top = 0, bottom = 0, left = 0, right = 0;
    std::size_t column = 0, row = 0;
};

struct Column {
    int bottom = 6;
    std::size_t rows = 0;
    std::vector<Frame> open;
};

class Drawing {
public:
    Drawing(const PicturePlan& plan, bool bad) : plan_(plan), bad_(bad), placed_(plan.boxes.size()) {
        for (std::size_t box = 0; box < plan.boxes.size(); ++box) place(box);
        for (Column& column : columns_) close_frames(column, 0);
        // What leads back, or from one column to the other.
        for (std::size_t arrow = 0; arrow < plan.arrows.size(); ++arrow)
            if (!is_straight(plan.arrows[arrow])) bend(plan.arrows[arrow]);
    }

    [[nodiscard]] std::string text() const { return frames_ + body_; }
    [[nodiscard]] int width() const { return columns_[1].rows == 0 ? column_width : 2 * column_width + 20; }
    [[nodiscard]] int height() const { return std::max(columns_[0].bottom, columns_[1].bottom) + 8; }

private:
    [[nodiscard]] int left_of(std::size_t column) const { return static_cast<int>(column) * (column_width + 20); }

    /// From a box to the next one below it.
    [[nodiscard]] bool is_straight(const PictureArrow& arrow) const {
        return placed_[arrow.from].column == placed_[arrow.to].column && placed_[arrow.to].row == placed_[arrow.from].row + 1;
    }

    void close_frames(Column& column, std::size_t keep) {
        while (column.open.size() > keep) {
            const Frame frame = column.open.back();
            column.open.pop_back();
            column.bottom += frame_foot;
            const int inset = static_cast<int>(frame.depth) * frame_step + margin - frame_step;
            const int left = left_of(&column == columns_ ? 0 : 1) + inset;
            // Outer ones are closed last and must lie below.
            frames_.insert(0, fmt::format("<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>"
                                          "<text class=\"framed\" x=\"{}\" y=\"{}\">{}</text>\n",
                                          left, frame.top, column_width - 2 * inset, column.bottom - frame.top,
                                          left_of(&column == columns_ ? 0 : 1) + words_at, frame.top + 15,
                                          html(lines_of(frame.name, note_width).front())));
        }
    }

    void place(std::size_t index) {
        const PictureBox& box = plan_.boxes[index];
        const std::size_t number = box.on_chain ? 0 : 1;
        Column& column = columns_[number];
        std::size_t common = 0;
        while (common < column.open.size() && common < box.frames.size() && column.open[common].name == box.frames[common]) ++common;
        close_frames(column, common);
        put_arrows_into(index, column);
        for (std::size_t depth = common; depth < box.frames.size(); ++depth) {
            column.open.push_back({.name = box.frames[depth], .top = column.bottom, .depth = depth});
            column.bottom += frame_head;
        }
        put_box(index, column, number);
    }

    /// The arrow from the box above, with its words beside it; of a box that nothing leads to, a gap.
    void put_arrows_into(std::size_t index, Column& column) {
        const std::size_t number = plan_.boxes[index].on_chain ? 0 : 1;
        const int above = column.bottom;
        bool drawn = false;
        for (const PictureArrow& arrow : plan_.arrows) {
            if (arrow.to != index || arrow.from >= index || column.rows == 0 || placed_[arrow.from].column != number ||
                placed_[arrow.from].row + 1 != column.rows)
                continue;
            const int x = left_of(number) + shaft_at;
            const std::vector<std::string> words = words_of(arrow);
            int y = above + arrow_gap + 8;
            std::string text;
            for (std::size_t line = 0; line < words.size(); ++line, y += line_height)
                text += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>", line == 0 ? "verb" : "note", x + words_at - shaft_at,
                                    y, html(words[line]));
            column.bottom = std::max(above + 34, y - 4);
            const int head = static_cast<int>(opened_by(index, column)) * frame_head;
            put_arrow(arrow, fmt::format("M{} {}V{}", x, placed_[arrow.from].bottom, column.bottom + head - 2), text);
            drawn = true;
            break;
        }
        if (!drawn && column.rows != 0) column.bottom += arrow_gap;
    }

    /// How many frames begin between the arrow's head and the box.
    [[nodiscard]] std::size_t opened_by(std::size_t index, const Column& column) const {
        return plan_.boxes[index].frames.size() - column.open.size();
    }

    [[nodiscard]] static std::vector<std::string> words_of(const PictureArrow& arrow) {
        std::string verb = arrow.waits;
        if (!arrow.on.empty()) verb += " " + arrow.on;
        if (arrow.since_s >= 1) verb += fmt::format(", for at least {}", text::duration_in_words(arrow.since_s));
        if (arrow.inferred) verb += " (inferred)";
        if (arrow.normal) verb += " (resting)";
        std::vector<std::string> lines = lines_of(verb, title_width);
        if (!arrow.told && !arrow.evidence.empty()) std::ranges::move(lines_of(arrow.evidence, note_width), std::back_inserter(lines));
        return lines;
    }

    void put_arrow(const PictureArrow& arrow, const std::string& path, const std::string& text) {
        std::string spoken = arrow.waits;
        if (!arrow.on.empty()) spoken += " " + arrow.on;
        spoken = fmt::format("{} → {} → {}", plan_.boxes[arrow.from].title, spoken, plan_.boxes[arrow.to].title);
        if (!arrow.evidence.empty()) spoken += ": " + arrow.evidence;
        const std::string safe = html(spoken);
        body_ += fmt::format(
            "<g class=\"arrow{}{}\" tabindex=\"0\" role=\"img\" aria-label=\"{}\"><title>{}</title><path class=\"wide\" d=\"{}\"/>"
            "<path class=\"shaft\" d=\"{}\" marker-end=\"url(#HEAD)\"/>{}</g>\n",
            arrow.on_chain && bad_ ? " bad" : "", arrow.inferred ? " inferred" : "", safe, safe, path, path, text);
    }

    void put_box(std::size_t index, Column& column, std::size_t number) {
        const PictureBox& box = plan_.boxes[index];
        const int inset = margin + static_cast<int>(column.open.empty() ? 0 : column.open.size() - 1) * frame_step;
        Placed& placed = placed_[index];
        placed = {.top = column.bottom,
                  .bottom = 0,
                  .left = left_of(number) + inset,
                  .right = left_of(number) + column_width - inset,
                  .column = number,
                  .row = column.rows++};
        int y = placed.top + box_padding + 12;
        std::string text;
        const auto add = [&](const char* kind, const std::string& line) {
            text += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>", kind, placed.left + 10, y, html(line));
            y += line_height;
        };
        std::string spoken = box.title;
        if (box.to_blame) add("blame", "to blame");
        for (const std::string& line : lines_of(box.title, title_width)) add("title", line);
        for (const std::string& note : box.notes) {
            spoken += ", " + note;
            for (const std::string& line : lines_of(note, note_width)) add("note", line);
        }
        if (box.to_blame) spoken += ", to blame";
        for (auto frame = box.frames.rbegin(); frame != box.frames.rend(); ++frame) spoken += ", of " + *frame;
        placed.bottom = y - 12 + box_padding - 4;
        column.bottom = placed.bottom;
        const std::string_view shape = box.shape == BoxShape::object ? "object" : box.shape == BoxShape::nobody ? "nobody" : "actor";
        const std::string safe = html(spoken);
        body_ += fmt::format(
            "<g class=\"{}{}\" tabindex=\"0\" role=\"img\" aria-label=\"{}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" "
            "height=\"{}\" rx=\"{}\"/>{}</g>\n",
            shape, box.to_blame ? " culprit" : "", safe, safe, placed.left, placed.top, placed.right - placed.left,
            placed.bottom - placed.top, box.shape == BoxShape::actor ? 4 : 13, text);
    }

    /// Back up on the left of the boxes, its words below the last of them; to the other column, through the space between.
    void bend(const PictureArrow& arrow) {
        const Placed& from = placed_[arrow.from];
        const Placed& to = placed_[arrow.to];
        const int end = (to.top + to.bottom) / 2;
        if (from.column != to.column) {
            const int start = (from.top + from.bottom) / 2;
            const bool right = to.column > from.column;
            const int middle = column_width + 10;
            put_arrow(
                arrow,
                fmt::format("M{} {}H{}V{}H{}", right ? from.right : from.left, start, middle, end, right ? to.left - 2 : to.right + 2), {});
            return;
        }
        Column& column = columns_[from.column];
        const int edge = left_of(from.column) + 5, x = left_of(from.column) + shaft_at;
        const bool is_last = from.row + 1 == column.rows;
        if (!is_last) {
            put_arrow(arrow, fmt::format("M{} {}H{}V{}H{}", from.left, (from.top + from.bottom) / 2, edge, end, to.left - 2), {});
            return;
        }
        int y = column.bottom + arrow_gap + 8;
        std::string text;
        std::vector<std::string> words = words_of(arrow);
        words.push_back("(back to " + plan_.boxes[arrow.to].title + ")");
        for (std::size_t line = 0; line < words.size(); ++line, y += line_height)
            text += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>", line == 0 ? "verb" : "note", x + words_at - shaft_at, y,
                                html(words[line]));
        column.bottom = y;
        put_arrow(arrow, fmt::format("M{} {}V{}H{}V{}H{}", x, from.bottom, y - 6, edge, end, to.left - 2), text);
    }

    const PicturePlan& plan_;
    const bool bad_;
    std::vector<Placed> placed_;
    Column columns_[2];
    std::string frames_, body_;
};

/// An arrow's head is named within the page. Foreign text has no bare quotation mark, and so is never taken for such a place.
std::string with_heads(std::string text, std::string_view id) {
    constexpr std::string_view place = "\"url(#HEAD)\"";
    for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + 1))
        text.replace(at, place.size(), fmt::format("\"url(#{}-head)\"", id));
    return text;
}

}  // namespace

std::string wait_picture(const Diagnosis& diagnosis, const Snapshot& snapshot, std::string_view id, bool evidence_beside) {
    PicturePlan plan = plan_picture(diagnosis, snapshot);
    if (plan.boxes.empty()) return {};
    for (PictureArrow& arrow : plan.arrows) arrow.told = arrow.told && evidence_beside;
    const Drawing drawing(plan, diagnosis.stuck);
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture\" role=\"group\" aria-labelledby=\"{0}-title\" "
        "aria-describedby=\"{0}-desc\" "
        "viewBox=\"0 0 {1} {2}\" width=\"{1}\" height=\"{2}\">\n<title id=\"{0}-title\">Who waits for whom</title><desc "
        "id=\"{0}-desc\">{3}</desc>\n"
        "<defs><marker id=\"{0}-head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
        "<path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
        id, drawing.width(), drawing.height(), html(diagnosis.summary));
    out += with_heads(drawing.text(), id);
    return out + "</svg>\n";
}

std::string wait_list(const Diagnosis& diagnosis) {
    if (diagnosis.chain.empty()) return {};
    std::string out = "<ol class=\"chain\">\n", last;
    for (const ChainLink& link : diagnosis.chain) {
        out += "<li>" + (link.from == last ? std::string("which") : "<b>" + html(link.from) + "</b>") + " <i>" + html(link.waits) + "</i>";
        if (!link.on.empty()) out += " " + html(link.on);
        if (!link.to.empty() && !link.on.ends_with(" " + link.to)) out += " → <b>" + html(link.to) + "</b>";
        out += "</li>\n";
        last = link.to;
    }
    return out + "</ol>\n";
}

std::string_view picture_css() {
    return R"(:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--faint:#57606a;--line:#c4cad2;--box:#f5f7fa;--bad:#b3261e;--bad-box:#fdeceb;--good:#1a6b3a;--good-box:#e8f5ec;--warn:#855200;--warn-box:#fff3dc;--mark:#0b57d0}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--paper:#13161a;--faint:#a9b2bd;--line:#414a55;--box:#1e242b;--bad:#ff9289;--bad-box:#3b1d1b;--good:#7fd49c;--good-box:#16301f;--warn:#f0c36a;--warn-box:#332810;--mark:#8ab4f8}}
.picture{max-width:100%;height:auto;font:13px system-ui,sans-serif}
.picture text{fill:var(--ink)}.picture .title,.picture .verb{font-weight:600}.picture .note{font-size:12px;fill:var(--faint)}
.picture .verb{font-style:italic;font-weight:400}.picture .frame{fill:none;stroke:var(--line);stroke-dasharray:3 3}.picture .framed{font-size:12px;fill:var(--faint)}
.picture rect{fill:var(--box);stroke:var(--line)}.picture .object rect{fill:var(--paper)}.picture .nobody rect{fill:var(--paper);stroke-dasharray:5 3}
.picture .culprit rect{fill:var(--bad-box);stroke:var(--bad);stroke-width:2}.picture .blame{fill:var(--bad);font-size:11px;font-weight:600;text-transform:uppercase}
.picture .shaft{fill:none;stroke:var(--faint);stroke-width:1.5}.picture .bad .shaft{stroke:var(--bad);stroke-width:2.5}.picture .inferred .shaft{stroke-dasharray:6 3}
.picture .wide{fill:none;stroke:transparent;stroke-width:14}.picture .head{fill:context-stroke}
.picture g:focus{outline:none}.picture g:focus rect,.picture g:hover rect{stroke:var(--mark);stroke-width:2.5}.picture g:focus .shaft,.picture g:hover .shaft{stroke:var(--mark);stroke-width:3.5}.picture g:focus .note,.picture g:hover .note{fill:var(--ink)}
)";
}

}  // namespace shimtrace::output
