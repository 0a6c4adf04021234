// Who a process is: ids, groups, sessions, capabilities.
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

using namespace arguments;

static constexpr SyscallRow identity_table[] = {
    {"getpid", class_pure, {}, results::process},
    {"gettid", class_pure, {}, results::process},
    {"getppid", class_pure, {}, results::process},
    {"getpgrp", class_pure, {}},
    {"getpgid", 0, {pid("pid")}},
    {"setpgid", 0, {pid("pid"), pid("pgid")}},
    {"getsid", 0, {pid("pid")}},
    {"setsid", 0, {}},
    {"getuid", class_creds | class_pure, {}},
    {"geteuid", class_creds | class_pure, {}},
    {"getgid", class_creds | class_pure, {}},
    {"getegid", class_creds | class_pure, {}},
    {"setuid", class_creds, {id("uid")}},
    {"setgid", class_creds, {id("gid")}},
    {"setreuid", class_creds, {id("ruid"), id("euid")}},
    {"setregid", class_creds, {id("rgid"), id("egid")}},
    {"setresuid", class_creds, {id("ruid"), id("euid"), id("suid")}},
    {"setresgid", class_creds, {id("rgid"), id("egid"), id("sgid")}},
    {"getresuid", class_creds, {of("ruid", kinds::out_uint32), of("euid", kinds::out_uint32), of("suid", kinds::out_uint32)}},
    {"getresgid", class_creds, {of("rgid", kinds::out_uint32), of("egid", kinds::out_uint32), of("sgid", kinds::out_uint32)}},
    {"setfsuid", class_creds, {id("fsuid")}},
    {"setfsgid", class_creds, {id("fsgid")}},
    {"getgroups", class_creds, {number("size"), of("list", kinds::out_ids)}},
    {"setgroups", class_creds, {number("size"), of("list", kinds::in_ids)}},
    {"capget", class_creds, {of("hdrp", kinds::capability_header), of("datap", kinds::capability_data_out)}},
    {"capset", class_creds, {of("hdrp", kinds::capability_header), of("datap", kinds::capability_data_in)}},
    {"add_key", 0, {string("type"), string("description"), in_buffer("payload", 3), size("plen"), of("keyring", kinds::key_serial)}},
    {"request_key", 0, {string("type"), string("description"), string("callout_info"), of("dest_keyring", kinds::key_serial)}},
    {"keyctl",
     0,
     {constant("operation", keyctl_operations), of("arg2", kinds::keyctl_argument), of("arg3", kinds::keyctl_argument),
      of("arg4", kinds::keyctl_argument), of("arg5", kinds::keyctl_argument)}},
    {"lsm_get_self_attr", 0, {count("attr"), address("ctx"), address("size"), of("flags", kinds::hex32)}},
    {"lsm_set_self_attr", 0, {count("attr"), address("ctx"), count("size"), of("flags", kinds::hex32)}},
    {"lsm_list_modules", 0, {address("ids"), address("size"), of("flags", kinds::hex32)}},
};

std::span<const SyscallRow> identity_rows() {
    return identity_table;
}

}  // namespace shimtrace::decoders
