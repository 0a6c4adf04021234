#include "decoders/golang/binary.hpp"

#include "decoders/golang/code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace shimtrace::golang {
namespace {

std::optional<std::uint64_t> uvarint(Bytes bytes, std::uint64_t& position) {
    std::uint64_t result = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        const auto byte = load<std::uint8_t>(bytes, position++);
        if (!byte) return std::nullopt;
        result |= (std::uint64_t{*byte} & 0x7f) << shift;
        if ((*byte & 0x80) == 0) return result;
    }
    return std::nullopt;
}

/// A Go string whose header lies at `address`.
std::optional<std::string_view> go_string(const ElfImage& image, std::uint64_t address, std::uint64_t most) {
    const auto pointer = image.pointer(address);
    const auto length = load<std::uint64_t>(image.at(address + 8, 8), 0);
    if (!pointer || !length || *length > most) return std::nullopt;
    const Bytes bytes = image.at(*pointer, *length);
    if (bytes.size() != *length) return std::nullopt;
    return text(bytes);
}

bool looks_like_version(std::string_view version) {
    return (version.starts_with("go1.") || version.starts_with("devel ")) &&
           std::ranges::all_of(version, [](char c) { return c >= ' ' && c < 127; });
}

/// debug/buildinfo's format: 14 bytes of magic, pointer size, flags.
std::optional<std::string> version_in_build_info(const ElfImage& image, Bytes info) {
    const auto flags = load<std::uint8_t>(info, 15);
    if (!flags) return std::nullopt;
    std::string_view version;
    if ((*flags & 2) != 0) {
        std::uint64_t position = 32;
        const auto length = uvarint(info, position);
        if (!length || *length > 256) return std::nullopt;
        version = text(slice(info, position, *length));
    } else {
        const auto header = load<std::uint64_t>(info, 16);
        if (!header) return std::nullopt;
        version = go_string(image, *header, 256).value_or("");
    }
    if (!looks_like_version(version)) return std::nullopt;
    return std::string(version);
}

/// debug/buildinfo's bytes from their magic on: in a section of their own; without section headers at 16 bytes' alignment. Empty: none.
Bytes find_build_info(const ElfImage& image) {
    constexpr std::string_view magic = "\xff Go buildinf:";
    if (const ElfSection* section = image.section(".go.buildinfo")) {
        const Bytes info = image.at(section->address);
        if (text(info).starts_with(magic)) return info;
    }
    if (!image.sections().empty()) return {};
    for (const ElfSegment& segment : image.segments()) {
        const Bytes bytes = image.at(segment.address);
        for (std::uint64_t at = (16 - segment.address % 16) % 16; at < bytes.size(); at += 16) {
            if (!text(slice(bytes, at, magic.size())).starts_with(magic)) continue;
            if (version_in_build_info(image, slice(bytes, at))) return slice(bytes, at);
        }
    }
    return {};
}

/// Whether Go prints labels in its tracebacks: since 1.27, but for modules that were written for an older Go, which is told among the
/// settings of the build. GODEBUG in the environment could say otherwise.
bool labels_are_printed(int minor, Bytes info) {
    constexpr int printed_since = 27;
    constexpr std::uint64_t most = 1 << 16;
    if (minor < printed_since || info.empty()) return false;
    const std::string_view settings = text(slice(info, 0, std::min<std::uint64_t>(info.size(), most)));
    const std::size_t defaults = settings.find("DefaultGODEBUG=");
    return defaults == settings.npos ||
           settings.substr(defaults, settings.find('\n', defaults) - defaults).find("tracebacklabels=0") == settings.npos;
}

/// "go1.19.8" → 19; "devel go1.23-abc" → 23; 0 where it does not say.
int minor_version(std::string_view version) {
    const std::size_t found = version.find("go1.");
    int minor = 0;
    if (found != std::string_view::npos) std::from_chars(version.data() + found + 4, version.data() + version.size(), minor);
    return minor;
}

struct FoundTable {
    LineTable lines;
    std::uint64_t address = 0;
};

