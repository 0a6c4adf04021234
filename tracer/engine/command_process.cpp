#include "tracer/engine/command_process.hpp"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace shimtrace::engine {

namespace {

bool executable(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0;
}

std::vector<std::string> changed_environment(const std::vector<std::string>& changes) {
    std::vector<std::string> variables;
    for (char** entry = environ; *entry; ++entry) variables.emplace_back(*entry);
    for (const std::string& change : changes) {
        const std::string name = change.substr(0, change.find('='));
        std::erase_if(variables, [&](const std::string& variable) { return variable.substr(0, variable.find('=')) == name; });
        if (change.size() != name.size()) variables.push_back(change);
    }
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> list;
    for (std::string& text : strings) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

/// Installs the filter. no_new_privs is set only where the kernel insists: it takes effect on every program started later.
int install(std::span<const sock_filter> filter) {
    const sock_fprog program{static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0) return 0;
    if (errno != EACCES) return errno;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
}

}  // namespace

Result<std::string> find_command(const std::string& name) {
    if (name.empty()) return fail("start a command", ENOENT, "its name is empty");
    if (name.find('/') != std::string::npos) {
        if (access(name.c_str(), F_OK) != 0) return fail("start " + name, errno);
        return name;
    }
    const char* variable = getenv("PATH");
    std::string_view path = variable ? variable : "/usr/local/bin:/usr/bin:/bin";
    for (;;) {
        const auto colon = path.find(':');
        const std::string_view folder = path.substr(0, colon);
        const std::string candidate = (folder.empty() ? "." : std::string(folder)) + "/" + name;
        if (executable(candidate)) return candidate;
        if (colon == std::string_view::npos) break;
        path.remove_prefix(colon + 1);
    }
    return fail("start " + name, ENOENT, "no such executable in PATH");
}

Result<CommandProcess> plan_command(const TraceRequest& request, std::span<const sock_filter> filter) {
    auto path = find_command(request.command.front());
    if (!path) return std::unexpected(path.error());
    CommandProcess command{.path = *path,
                           .words = request.command,
                           .variables = changed_environment(request.environment_changes),
                           .filter = filter,
                           .ignored_signals = request.inherited.ignored_signals};
    command.argv = pointers(command.words);
    command.envp = pointers(command.variables);
    if (pipe2(command.go.data(), O_CLOEXEC) != 0) return fail("make a pipe", errno);
    if (pipe2(command.error.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        const int number = errno;
        close(command.go[0]);
        close(command.go[1]);
        return fail("make a pipe", number);
    }
    return command;
}

void become(CommandProcess& command) {
    close(command.go[1]);
    char byte = 0;
    ssize_t got = 0;
    while ((got = read(command.go[0], &byte, 1)) < 0 && errno == EINTR) {
    }
    if (got != 1) _exit(127);  // nobody traces it, and somebody has said why
    if (command.offers_itself) prctl(PR_SET_PTRACER, 0, 0, 0, 0);
    for (const int signal : command.ignored_signals) ::signal(signal, SIG_IGN);
    ExecFailure failure{ExecFailure::Step::filter, 0};
    if (!command.filter.empty()) failure.number = install(command.filter);
    if (failure.number == 0) {
        execve(command.path.c_str(), command.argv.data(), command.envp.data());
        failure = {ExecFailure::Step::exec, errno};
    }
    [[maybe_unused]] const ssize_t written = write(command.error[1], &failure, sizeof failure);
    _exit(127);
}

}  // namespace shimtrace::engine
