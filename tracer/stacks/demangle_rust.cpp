// Rust's v0 symbol mangling (RFC 2603, https://doc.rust-lang.org/rustc/symbol-mangling/v0.html). Back-references make a short name stand
// for an endless text: what is written and how deep it goes are both bounded.
#include "tracer/stacks/demangle.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace shimtrace::stacks {
namespace {

constexpr std::size_t most_text = 4096;
constexpr int most_depth = 96;
constexpr std::size_t most_steps = 1 << 16;

struct BasicType {
    char tag;
    std::string_view name;
};
constexpr BasicType basic_types[] = {
    {'a', "i8"},    {'b', "bool"},  {'c', "char"}, {'d', "f64"}, {'e', "str"},  {'f', "f32"},  {'h', "u8"},
    {'i', "isize"}, {'j', "usize"}, {'l', "i32"},  {'m', "u32"}, {'n', "i128"}, {'o', "u128"}, {'s', "i16"},
    {'t', "u16"},   {'u', "()"},    {'v', "..."},  {'x', "i64"}, {'y', "u64"},  {'z', "!"},    {'p', "_"},
};

void append_utf8(std::string& out, std::uint32_t code) {
    const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
    if (code < 0x80) return byte(code);
    if (code < 0x800) {
        byte(0xc0 | code >> 6);
    } else if (code < 0x10000) {
        byte(0xe0 | code >> 12);
        byte(0x80 | (code >> 6 & 0x3f));
    } else {
        byte(0xf0 | code >> 18);
        byte(0x80 | (code >> 12 & 0x3f));
        byte(0x80 | (code >> 6 & 0x3f));
    }
    byte(0x80 | (code & 0x3f));
}

/// RFC 3492, with an underscore for the dash.
std::optional<std::string> decode_punycode(std::string_view text) {
    constexpr std::uint32_t base = 36, least = 1, most = 26, skew = 38, damp = 700;
    std::vector<std::uint32_t> codes;
    if (const std::size_t separator = text.rfind('_'); separator != std::string_view::npos) {
        codes.assign(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(separator));
        text.remove_prefix(separator + 1);
    }
    std::uint64_t code = 128, position = 0;
    std::uint32_t bias = 72;
    bool first = true;
    while (!text.empty()) {
        const std::uint64_t before = position;
        std::uint64_t weight = 1;
        for (std::uint32_t k = base;; k += base) {
            if (text.empty() || weight > 1'000'000'000) return std::nullopt;
            const char c = text.front();
            text.remove_prefix(1);
            if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) return std::nullopt;
            const std::uint32_t digit = c >= 'a' ? static_cast<std::uint32_t>(c - 'a') : static_cast<std::uint32_t>(c - '0') + 26;
            position += digit * weight;
            const std::uint32_t threshold = k <= bias ? least : std::clamp(k - bias, least, most);
            if (digit < threshold) break;
            weight *= base - threshold;
        }
        const std::uint64_t count = codes.size() + 1;
        std::uint64_t delta = first ? (position - before) / damp : (position - before) / 2;
        first = false;
        delta += delta / count;
        std::uint32_t steps = 0;
        for (; delta > (base - least) * most / 2; steps += base) delta /= base - least;
        bias = steps + static_cast<std::uint32_t>((base - least + 1) * delta / (delta + skew));
        code += position / count;
        position %= count;
        if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return std::nullopt;
        codes.insert(codes.begin() + static_cast<std::ptrdiff_t>(position++), static_cast<std::uint32_t>(code));
    }
    std::string result;
    for (const std::uint32_t one : codes) append_utf8(result, one);
    return result;
}

struct Identifier {
    std::string text;
    std::uint64_t disambiguator = 0;
};

/// Each part reads its piece of the name and writes its text; once it has failed, all of them do nothing.
class Demangler {
public:
    explicit Demangler(std::string_view mangled) : mangled_(mangled) {}

    std::optional<std::string> run() {
        path(true);
        if (at_ < mangled_.size() && peek() >= 'A' && peek() <= 'Z') {  // the crate that instantiated it
            quiet([&] { path(false); });
        }
        const bool whole = at_ == mangled_.size() || mangled_[at_] == '.' || mangled_[at_] == '$';
        if (failed_ || !whole || out_.empty()) return std::nullopt;
        return std::move(out_);
    }

private:
    struct Deeper {
        explicit Deeper(Demangler& demangler) : depth(demangler.depth_) {
            if (++depth > most_depth || ++demangler.steps_ > most_steps) demangler.failed_ = true;
        }
        ~Deeper() { --depth; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;
        int& depth;
    };