/// moduledata's own section: the linker of Go 1.26 and later makes one.
constexpr std::string_view module_section = ".go.module";

/// Go's own linker and the system's leave one of these at least, however the program was linked and stripped.
constexpr auto sections_of_go = std::to_array<std::string_view>(
    {".go.buildinfo", ".gopclntab", ".data.rel.ro.gopclntab", ".go.module", ".note.go.buildid", ".noptrdata", ".typelink", ".itablink"});

/// Its section headers tell, and no more than these is looked at.
bool is_told_not_to_be_go(const ElfImage& image) {
    return !image.sections().empty() &&
           std::ranges::none_of(sections_of_go, [&](std::string_view name) { return image.section(name) != nullptr; });
}

/// So much of a segment is searched for what no section leads to: more than any Go program that is known has.
constexpr std::uint64_t most_scanned = std::uint64_t{512} << 20;

std::optional<FoundTable> find_line_table(const ElfImage& image) {
    for (const std::string_view name : {".gopclntab", ".data.rel.ro.gopclntab"}) {
        const ElfSection* section = image.section(name);
        if (section == nullptr) continue;
        if (auto lines = LineTable::parse(image.at(section->address))) return FoundTable{*lines, section->address};
    }
    if (const ElfSection* section = image.section(module_section)) {
        const auto table = image.pointer(section->address);
        if (auto lines = table ? LineTable::parse(image.at(*table)) : std::nullopt) return FoundTable{*lines, *table};
    }
    // Stripped of section headers, or inside .data.rel.ro (cgo, position independent): the magic and the header's own sense.
    const char quantum = image.arch() == Arch::aarch64 ? 4 : 1;
    const std::string magic{'\xff', '\xff', '\xff', '\0', '\0', quantum, '\10'};  // after a byte that tells the format
    // The linker aligns it (cmd/link/internal/ld/data.go, symalign): so most of the file is not even touched. If it is nowhere so,
    // anywhere.
    constexpr std::uint64_t alignment = 32;
    for (const bool executable : {false, true})
        for (const ElfSegment& segment : image.segments()) {
            if (segment.executable != executable) continue;
            const Bytes bytes = image.at(segment.address, most_scanned);
            for (std::uint64_t at = (alignment - segment.address % alignment) % alignment; at + 8 <= bytes.size(); at += alignment) {
                if (std::memcmp(bytes.data() + at + 1, magic.data(), magic.size()) != 0) continue;
                if (auto lines = LineTable::parse(slice(bytes, at))) return FoundTable{*lines, segment.address + at};
            }
        }
    for (const ElfSegment& segment : image.segments()) {
        const Bytes bytes = image.at(segment.address, most_scanned);
        for (std::uint64_t at = find(bytes, magic, 1); at != nowhere; at = find(bytes, magic, at + 1)) {
            if (auto lines = LineTable::parse(slice(bytes, at - 1))) return FoundTable{*lines, segment.address + at - 1};
        }
    }
    return std::nullopt;
}

AddressRange module_range(const ElfImage& image, std::uint64_t module, std::uint16_t begin) {
    const AddressRange range{image.pointer(module + begin).value_or(0), image.pointer(module + begin + 8u).value_or(0)};
    return range.begin <= range.end ? range : AddressRange{};
}

/// It begins with where the table is, and where its names are. Any other data may hold the same two words.
std::optional<std::uint64_t> find_module(const ElfImage& image, const FoundTable& table) {
    const auto is_it = [&](std::uint64_t address) {
        if (image.pointer(address) != table.address || image.pointer(address + 8) != table.address + table.lines.names_offset())
            return false;
        const AddressRange text = module_range(image, address, module_data::text);
        return text.begin < text.end && !image.at(text.begin).empty();
    };
    if (const ElfSection* section = image.section(module_section); section != nullptr && is_it(section->address)) return section->address;
    const std::vector<std::uint64_t> candidates = image.pointers_to(table.address);
    const auto found = std::ranges::find_if(candidates, is_it);
    return found == candidates.end() ? std::nullopt : std::optional(*found);
}

