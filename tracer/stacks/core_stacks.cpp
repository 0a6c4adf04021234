#include "tracer/stacks/core_stacks.hpp"

#include "tracer/stacks/core_file.hpp"
#include "tracer/stacks/follow.hpp"

#include "decoders/golang/program.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace shimtrace::stacks {
namespace {

/// The binaries that agree with the core, by their paths on this host.
class CoreFiles final : public ModuleFiles {
public:
    explicit CoreFiles(std::shared_ptr<const CoreFile> core) : core_(std::move(core)) {}
    [[nodiscard]] int open(const Mapping& mapping) const override {
        return core_->module_of(mapping) == nullptr ? -1 : open_debug_file(mapping.path);
    }
    [[nodiscard]] int open_debug_file(const std::string& path) const override {
        const int place = ::open(path.c_str(), O_PATH | O_CLOEXEC);
        if (place < 0) return -1;
        struct stat facts {};
        const bool regular = fstat(place, &facts) == 0 && S_ISREG(facts.st_mode);
        const int fd = regular ? ::open(fmt::format("/proc/self/fd/{}", place).c_str(), O_RDONLY | O_CLOEXEC) : -1;
        close(place);
        return fd;
    }

private:
    std::shared_ptr<const CoreFile> core_;
};

/// The program itself: the file around its entry point.
std::shared_ptr<const LearnedBinary> learned_program(const CoreFile& core) {
    const Mapping* mapping = find_mapping(core.mappings(), core.entry_point());
    const CoreModule* module = mapping == nullptr ? nullptr : core.module_of(*mapping);
    if (module == nullptr) return nullptr;
    const CoreFiles files(nullptr);
    const int fd = files.open_debug_file(module->path);
    if (fd < 0) return nullptr;
    auto file = FileMapping::map(fd, module->file.bytes().size());
    close(fd);
    return file ? learn(std::move(*file)) : nullptr;
}

/// Its registers tell an x86-64 thread's call. An aarch64 one's are as they are whenever a signal comes.
bool in_call(const CoreFile& core, const CoreThread& thread) {
    return core.machine() == Arch::x86_64 && thread.registers.syscall() >= 0;
}

golang::ProcessFacts facts_of(const CoreFile& core) {
    golang::ProcessFacts facts;
    facts.pid = core.pid();
    facts.stopped = true;
    for (const CoreThread& one : core.threads()) {
        golang::GoThread thread{.tid = one.tid, .inner_tid = one.tid.value};
        thread.sp = one.registers.sp();
        thread.pc = one.registers.pc();
        thread.link = one.registers.link();
        thread.arch = core.machine();
        if (in_call(core, one)) {
            thread.syscall = one.registers.syscall();
            std::ranges::copy(one.registers.arguments(core.machine()), thread.args);
        }
        facts.threads.push_back(thread);
    }
    return facts;
}

NativeThreadStack stack_of(const CoreThread& one, const CoreFile& core, ProcessView& view) {
    NativeThreadStack thread{.tid = one.tid, .comm = core.comm()};
    thread.arch = core.machine();
    if (in_call(core, one)) {
        thread.syscall = one.registers.syscall();
        std::ranges::copy(one.registers.arguments(core.machine()), thread.args);
    }
    Followed followed = follow(view, StartRegisters(core.machine(), one.registers));
    thread.frames = std::move(followed.frames);
    thread.missing = std::move(followed.missing);
    return thread;
}

}  // namespace

bool is_core_file(const std::string& path) {
    return CoreFile::looks_like_core(path);
}

Result<CoreStacks> read_core(const std::string& path, bool debuginfod) {
    auto opened = CoreFile::open(path);
    if (!opened) return std::unexpected(opened.error());
    const auto core = std::make_shared<const CoreFile>(std::move(*opened));
    CoreStacks result;
    result.problems = core->missing();
    result.native.pid = core->pid();
    result.native.comm = core->comm();

    const auto learned = learned_program(*core);
    const std::uint64_t bias = learned && learned->go ? core->entry_point() - learned->go->image.entry() : 0;
    ProcessView view(std::make_unique<CoreMemory>(core), core->mappings(), Symbols(std::make_unique<CoreFiles>(core), debuginfod), learned,
                     bias);
    if (learned && learned->failure) result.problems.push_back(learned->failure->message());
    if (learned && learned->go) {
        auto decoded = golang::read_program(*learned->go, *view.memory, bias, facts_of(*core), {});
        if (decoded) {
            for (const golang::DecodedProgram::Child& child : decoded->children) {
                if (!child.is_pidfd) decoded->program.goroutines[child.goroutine].wait.child = Pid{child.number};
            }
            result.go = std::move(decoded->program);
        } else {
            result.problems.push_back(decoded.error().message());
        }
    }
    for (const CoreThread& thread : core->threads()) result.native.threads.push_back(stack_of(thread, *core, view));
    return result;
}

}  // namespace shimtrace::stacks