    [[nodiscard]] char peek() const { return at_ < mangled_.size() ? mangled_[at_] : '\0'; }
    char next() {
        if (failed_ || at_ >= mangled_.size()) {
            failed_ = true;
            return '\0';
        }
        return mangled_[at_++];
    }
    bool take(char c) {
        if (failed_ || peek() != c) return false;
        ++at_;
        return true;
    }
    void write(std::string_view text) {
        if (silent_ || failed_) return;
        if (out_.size() + text.size() > most_text) {
            failed_ = true;
            return;
        }
        out_ += text;
    }
    template <typename Part>
    void quiet(Part&& part) {
        const bool before = silent_;
        silent_ = true;
        part();
        silent_ = before;
    }
    /// Parts up to an E, with something between them.
    template <typename Part>
    std::size_t list(std::string_view between, Part&& part) {
        std::size_t count = 0;
        for (; !failed_ && !take('E'); ++count) {
            if (count != 0) write(between);
            part();
        }
        return count;
    }

    std::uint64_t decimal() {
        std::uint64_t value = 0;
        if (take('0')) return 0;
        if (peek() < '0' || peek() > '9') failed_ = true;
        while (!failed_ && peek() >= '0' && peek() <= '9') {
            value = value * 10 + static_cast<std::uint64_t>(next() - '0');
            if (value > mangled_.size()) failed_ = true;
        }
        return value;
    }
    std::uint64_t base62() {
        if (take('_')) return 0;
        std::uint64_t value = 0;
        while (!failed_) {
            const char c = next();
            if (c == '_') return value + 1;
            std::uint64_t digit = 0;
            if (c >= '0' && c <= '9') {
                digit = static_cast<std::uint64_t>(c - '0');
            } else if (c >= 'a' && c <= 'z') {
                digit = static_cast<std::uint64_t>(c - 'a') + 10;
            } else if (c >= 'A' && c <= 'Z') {
                digit = static_cast<std::uint64_t>(c - 'A') + 36;
            } else {
                failed_ = true;
            }
            if (value > (std::uint64_t{1} << 56)) failed_ = true;
            value = value * 62 + digit;
        }
        return 0;
    }
    std::uint64_t optional_base62(char tag) { return take(tag) ? base62() + 1 : 0; }

    Identifier identifier() {
        const std::uint64_t disambiguator = optional_base62('s');
        return {undisambiguated(), disambiguator};
    }
    std::string undisambiguated() {
        const bool punycode = take('u');
        const std::uint64_t length = decimal();
        take('_');
        if (failed_ || length > mangled_.size() - at_) {
            failed_ = true;
            return {};
        }
        const std::string_view text = mangled_.substr(at_, length);
        at_ += length;
        if (!punycode) return std::string(text);
        auto decoded = decode_punycode(text);
        if (!decoded) failed_ = true;
        return decoded.value_or("");
    }

    /// What was written before, once more.
    template <typename Part>
    void back_reference(Part&& part) {
        const std::size_t here = at_ - 1;
        const std::uint64_t target = base62();
        if (failed_ || target >= here) {
            failed_ = true;
            return;
        }
        if (silent_) return;
        const std::size_t after = at_;
        at_ = target;
        part();
        at_ = after;
    }

    void path(bool in_value) {
        const Deeper deeper(*this);
        switch (next()) {
            case 'C':
                write(identifier().text);
                break;
            case 'M':
                implementation();
                write("<");
                type();
                write(">");
                break;
            case 'X':
                implementation();
                [[fallthrough]];
            case 'Y':
                write("<");
                type();
                write(" as ");
                path(false);
                write(">");
                break;
            case 'N':
                nested(in_value);
                break;
            case 'I':
                path(in_value);
                write(in_value ? "::<" : "<");
                list(", ", [&] { generic_argument(); });
                write(">");
                break;
            case 'B':
                back_reference([&] { path(in_value); });
                break;
            default:
                failed_ = true;
        }
    }
    /// The path of an impl block says where it stands, not what it is.
    void implementation() {
        quiet([&] {
            optional_base62('s');
            path(false);
        });
    }
    void nested(bool in_value) {
        const char space = next();
        path(in_value);
        const Identifier name = identifier();
        if (space >= 'A' && space <= 'Z') {
            write("::{");
            write(space == 'C' ? "closure" : space == 'S' ? "shim" : std::string_view(&space, 1));
            if (!name.text.empty()) write(":" + name.text);
            write("#" + std::to_string(name.disambiguator) + "}");
        } else if (space >= 'a' && space <= 'z') {
            if (!name.text.empty()) write("::" + name.text);
        } else {
            failed_ = true;
        }
    }