/// How many of the first inlined functions have a name where `trees` says that it is: 1 for the right base, near 0 otherwise.
double share_of_sound_trees(const LineTable& lines, Bytes trees) {
    int sound = 0, seen = 0;
    for (std::uint32_t i = 0; i < lines.function_count() && seen < 64; ++i) {
        const auto function = lines.function(i);
        if (!function) continue;
        for (std::uint64_t pc = function->entry; pc < function->end && pc < std::uint64_t{function->entry} + 64; pc += 8) {
            const auto frames = lines.source(*function, pc, trees);
            if (frames.size() < 2) continue;
            ++seen;
            const std::string_view name = frames.front().function;
            sound += name.find('.') != std::string_view::npos && name.size() < 512 && name.front() > ' ' ? 1 : 0;
            break;
        }
    }
    return seen == 0 ? 0 : static_cast<double>(sound) / seen;
}

/// moduledata.gofunc is where the version says, or, where that makes no sense, at the offset that makes most.
Bytes find_trees(const ElfImage& image, const LineTable& lines, std::uint64_t module, int minor) {
    std::vector<std::uint16_t> offsets{layout_of(minor == 0 ? newest_minor : minor).module_gofunc};
    for (const Layout& row : layouts()) offsets.push_back(row.module_gofunc);
    Bytes best;
    double best_share = 0.5;
    for (const std::uint16_t offset : offsets) {
        const auto address = image.pointer(module + offset);
        const Bytes trees = address ? image.at(*address) : Bytes{};
        if (trees.empty()) continue;
        const double share = share_of_sound_trees(lines, trees);
        if (share > best_share) {
            best = trees;
            best_share = share;
        }
        if (share > 0.95) break;
    }
    return best;
}

/// Functions whose code names the runtime's variables. The runtime's functions lie first in the table.
constexpr std::array<std::string_view, 5> learned_from = {
    "runtime.allgadd", "runtime.forEachG", "runtime.schedinit", "runtime.semacquire1", "runtime.semrelease1",
};
enum LearnedFrom : std::size_t { allgadd, for_each_g, schedinit, semacquire1, semrelease1 };
/// What serves where one of those was inlined away.
constexpr std::array<std::string_view, 2> learned_otherwise = {"runtime.gcMarkRootPrepare", "runtime.semrelease"};

using Learned = std::vector<std::optional<Function>>;

std::vector<std::uint64_t> references(const GoBinary& binary, const std::optional<Function>& function) {
    if (!function) return {};
    return referenced_addresses(binary.image.arch(), binary.code(*function), binary.text.begin + function->entry);
}

bool in_variables(const GoBinary& binary, std::uint64_t address) {
    return binary.noptrdata.contains(address) || binary.data.contains(address) || binary.bss.contains(address) ||
           binary.noptrbss.contains(address);
}

/// Aligned variables that both functions refer to; those of the first alone where the other is not there.
std::vector<std::uint64_t> shared_variables(const GoBinary& binary, const std::optional<Function>& one,
                                            const std::optional<Function>& other) {
    std::vector<std::uint64_t> found = references(binary, one);
    if (other) {
        const std::vector<std::uint64_t> second = references(binary, other);
        std::vector<std::uint64_t> both;
        std::ranges::set_intersection(found, second, std::back_inserter(both));
        found = std::move(both);
    }
    std::erase_if(found, [&](std::uint64_t address) { return address % 8 != 0 || !in_variables(binary, address); });
    return found;
}

/// esbuild and others carry no build info; runtime.schedinit refers to runtime.buildVersion.
std::optional<std::string> version_in_code(const GoBinary& binary, const Learned& learned) {
    for (const std::uint64_t address : references(binary, learned[schedinit])) {
        if (!in_variables(binary, address)) continue;
        const auto version = go_string(binary.image, address, 256);
        if (version && looks_like_version(*version)) return std::string(*version);
    }
    return std::nullopt;
}

