// What the files of containerd and runc contradict. The checks that find it (checks/) are audit's: predicate, sentence and remedies are
// theirs.
#include "tracer/diagnosis/causes/families.hpp"

namespace shimtrace::diagnosis {

namespace {

// The checks make them (remedies/container_remedies.hpp); told here for people.
const RemedyRow by_hand{
    .name = "remove",
    .what =
        "end what lives of it, and take away what is left: by the runtime, or by hand where its state or its shim is of no use any more",
    .command = "runc --root ROOT delete --force ID; kill -KILL PID && rm -r STATE && ctr -n NAMESPACE task delete --force ID",
    .make = nullptr,
};

}  // namespace

std::vector<Cause> file_causes() {
    return {
        {
            .word = "orphaned-container",
            .urgency = 50,
            .stuck = true,
            .fits = {},
            .ends = {},
            .blame = {},
            .sentence = nullptr,
            .remedies = {by_hand,
                         {.name = "restart-containerd",
                          .what = "restart containerd: it finds the shim gone, kills the container and cleans up",
                          .command = "systemctl restart UNIT",
                          .make = nullptr}},
            .text =
                {.meaning =
                     "The container's init lives, its shim is gone: nobody reaps it, copies its output, or can stop it through containerd.",
                 .recognised = "A bundle and a living init, and no process that is its shim. No create or delete is at work.",
                 .mending = "containerd cleans up when it notices, at the latest when it starts: the container is killed then. A shim "
                            "cannot be put "
                            "back under a container.",
                 .seen = "moby#43491, containerd#8285, containerd#10727"},
        },
        {
            .word = "leftover",
            .urgency = 240,
            .stuck = true,
            .fits = {},
            .ends = {},
            .blame = {},
            .sentence = nullptr,
            .remedies = {{.name = "restart-containerd",
                          .what = "restart containerd: it clears away bundles whose shim does not answer",
                          .command = "systemctl restart UNIT",
                          .make = nullptr},
                         by_hand},
            .text = {.meaning = "Container and shim are gone, and something of theirs is left: a bundle, the runtime's state, a socket, a "
                                "cgroup, a mount.",
                     .recognised = "The files, and no process of it.",
                     .mending = "containerd clears it away when it starts. By hand, the runtime takes away its state and cgroup, and the "
                                "bundle is removed "
                                "after its root file system was unmounted.",
                     .seen = "containerd#768, runc#4534"},
            .of_no_call = true,
        },
        {
            .word = "state-corrupt",
            .urgency = 250,
            .stuck = true,
            .fits = {},
            .ends = {},
            .blame = {},
            .sentence = nullptr,
            .remedies = {by_hand},
            .text = {.meaning = "The runtime's state (state.json, crun's status) is missing, empty, cut or no JSON, or it contradicts the "
                                "kernel about its "
                                "init. exec, kill, pause and delete fail, the shim's as well.",
                     .recognised = "The file, with line and column of what is wrong, or pid and start time that are another process's.",
                     .mending = "runc refuses to load it, so `runc delete --force` fails too: the init is ended by the kernel, then the "
                                "state's directory is "
                                "removed, and only then can the task be deleted.",
                     .seen = "runc#4534"},
        },
        {
            .word = "config-invalid",
            .urgency = 260,
            .stuck = true,
            .fits = {},
            .ends = {},
            .blame = {},
            .sentence = nullptr,
            .remedies = {{.name = "mend-config",
                          .what = "mend that line; runc wants strict JSON as the OCI specification has it",
                          .command = "",
                          .make = nullptr}},
            .text = {.meaning = "config.json is not strict JSON (a comment, a trailing comma, a byte order mark …) or breaks the OCI "
                                "specification in a way "
                                "that the runtime refuses.",
                     .recognised = "The first place at which the runtime stops, by line and column.",
                     .mending = "Mend what makes the configuration, and that line here. A container that runs already does not read it "
                                "again, an exec may.",
                     .seen = ""},
        },
    };
}

}  // namespace shimtrace::diagnosis
