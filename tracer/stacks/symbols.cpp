#include "tracer/stacks/symbols.hpp"

#include "tracer/stacks/debuginfod.hpp"
#include "tracer/stacks/demangle.hpp"
#include "tracer/stacks/proc.hpp"

#include <fmt/format.h>

#include <set>

#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <unistd.h>

namespace shimtrace::stacks {
namespace {

/// Only what we reported ourselves, by descriptor: nothing is opened by a path.
int find_elf(Dwfl_Module*, void**, const char*, Dwarf_Addr, char**, Elf**) {
    return -1;
}

int open_regular(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    return fd;
}

int find_debuginfo(Dwfl_Module* module, void** user, const char*, Dwarf_Addr, const char*, const char* debuglink, GElf_Word, char**);

}  // namespace

struct Symbols::Inside {
    Inside(std::unique_ptr<const ModuleFiles> its_files, bool ask_servers) : files(std::move(its_files)), debuginfod(ask_servers) {
        callbacks.find_elf = find_elf;
        callbacks.find_debuginfo = find_debuginfo;
        callbacks.section_address = dwfl_offline_section_address;
        callbacks.debuginfo_path = nullptr;
        dwfl = dwfl_begin(&callbacks);
        if (dwfl != nullptr) dwfl_report_begin(dwfl);
        if (dwfl != nullptr) dwfl_report_end(dwfl, nullptr, nullptr);
    }
    ~Inside() {
        if (dwfl != nullptr) dwfl_end(dwfl);
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

    /// The module at an address, reported to libdwfl the first time.
    Dwfl_Module* module_at(std::uint64_t pc, const Mapping& mapping, const Mapping* first) {
        if (dwfl == nullptr) return nullptr;
        if (Dwfl_Module* module = dwfl_addrmodule(dwfl, pc)) return module;
        if (first == nullptr || !tried.insert(first->begin).second) return nullptr;
        const int fd = files->open(mapping);
        if (fd < 0) return nullptr;
        dwfl_report_begin_add(dwfl);
        Dwfl_Module* module = dwfl_report_elf(dwfl, mapping.path.c_str(), mapping.path.c_str(), fd, first->begin, false);
        if (module == nullptr) close(fd);
        if (module != nullptr) {
            void** user = nullptr;
            dwfl_module_info(module, &user, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
            if (user != nullptr) *user = this;
        }
        dwfl_report_end(dwfl, nullptr, nullptr);
        return dwfl_addrmodule(dwfl, pc);
    }

    std::unique_ptr<const ModuleFiles> files;
    bool debuginfod;
    Dwfl_Callbacks callbacks{};
    Dwfl* dwfl = nullptr;
    std::set<std::uint64_t> tried;
};

namespace {

/// A debug file: the host's by build id, then the process's own root by build id and by the debuglink's name, then a server's. libdwfl
/// checks that what is found belongs to the module.
int find_debuginfo(Dwfl_Module* module, void** user, const char*, Dwarf_Addr, const char*, const char* debuglink, GElf_Word, char**) {
    constexpr auto server_deadline = std::chrono::seconds(20);
    const auto& inside = *static_cast<const Symbols::Inside*>(*user);
    const unsigned char* id = nullptr;
    GElf_Addr address = 0;
    const int length = dwfl_module_build_id(module, &id, &address);
    std::string build_id;
    for (int i = 0; i < length && length > 1 && length <= 64; ++i) build_id += fmt::format("{:02x}", id[i]);
    if (!build_id.empty()) {
        const std::string path = fmt::format("/usr/lib/debug/.build-id/{}/{}.debug", build_id.substr(0, 2), build_id.substr(2));
        if (const int fd = open_regular(path); fd >= 0) return fd;
        if (const int fd = inside.files->open_debug_file(path); fd >= 0) return fd;
    }
    const std::string name = debuglink == nullptr ? std::string() : debuglink;
    if (!name.empty() && name.find('/') == std::string::npos) {
        const char* shown = dwfl_module_info(module, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
        const std::string path = shown == nullptr ? std::string() : shown;
        const std::string folder = path.substr(0, path.rfind('/') + 1);
        for (const std::string& candidate : {folder + ".debug/" + name, "/usr/lib/debug" + folder + name}) {
            if (const int fd = inside.files->open_debug_file(candidate); fd >= 0) return fd;
        }
    }
    if (!inside.debuginfod || build_id.empty()) return -1;
    const std::string path = debuginfod_file(build_id, server_deadline);
    return path.empty() ? -1 : open_regular(path);
}

}  // namespace

Symbols::Symbols(std::unique_ptr<const ModuleFiles> files, bool debuginfod)
    : inside_(std::make_unique<Inside>(std::move(files), debuginfod)) {}
Symbols::Symbols(Pid pid, bool debuginfod) : Symbols(std::make_unique<ProcessFiles>(pid), debuginfod) {}
Symbols::~Symbols() = default;
Symbols::Symbols(Symbols&&) noexcept = default;
Symbols& Symbols::operator=(Symbols&&) noexcept = default;

StackFrame Symbols::describe(std::uint64_t pc, bool exact, const std::vector<Mapping>& mappings) {
    StackFrame frame;
    frame.pc = pc;
    const Mapping* mapping = find_mapping(mappings, pc);
    if (mapping == nullptr) return frame;
    const Mapping* first = first_of_file(mappings, *mapping);
    frame.module = mapping->path;
    frame.offset = frame.file_offset = pc - mapping->begin + mapping->offset;
    const std::uint64_t looked_up = exact ? pc : pc - 1;
    Dwfl_Module* module = mapping->inode == 0 ? nullptr : inside_->module_at(looked_up, *mapping, first);
    if (module == nullptr) return frame;
    GElf_Off offset = 0;
    GElf_Sym symbol;
    const char* name = dwfl_module_addrinfo(module, looked_up, &offset, &symbol, nullptr, nullptr, nullptr);
    if (name != nullptr) {
        frame.function = demangle(name);
        frame.offset = offset + (exact ? 0 : 1);
    }
    if (Dwfl_Line* line = dwfl_module_getsrc(module, looked_up)) {
        int number = 0;
        if (const char* file = dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr)) {
            frame.file = file;
            frame.line = number;
        }
    }
    return frame;
}

}  // namespace shimtrace::stacks