/// The funcID of generated wrappers and hash functions is the highest that there is, and the only special one that many functions have.
std::uint8_t find_wrapper_id(const LineTable& lines) {
    constexpr std::uint32_t enough = 4096;  // the runtime's own, and their wrappers, are among the first
    std::array<std::uint32_t, 256> functions{};
    for (std::uint32_t i = 0; i < lines.function_count() && i < enough; ++i) {
        if (const auto function = lines.function(i)) ++functions[lines.function_id(*function)];
    }
    for (std::size_t id = functions.size() - 1; id > 0; --id) {
        if (functions[id] != 0) return static_cast<std::uint8_t>(id);
    }
    return 0;
}

std::vector<SharedText> find_wait_reasons(const GoBinary& binary) {
    constexpr std::string_view first_reason = "GC assist marking";
    constexpr std::size_t most_reasons = 128;
    const Bytes data = binary.image.at(binary.data.begin, binary.data.end - binary.data.begin);
    for (std::uint64_t i = 24; i + 8 <= data.size(); i += 8) {
        if (*load<std::uint64_t>(data, i) != first_reason.size()) continue;
        const std::uint64_t header = binary.data.begin + i - 8;
        if (go_string(binary.image, header, 64) != first_reason) continue;
        std::vector<SharedText> reasons{""};  // waitReasonZero
        for (std::uint64_t at = header; reasons.size() < most_reasons; at += 16) {
            const auto reason = go_string(binary.image, at, 64);
            if (!reason || reason->empty() || !std::ranges::all_of(*reason, [](char c) { return c >= ' ' && c < 127; })) break;
            reasons.emplace_back(*reason);
        }
        if (reasons.size() > 8) return reasons;
    }
    return {};
}

}  // namespace

Result<std::optional<GoBinary>> learn_binary(Bytes executable) {
    auto image = ElfImage::parse(executable);
    if (!image || is_told_not_to_be_go(*image)) return std::nullopt;
    const Bytes build_info = find_build_info(*image);
    const auto info = version_in_build_info(*image, build_info);
    const auto table = find_line_table(*image);
    if (!table) {
        if (!info) return std::nullopt;
        return fail(fmt::format("read a program built by {}", *info), 0, "goroutines can be read of Go 1.18 and later");
    }

    GoBinary binary{std::move(*image), table->lines};
    binary.line_table = table->address;
    const auto module = find_module(binary.image, *table);
    if (!module) return fail("find moduledata in a Go program", 0, "it is built in a way that is not known");
    binary.module = *module;
    binary.text = module_range(binary.image, *module, module_data::text);
    binary.noptrdata = module_range(binary.image, *module, module_data::noptrdata);
    binary.data = module_range(binary.image, *module, module_data::data);
    binary.bss = module_range(binary.image, *module, module_data::bss);
    binary.noptrbss = module_range(binary.image, *module, module_data::noptrbss);
    if (binary.text.begin == binary.text.end) return fail("find the text of a Go program", 0, "its moduledata contradicts itself");

    const Learned learned = binary.lines.find_names(learned_from);
    binary.version = info ? *info : version_in_code(binary, learned).value_or("");
    binary.minor = minor_version(binary.version);
    binary.prints_labels = labels_are_printed(binary.minor, build_info);
    binary.trees = find_trees(binary.image, binary.lines, *module, binary.minor);
    binary.wait_reasons = find_wait_reasons(binary);
    std::optional<Function> mark_root_prepare, semrelease = learned[semrelease1];
    if (!learned[for_each_g] || !learned[semrelease1]) {
        const Learned otherwise = binary.lines.find_names(learned_otherwise);
        mark_root_prepare = otherwise[0];
        if (!semrelease) semrelease = otherwise[1];
    }
    const auto& walks_all = learned[for_each_g] ? learned[for_each_g] : mark_root_prepare;
    binary.all_goroutines = shared_variables(binary, learned[allgadd], walks_all);
    binary.semaphore_tables = shared_variables(binary, learned[semacquire1], semrelease);
    binary.wrapper_id = find_wrapper_id(binary.lines);
    return binary;
}

}  // namespace shimtrace::golang
