#include "tracer/cli/trace_filter.hpp"

#include "decoders/syscalls/render.hpp"
#include "decoders/syscalls/table.hpp"
#include "decoders/syscalls/transfer.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace shimtrace::cli {

namespace {

struct NamedClass {
    std::string_view name;
    std::uint32_t bits;
};

constexpr NamedClass classes[] = {
    {"file", decoders::class_file},       {"desc", decoders::class_desc},           {"process", decoders::class_process},
    {"network", decoders::class_network}, {"net", decoders::class_network},         {"signal", decoders::class_signal},
    {"ipc", decoders::class_ipc},         {"memory", decoders::class_memory},       {"creds", decoders::class_creds},
    {"clock", decoders::class_clock},     {"stat", decoders::class_stat},           {"lstat", decoders::class_lstat},
    {"fstat", decoders::class_fstat},     {"%stat", decoders::class_stat_like},     {"statfs", decoders::class_statfs},
    {"fstatfs", decoders::class_fstatfs}, {"%statfs", decoders::class_statfs_like}, {"pure", decoders::class_pure},
};

constexpr std::string_view classes_without_mark[] = {"file", "desc", "process", "network", "signal", "ipc", "memory"};

template <std::size_t size>
std::optional<std::uint32_t> named(const NamedClass (&table)[size], std::string_view name) {
    const auto found = std::ranges::find(table, name, &NamedClass::name);
    return found == std::end(table) ? std::nullopt : std::optional(found->bits);
}

constexpr NamedClass statuses[] = {
    {"successful", output::status_successful},   {"failed", output::status_failed},     {"unfinished", output::status_unfinished},
    {"unavailable", output::status_unavailable}, {"detached", output::status_detached},
};

constexpr NamedClass quiets[] = {
    {"attach", output::quiet_attach},
    {"exit", output::quiet_exit},
    {"exits", output::quiet_exit},
    {"path-resolution", output::quiet_path_resolution},
    {"path-resolve", output::quiet_path_resolution},
    {"personality", output::quiet_personality},
    {"thread-execve", output::quiet_thread_execve},
    {"superseded", output::quiet_superseded},
};

constexpr NamedClass fd_details[] = {
    {"path", decoders::fd_detail_path},
    {"dev", decoders::fd_detail_device},
    {"pidfd", decoders::fd_detail_pidfd},
    {"socket", decoders::fd_detail_socket},
};

/// The sets of calls that say how a call is printed.
struct NamedFilter {
    std::string_view name;
    CallSet Expressions::*filter;
};
constexpr NamedFilter call_sets[] = {
    {"abbrev", &Expressions::abbreviated}, {"a", &Expressions::abbreviated}, {"verbose", &Expressions::dereferenced},
    {"v", &Expressions::dereferenced},     {"raw", &Expressions::raw},       {"x", &Expressions::raw},
};

/// The sets of descriptors whose bytes are dumped.
struct FdSet {
    std::string_view name;
    output::FdFilter Expressions::*filter;
};
constexpr FdSet fd_sets[] = {
    {"read", &Expressions::dump_read},     {"reads", &Expressions::dump_read},     {"r", &Expressions::dump_read},
    {"write", &Expressions::dump_written}, {"writes", &Expressions::dump_written}, {"w", &Expressions::dump_written},
};

std::vector<std::string_view> words(std::string_view list) {
    std::vector<std::string_view> result;
    for (std::size_t start = 0; start <= list.size();) {
        const std::size_t comma = std::min(list.find(',', start), list.size());
        if (comma > start) result.push_back(list.substr(start, comma - start));
        start = comma + 1;
    }
    return result;
}

/// "!read": all but that; "!!read" is read, as in strace.
bool take_inversion(std::string_view& list) {
    const std::size_t marks = std::min(list.find_first_not_of('!'), list.size());
    list.remove_prefix(marks);
    return marks % 2 == 1;
}

std::optional<std::int64_t> decimal(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Adds every call of `arch` whose name and classes satisfy `wanted`; false: none, or none that a set can hold (not
/// ARM's private ones).
template <typename Wanted>
bool add_calls(CallSet& calls, Arch arch, Wanted wanted) {
    bool any = false;
    for (const std::int64_t number : decoders::syscall_numbers(arch)) {
        if (!wanted(*decoders::syscall_name(arch, number), decoders::syscall_classes(arch, number))) continue;
        calls.add(arch, number);
        any |= calls.holds(arch, number, false);
    }
    return any;
}

/// Of all machines, since a recording may be another one's. x32 calls have no table of their own.
constexpr Arch all_tables[] = {Arch::x86_64, Arch::i386, Arch::aarch64, Arch::arm};
using Tables = std::vector<Arch>;

/// Which tables the end of a word narrows it to: "openat@64".
Result<Tables> take_personality(std::string_view option, std::string_view& word) {
    const std::size_t at = word.rfind('@');
    if (at == std::string_view::npos) return Tables(std::begin(all_tables), std::end(all_tables));
    const std::string_view personality = word.substr(at + 1);
    word = word.substr(0, at);
    if (personality != "64" && personality != "32" && personality != "x32")
        return fail(fmt::format("-e {}={}@{}: the system calls of 64, 32 or x32", option, word, personality));
    Tables tables;
    if (personality != "x32")
        std::ranges::copy_if(all_tables, std::back_inserter(tables), [&](Arch arch) { return is_32_bit(arch) == (personality == "32"); });
    return tables;
}

/// One word of a list of calls into both tables.
Result<void> add_word(CallSet& filter, std::string_view option, std::string_view word) {
    const auto tables = take_personality(option, word);
    if (!tables) return std::unexpected(tables.error());
    const bool optional = word.starts_with('?');
    if (optional) word.remove_prefix(1);
    const auto add = [&](auto wanted) -> bool {
        CallSet elsewhere;
        bool any = false;
        for (const Arch arch : all_tables)
            any |= add_calls(std::ranges::find(*tables, arch) != tables->end() ? filter : elsewhere, arch, wanted);
        return any;
    };
    if (word == "all") {
        for (const Arch arch : *tables) filter.of(arch).set();
        return {};
    }
    if (word == "none") return {};
    if (word.starts_with('/')) {
        try {
            const std::regex pattern(std::string(word.substr(1)), std::regex::extended);
            add([&](std::string_view name, std::uint32_t) { return std::regex_search(std::string(name), pattern); });
        } catch (const std::regex_error& error) {
            return fail(fmt::format("-e {}={}: not a regular expression: {}", option, word, error.what()));
        }
        return {};
    }
    if (word.starts_with('%')) {
        const auto bits = named(classes, word.substr(1));
        if (!bits)
            return fail(fmt::format("-e {}={}: no such class of system calls", option, word), 0,
                        "%file %desc %process %network %signal %ipc %memory");
        add([&](std::string_view, std::uint32_t of_call) { return (of_call & *bits) != 0; });
        return {};
    }
    if (const auto number = decimal(word)) {
        for (const Arch arch : *tables) filter.add(arch, *number);
        return {};
    }
    // strace's old spelling: -e file. It goes before a call of that name: i386 has a signal() and an ipc().
    if (const auto bits =
            std::ranges::find(classes_without_mark, word) != std::end(classes_without_mark) ? named(classes, word) : std::nullopt) {
        add([&](std::string_view, std::uint32_t of_call) { return (of_call & *bits) != 0; });
        return {};
    }
    if (add([&](std::string_view name, std::uint32_t) { return name == word; }) || optional) return {};
    return fail(fmt::format("-e {}={}: no such system call", option, word));
}

/// Words that name messages, not calls; bits of MessageProtocol.
constexpr NamedClass message_words[] = {
    {"ttrpc", output::protocol_ttrpc}, {"grpc", output::protocol_grpc}, {"nri", output::protocol_nri}, {"dbus", output::protocol_dbus}};

/// strace takes no empty list either: what an unset variable leaves is a mistake, not "nothing".
Result<void> refuse_empty(std::string_view option, std::string_view list) {
    take_inversion(list);
    if (!words(list).empty()) return {};
    return fail(fmt::format("-e {}=: names nothing", option), 0, "all or none");
}

Result<CallSet> calls_of(std::string_view option, std::string_view list) {
    const bool inverted = take_inversion(list);
    CallSet chosen;
    for (const std::string_view word : words(list))
        if (auto added = add_word(chosen, option, word); !added) return std::unexpected(added.error());
    if (inverted) chosen.flip();
    return chosen;
}

Result<output::FdFilter> descriptors_of(std::string_view option, std::string_view list) {
    output::FdFilter chosen{.inverted = take_inversion(list)};
    for (const std::string_view word : words(list)) {
        const auto number = decimal(word);
        if (word == "all" || word == "none")
            chosen = {.inverted = chosen.inverted != (word == "all")};
        else if (number && *number >= 0 && *number <= INT32_MAX)
            chosen.numbers.push_back(static_cast<std::int32_t>(*number));
        else
            return fail(fmt::format("-e {}={}: not a descriptor", option, word));
    }
    return chosen;
}

Result<void> set_calls(Expressions& expressions, std::string_view list) {
    const bool inverted = take_inversion(list);
    CallSet chosen;
    std::uint32_t messages = 0;
    for (const std::string_view word : words(list)) {
        if (const auto protocol = named(message_words, word))
            messages |= *protocol;
        else if (auto added = add_word(chosen, "trace", word); !added)
            return added;
    }
    expressions.messages = output::every_protocol;
    expressions.messages_alone = 0;
    if (inverted) {
        chosen.flip();
        expressions.messages = static_cast<std::uint8_t>(output::every_protocol & ~messages);
    } else {
        expressions.messages_alone = static_cast<std::uint8_t>(messages);
    }
    expressions.calls = chosen;
    return {};
}

std::optional<std::size_t> signal_number(std::string_view word) {
    std::string name(word);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (const auto number = decimal(name))
        return *number >= 0 && *number <= 64 ? std::optional(static_cast<std::size_t>(*number)) : std::nullopt;
    for (std::int64_t number = 1; number <= 64; ++number) {
        const std::string known = decoders::signal_name(number);
        if (known == name || known == "SIG" + name) return static_cast<std::size_t>(number);
    }
    return std::nullopt;
}

Result<void> set_signals(Expressions& expressions, std::string_view list) {
    const bool inverted = take_inversion(list);
    std::bitset<65> chosen;
    for (const std::string_view word : words(list)) {
        if (word == "all") {
            chosen.set();
        } else if (word != "none") {
            const auto number = signal_number(word);
            if (!number) return fail(fmt::format("-e signal={}: invalid signal", word));
            chosen.set(*number);
        }
    }
    expressions.signals = inverted ? ~chosen : chosen;
    return {};
}

template <std::size_t size>
Result<std::uint8_t> set_of(const NamedClass (&table)[size], std::string_view option, std::string_view list) {
    const bool inverted = take_inversion(list);
    std::uint32_t bits = 0, all = 0;
    for (const NamedClass& row : table) all |= row.bits;
    for (const std::string_view word : words(list)) {
        if (word == "all") {
            bits = all;
        } else if (word != "none") {
            const auto known = named(table, word);
            if (!known) return fail(fmt::format("-e {}={}: not a word that it knows", option, word));
            bits |= *known;
        }
    }
    return static_cast<std::uint8_t>(inverted ? all & ~bits : bits);
}

}  // namespace

void add_message_calls(CallSet& calls, Arch arch) {
    for (const std::int64_t number : decoders::syscall_numbers(arch))
        if (decoders::moves_bytes(arch, number) || decoders::syscall_name(arch, number) == "close") calls.add(arch, number);
}

Result<void> apply_expression(Expressions& expressions, std::string_view text) {
    const std::size_t equals = text.find('=');
    // "!read" and "/^a=b": an expression without a qualifier is one of calls.
    const bool qualified = equals != std::string_view::npos && text.find_first_of("/!%") > equals;
    const std::string_view name = qualified ? text.substr(0, equals) : "trace";
    const std::string_view value = qualified ? text.substr(equals + 1) : text;
    if (auto named_something = refuse_empty(name, value); !named_something) return named_something;
    if (const auto set = std::ranges::find(call_sets, name, &NamedFilter::name); set != std::end(call_sets)) {
        auto calls = calls_of(name, value);
        if (!calls) return std::unexpected(calls.error());
        expressions.*set->filter = *calls;
        return {};
    }
    if (const auto set = std::ranges::find(fd_sets, name, &FdSet::name); set != std::end(fd_sets)) {
        auto descriptors = descriptors_of(name, value);
        if (!descriptors) return std::unexpected(descriptors.error());
        expressions.*set->filter = *descriptors;
        return {};
    }
    if (name == "decode-fds" || name == "decode-fd") {
        const auto bits = set_of(fd_details, name, value);
        if (!bits) return std::unexpected(bits.error());
        expressions.fd_details = *bits;
        return {};
    }
    if (name == "trace" || name == "t") return set_calls(expressions, value);
    if (name == "signal" || name == "signals" || name == "s") return set_signals(expressions, value);
    if (name == "status") {
        const auto bits = set_of(statuses, name, value);
        if (!bits) return std::unexpected(bits.error());
        expressions.statuses = *bits;
        return {};
    }
    if (name == "quiet" || name == "silent" || name == "silence" || name == "q") {
        const auto bits = set_of(quiets, name, value);
        if (!bits) return std::unexpected(bits.error());
        expressions.quiet = *bits;
        return {};
    }
    if (name == "decode-pids" || name == "decode-pid") {
        expressions.pid_comms = expressions.pid_namespaces = false;
        for (const std::string_view word : words(value)) {
            if (word == "comm" || word == "all") expressions.pid_comms = true;
            if (word == "pidns" || word == "all") expressions.pid_namespaces = true;
            if (word != "comm" && word != "pidns" && word != "all" && word != "none")
                return fail(fmt::format("-e decode-pids={}: comm or pidns", word));
        }
        return {};
    }
    if (name == "secontext") {
        // Without SELinux no file and no process has a context, and strace --secontext prints none either.
        if (value == "none" || ::access("/sys/fs/selinux/enforce", F_OK) != 0) return {};
        return fail(fmt::format("-e secontext={}: shimtrace shows no SELinux contexts", value));
    }
    if (name == "inject" || name == "fault") return fail(fmt::format("-e {}=: shimtrace never tampers with its target", name));
    return fail(fmt::format("-e {}: no such qualifier", name), 0,
                "trace= signal= status= quiet= abbrev= verbose= raw= read= write= decode-fds= decode-pids=");
}

}  // namespace shimtrace::cli
