// Writes pieces of a call into a string, in the style that was asked for. Appends by hand: a replay formats a million calls a second.
#pragma once

#include "decoders/syscalls/call.hpp"
#include "decoders/syscalls/render.hpp"

#include <string>
#include <string_view>

namespace shimtrace::decoders {

/// An array is looked at no further than this, whatever its count says.
constexpr std::uint64_t most_array_bytes = 1 << 16;

class Printer {
public:
    Printer(std::string& out, const Call& call, const RenderStyle& style, const RenderScope& scope)
        : out_(&out), call_(call), style_(style), scope_(scope) {}

    [[nodiscard]] const Call& call() const { return call_; }
    [[nodiscard]] const RenderStyle& style() const { return style_; }
    [[nodiscard]] const RenderScope& scope() const { return scope_; }
    [[nodiscard]] bool abbreviate() const { return style_.abbreviate; }
    /// How many elements of a list are shown: as many as a string may have characters.
    [[nodiscard]] std::uint64_t element_limit() const { return style_.abbreviate ? style_.string_limit : UINT64_MAX; }
    void redirect(std::string& out) { out_ = &out; }
    [[nodiscard]] std::string& out() { return *out_; }

    void put(char c) { out_->push_back(c); }
    void text(std::string_view text) { out_->append(text); }
    void decimal(std::int64_t value);
    void unsigned_decimal(std::uint64_t value);
    void hex(std::uint64_t value);                            ///< 0 is "0"
    void hex0x(std::uint64_t value);                          ///< 0 is "0x0"
    void hex_in_8(std::uint32_t value);                       ///< as printf's %#08x: 0x00002a, 00000000
    void padded_hex(std::uint64_t value, unsigned digits);    ///< 0x00ff: so many digits
    void octal(std::uint64_t value);                          ///< 0644; 0 is "0"
    void octal_padded(std::uint64_t value, unsigned digits);  ///< 00, 0644: at least so many digits after the leading 0
    void address(std::uint64_t value);                        ///< "NULL" or hex
    void comment(std::string_view text) { out_->append(" /* ").append(text).append(" */"); }

    /// An ORed set.
    void flags(const FlagSet& set, std::uint64_t value);
    /// One value of a set.
    void constant(const FlagSet& set, std::uint64_t value);
    void signal(std::int64_t number);
    /// By its name whatever -X says, as strace has it in results and statuses.
    void signal_name(std::int64_t number);
    /// A set of signals: [CHLD], ~[KILL STOP], [].
    void signal_set(std::span<const std::byte> mask);
    void mode(std::uint64_t mode);            ///< S_IFREG|0644
    void permissions(std::uint64_t mode);     ///< 0644
    void device(std::uint64_t device);        ///< makedev(0x8, 0x1)
    void error(std::int64_t number);          ///< ENOENT, or the number
    void negated_error(std::int64_t number);  ///< -ENOENT, or the number
    void open_flags(std::uint64_t flags);
    void interface_index(std::uint32_t index);   ///< if_nametoindex("lo"): Linux gives 1 to every namespace's loopback, and to nothing else
    void clock_ticks(std::uint64_t ticks);       ///< 250 /* 2.50 s */
    void kernel_version(std::uint64_t version);  ///< KERNEL_VERSION(6, 1, 0)

    /// Bytes as a quoted string, of `length` in all.
    void quoted(std::span<const std::byte> bytes, std::uint64_t length, std::uint32_t limit);
    void quoted(std::span<const std::byte> bytes, std::uint64_t length) { quoted(bytes, length, style_.string_limit); }
    /// "\x61\x62", whatever -x says.
    void all_hex(std::span<const std::byte> bytes, std::uint32_t limit = UINT32_MAX);
    /// A buffer of `length` bytes at an address of the tracee.
    void buffer(std::uint64_t address, std::uint64_t length);
    /// A NUL-terminated string at an address of the tracee, cut at `limit`.
    void string(std::uint64_t address, std::uint32_t limit);
    /// One of which the kernel takes no more than `most` characters.
    void bounded_string(std::uint64_t address, std::uint32_t most);
    void path(std::uint64_t address);
    /// A NUL-terminated string in a fixed field of a struct.
    void field_text(std::span<const std::byte> field);

