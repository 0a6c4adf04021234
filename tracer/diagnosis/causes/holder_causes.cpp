// Somebody keeps what others wait for, and is no part of the container.
#include "tracer/diagnosis/causes/families.hpp"
#include "tracer/diagnosis/causes/phrases.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

namespace shimtrace::diagnosis {

namespace {

using Input = const ExplanationInput&;

}  // namespace

std::vector<Cause> holder_causes() {
    return {
        {
            .word = "logger-unresponsive",
            .urgency = 125,
            .stuck = true,
            .fits = {{47, {RootCause::unready_logger}, Where::anywhere}},
            .ends = {{RootCause::unready_logger, ProvenBy::end}},
            .blame = {{RootCause::unready_logger, Whom::led_to, "logger", "does not say that it is ready"}},
            .sentence =
                [](Input input) {
                    return fmt::format("the create of {} {} for its logging program {}, which does not say that it is ready",
                                       target_words(input.look), waits(input), blamed(input));
                },
            .remedies = {let_it_go_on,
                         {.name = "end-logger",
                          .what = "end the logging program: the create goes on then, or fails",
                          .command = "kill -TERM PID",
                          .make =
                              [](Input input) {
                                  return signal_first(input, "end the logging program; the create goes on without it:", "TERM",
                                                      Risk::disruptive);
                              }}},
            .text = {.meaning =
                         "The shim's Create waits for a `binary://` logging program to close its descriptor 5, by which it says that it "
                         "reads the container's output. Nothing ends that wait.",
                     .recognised = "A goroutine of the shim in NewBinaryIO that reads a pipe, and who has its other end.",
                     .mending = "See what the program waits for (`shimtrace why PID`). One that is written for containerd calls the ready "
                                "function of its logging package as soon as it has opened its output.",
                     .seen = ""},
        },
        {
            .word = "fanotify-wait",
            .urgency = 135,
            .stuck = true,
            .fits = {{165, {RootCause::fanotify_listener}, Where::anywhere}},
            .ends = {{RootCause::fanotify_listener, ProvenBy::end}},
            .blame = {{RootCause::fanotify_listener, Whom::led_to, "listener", "has to permit the access, and does not answer"}},
            .sentence =
                [](Input input) {
                    return fmt::format("{} waits for {} to permit {}", waiter(input),
                                       input.culprits.empty() ? std::string("a fanotify listener") : blamed(input), last_object(input));
                },
            .remedies = {let_it_go_on,
                         {.name = "end-listener",
                          .what = "end the listener: what waits for its word goes on then",
                          .command = "kill -KILL PID",
                          .make =
                              [](Input input) {
                                  return signal_first(input, "end the listener; what waits for its word is permitted then:", "KILL",
                                                      Risk::disruptive);
                              }}},
            .text = {.meaning = "A thread opens, reads or executes a file whose access a fanotify listener (an antivirus, an endpoint "
                                "detection) has to permit, and that does not answer. SIGKILL ends the wait.",
                     .recognised =
                         "A thread in the kernel's fanotify_handle_event, and who has a fanotify group that asks for permission and "
                         "is marked on that file, mount or file system.",
                     .mending = "Restart or end the listener: the kernel permits what waits when its descriptor is closed.",
                     .seen = ""},
        },
        {
            .word = "mount-busy",
            .urgency = 236,
            .stuck = true,
            .fits = {{48, {RootCause::holds_mount}, Where::anywhere}},
            .ends = {{RootCause::holds_mount, ProvenBy::end}},
            .blame = {{RootCause::holds_mount, Whom::led_to, "holder", "keeps the mount busy"}},
            .sentence =
                [](Input input) {
                    return fmt::format("{} has ended and cannot be deleted: {} is busy{}", target_words(input.look), last_object(input),
                                       input.culprits.empty() ? "" : ", " + blamed(input) + " holds it");
                },
            .remedies = {{.name = "end-holder",
                          .what = "let the holder leave the mount, or end it; the delete can be tried again then",
                          .command = "kill -TERM PID",
                          .make =
                              [](Input input) {
                                  return signal_first(input, "end what holds the mount, then delete again:", "TERM", Risk::disruptive);
                              }},
                         {.name = "unmount",
                          .what = "unmount it lazily: it goes when its last holder has",
                          .command = "umount --lazy MOUNTPOINT",
                          .make = [](Input input) -> std::vector<Remedy> {
                              if (!input.look.scope.files) return {};
                              return {remedy("unmount it lazily; it goes when its last holder has",
                                             shell_line({"umount", "--lazy", input.look.scope.files->rootfs}), Risk::disruptive)};
                          }}},
            .text = {.meaning =
                         "The container has ended, and every delete fails with EBUSY: a process outside of it has its working "
                         "directory, its root, an open file or a mapping on the container's root file system, or a mount lies on it.",
                     .recognised =
                         "The root file system is still mounted though the container has ended and the runtime's state is deleted, or "
                         "the shim is seen trying to unmount it; and who of the same mount namespace holds something on it.",
                     .mending =
                         "Let the holder go (a shell that stands there, a backup, a scanner); containerd's next delete goes through.",
                     .seen = ""},
        },
    };
}

}  // namespace shimtrace::diagnosis