    void generic_argument() {
        if (peek() == 'L') {
            lifetime();
        } else if (take('K')) {
            constant();
        } else {
            type();
        }
    }
    /// "L_" is an erased one; others count outwards from the innermost binder.
    void lifetime() {
        if (!take('L')) failed_ = true;
        const std::uint64_t index = base62();
        if (index == 0) return write("'_");
        if (index > bound_) {
            failed_ = true;
            return;
        }
        write_lifetime(bound_ - index);
    }
    void write_lifetime(std::uint64_t number) {
        write(number < 26 ? std::string("'") + static_cast<char>('a' + number) : "'_" + std::to_string(number));
    }
    template <typename Part>
    void binder(Part&& part) {
        const std::uint64_t count = optional_base62('G');
        if (count > 64) failed_ = true;
        if (count != 0 && !failed_) {
            write("for<");
            for (std::uint64_t i = 0; i < count; ++i) {
                if (i != 0) write(", ");
                write_lifetime(bound_++);
            }
            write("> ");
        }
        part();
        if (!failed_) bound_ -= count;
    }

    void type() {
        const Deeper deeper(*this);
        const char tag = next();
        if (const auto basic = std::ranges::find(basic_types, tag, &BasicType::tag); basic != std::end(basic_types))
            return write(basic->name);
        switch (tag) {
            case 'A':
            case 'S':
                write("[");
                type();
                if (tag == 'A') {
                    write("; ");
                    constant();
                }
                write("]");
                break;
            case 'T':
                write("(");
                if (list(", ", [&] { type(); }) == 1) write(",");
                write(")");
                break;
            case 'R':
            case 'Q':
                write("&");
                if (peek() == 'L') {
                    const std::size_t before = out_.size();
                    lifetime();
                    if (out_.substr(before) == "'_") {
                        out_.resize(before);
                    } else {
                        write(" ");
                    }
                }
                if (tag == 'Q') write("mut ");
                type();
                break;
            case 'P':
            case 'O':
                write(tag == 'P' ? "*const " : "*mut ");
                type();
                break;
            case 'F':
                binder([&] { function(); });
                break;
            case 'D':
                dynamic();
                break;
            case 'B':
                back_reference([&] { type(); });
                break;
            default:
                --at_;
                path(false);
        }
    }
    void function() {
        if (take('U')) write("unsafe ");
        if (take('K')) {
            std::string abi = take('C') ? "C" : undisambiguated();
            std::ranges::replace(abi, '_', '-');
            write("extern \"" + abi + "\" ");
        }
        write("fn(");
        list(", ", [&] { type(); });
        write(")");
        if (take('u')) return;
        write(" -> ");
        type();
    }
    void dynamic() {
        write("dyn ");
        binder([&] { list(" + ", [&] { dynamic_trait(); }); });
        if (peek() != 'L') {
            failed_ = true;
            return;
        }
        const std::size_t before = out_.size();
        write(" + ");
        const std::size_t after = out_.size();
        lifetime();
        if (out_.substr(after) == "'_") out_.resize(before);
    }
    /// Associated types stand among the trait's generic arguments: "Iterator<Item = u8>".
    void dynamic_trait() {
        const std::size_t before = out_.size();
        path(false);
        bool open = false;
        if (peek() == 'p' && out_.size() > before && out_.back() == '>') {
            out_.pop_back();
            open = true;
            write(", ");
        }
        bool first = true;
        while (take('p')) {
            if (!first) {
                write(", ");
            } else if (!open) {
                write("<");
                open = true;
            }
            first = false;
            write(undisambiguated() + " = ");
            type();
        }
        if (!first && open) write(">");
    }

    void constant() {
        const Deeper deeper(*this);
        const char tag = next();
        if (tag == 'B') return back_reference([&] { constant(); });
        if (tag == 'p') return write("_");
        if (std::string_view("abchijlmnostxy").find(tag) == std::string_view::npos) {  // structs, references: not yet stable
            failed_ = true;
            return;
        }
        const bool negative = take('n');
        std::string digits;
        for (char c = next(); c != '_' && !failed_; c = next()) {
            if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) failed_ = true;
            digits += c;
        }
        if (failed_) return;
        if (digits.empty()) digits = "0";
        if (digits.size() > 16) return write((negative ? "-0x" : "0x") + digits);
        const std::uint64_t value = std::strtoull(digits.c_str(), nullptr, 16);
        if (tag == 'b') return write(value != 0 ? "true" : "false");
        if (tag == 'c' && value < 0x110000) {
            std::string character;
            append_utf8(character, static_cast<std::uint32_t>(value));
            return write("'" + character + "'");
        }
        write((negative ? "-" : "") + std::to_string(value));
    }

    std::string_view mangled_;  ///< after "_R"
    std::size_t at_ = 0, steps_ = 0;
    std::string out_;
    std::uint64_t bound_ = 0;  ///< lifetimes that binders around have named
    int depth_ = 0;
    bool failed_ = false, silent_ = false;
};

}  // namespace

std::optional<std::string> demangle_rust(std::string_view name) {
    if (!name.starts_with("_R")) return std::nullopt;
    name.remove_prefix(2);
    if (!name.empty() && name.front() >= '0' && name.front() <= '9') return std::nullopt;  // a version of the encoding that is not yet
    return Demangler(name).run();
}

}  // namespace shimtrace::stacks