    void fd(std::int32_t fd);
    /// The result, a descriptor: with what it leads to since, where the call was given its number (dup2).
    void returned_fd();
    /// "<pipe:[8191] stdout of ns/id>": what a descriptor of the call leads to; nothing where that is not known.
    void target(Fd fd);
    void interest(const InterestEntry& entry);
    void directory_fd(std::int32_t fd);  ///< AT_FDCWD
    void pid(std::int32_t pid);
    void user(std::uint32_t id);  ///< -1 stands for "as it is", or nobody

    /// A T at an address, or the address where it was not captured. nullopt: the address was written.
    template <typename T>
    std::optional<T> value_or_address(std::uint64_t address) {
        if (address != 0)
            if (const auto found = call_.value<T>(address)) return found;
        this->address(address);
        return std::nullopt;
    }

private:
    [[nodiscard]] const TaskInfo* named_by_caller(std::int32_t pid) const;
    std::string* out_;
    const Call& call_;
    const RenderStyle& style_;
    const RenderScope& scope_;
};

/// {name=value, name=value}
class Fields {
public:
    /// A struct in two parts: what is known when a call begins, and what it has filled.
    enum Part : std::uint8_t { whole, left_open, continued };
    explicit Fields(Printer& printer, Part part = whole) : printer_(printer), closes_(part != left_open), first_(part != continued) {
        if (first_) printer_.put('{');
    }
    Fields(const Fields&) = delete;
    Fields& operator=(const Fields&) = delete;
    ~Fields() {
        if (closes_) printer_.put('}');
    }

    Printer& operator()(std::string_view name) {
        separate();
        printer_.text(name);
        printer_.put('=');
        return printer_;
    }
    /// "..." for what is left out.
    void more() {
        separate();
        printer_.text("...");
    }
    void separate() {
        if (!first_) printer_.text(", ");
        first_ = false;
    }

private:
    Printer& printer_;
    bool closes_, first_;
};

/// Whether what was captured ends where the next page could not be read: what is there is no answer to what was asked for.
inline bool ends_unreadable(std::uint64_t address, std::size_t captured, std::uint64_t wanted) {
    constexpr std::uint64_t page = 4096;
    return captured < wanted && (address + captured) % page == 0;
}

/// [a, b, ...] of `count` elements of `size` bytes at an address; `element` gets each one's bytes. Elements that were not
/// captured: "..." and the address of the first of them as a comment, as strace has it.
template <typename Element>
void array(Printer& printer, std::uint64_t address, std::uint64_t count, std::size_t size, std::uint64_t limit, Element element,
           bool at_entry = false) {
    const Call& call = printer.call();
    if (address == 0) return printer.text("NULL");
    if (count == 0) return printer.text("[]");
    const std::uint64_t wanted = std::min(count, most_array_bytes / size) * size;
    const auto found = at_entry ? call.bytes_at_entry(address, wanted) : call.bytes(address, wanted);
    if (!found || found->size() < size) return printer.address(address);
    printer.put('[');
    const std::uint64_t available = found->size() / size;
    const bool is_cut = ends_unreadable(address, found->size(), wanted);
    for (std::uint64_t i = 0; i < count; ++i) {
        if (i != 0) printer.text(", ");
        if (i >= available && (i < limit || is_cut)) {
            printer.text("... /* ");
            printer.hex(address + i * size);
            printer.text(" */");
            break;
        }
        if (i >= limit) {
            printer.text("...");
            break;
        }
        element(found->subspan(i * size, size), i);
    }
    printer.put(']');
}

}  // namespace shimtrace::decoders
