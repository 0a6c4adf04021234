"""More hangs of real pods, after public reports: CRI calls about containers that have no shim yet or none any more, pulls that wait for
another, and what only the daemon's own goroutines tell. As in cases.py each says who is asked about, the cause, and who is to blame."""
import os, signal, time

from cases import PYTHON, Expected, frozen_log, idle_pod, silent_fuse
from lab import HERE, command, parent, processes, run, running, state, text, until
from wire import message


def pulls(lab, pod, port):
    return lab.later("PullImage", (1, message((1, f"127.0.0.1:{port}/team/app:1"))), (3, pod.config))


def created(lab, pod):
    return lab.call("CreateContainer", *lab.container_request(pod, "app", ["/bin/sleep", "100000"]))[1].decode()


def logs_on_fuse(lab):
    "the pod's logs lie on a FUSE file system whose server is stopped: StartContainer opens one, and has no shim yet"
    pod = lab.pod()
    app = created(lab, pod)
    os.rename(f"{lab.dir}/logs/web-1", f"{lab.dir}/logs/web-1.before")
    server = silent_fuse(lab, f"{lab.dir}/logs/web-1")
    os.kill(server.pid, signal.SIGSTOP)
    time.sleep(1.5)  # what the kernel remembers of its attributes, it does not ask for
    lab.later("StartContainer", (1, app))
    return Expected([f"{lab.namespace}/web-1", app, f"{lab.namespace}/web-1/app", "containerd", "client"], "filesystem-unresponsive", [server.pid],
                    "StartContainer")


def log_is_fifo(lab):
    "somebody has made a fifo where a container's log is to be: containerd's open waits for who reads it"
    pod = lab.pod()
    app = created(lab, pod)
    os.mkfifo(f"{lab.dir}/logs/web-1/app.log")
    lab.later("StartContainer", (1, app))
    return Expected([f"{lab.namespace}/web-1", app, "containerd"], "fifo-open", [], "StartContainer")


UNPACKERS = "unpigz", "igzip"


def unpack_by(lab, line):
    """A shell's line in place of the programs that containerd unpacks by."""
    for name in UNPACKERS:
        open(f"{lab.dir}/{name}", "w").write(f"#!/bin/sh\n{line}\n")
        os.chmod(f"{lab.dir}/{name}", 0o755)


def unpacker_hangs(lab):
    "containerd unpacks by the program unpigz, which does not end"
    words = lab.sleeper()
    unpack_by(lab, words)
    pod = lab.pod()
    pulls(lab, pod, lab.image_registry("whole").said)
    started = until(lambda: running(words), "the program", 60)
    return Expected([f"{lab.namespace}/web-1", "containerd", "client"], "plugin-unresponsive", [*started, *map(parent, started)], "PullImage")


def unpacks_slowly(lab):
    "containerd unpacks by the program unpigz, which is at work all the time"
    unpack_by(lab, "while :; do :; done")
    pod = lab.pod()
    pulls(lab, pod, lab.image_registry("whole").said)
    until(lambda: [pid for pid in processes() if any(f"{lab.dir}/{name}" in command(pid) for name in UNPACKERS)], "the program", 60)
    time.sleep(9)
    return Expected([f"{lab.namespace}/web-1", "containerd"], None)


def pull_held(lab):
    "a ctr that pulls is stopped in the midst of a layer: a pod's pull of the same tries again and again"
    pod = lab.pod()
    port = lab.image_registry("half").said
    client = lab.spawn(f"{lab.binaries}/ctr", "-a", lab.socket, "-n", "k8s.io", "content", "fetch", "--plain-http", f"127.0.0.1:{port}/team/app:1")
    lab.clients.append(client.pid)
    until(lambda: "layer-" in lab.ctr("content", "active"), "the layer")
    os.kill(client.pid, signal.SIGSTOP)
    pulls(lab, pod, port)
    return Expected([f"{lab.namespace}/web-1", "containerd"], "peer-unresponsive", [client.pid], "PullImage")


def pull_stalls(lab):
    "a registry falls silent in the midst of a layer, of which a second pod waits for the first"
    first, second = lab.pod(), lab.pod("web-2")
    served = lab.image_registry("half")
    pulls(lab, first, served.said)
    until(lambda: "layer-" in lab.ctr("content", "active"), "the layer")
    pulls(lab, second, served.said)
    return Expected([f"{lab.namespace}/web-1", f"{lab.namespace}/web-2", "containerd"], "peer-unresponsive", [served.pid], "PullImage")


SILENT_NAMES = "import socket\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\ns.bind(('127.77.0.1',53))\nprint('up',flush=True)\nwhile 1: s.recv(999)"


def names_silent(lab):
    "the name server does not answer, and a pull waits for the registry's address"
    pod = lab.pod()
    lab.later("PullImage", (1, message((1, "registry.example/team/app:1"))), (3, pod.config))
    return Expected([f"{lab.namespace}/web-1", "containerd"], "peer-unresponsive", [lab.names.pid], "PullImage")


def with_names(lab):
    lab.names = lab.announced(PYTHON, "-c", SILENT_NAMES)
    open(f"{lab.dir}/resolv.conf", "w").write("nameserver 127.77.0.1\noptions timeout:60\n")
    lab.before = ["unshare", "--mount", "--propagation", "slave", "sh", "-c", f'mount --bind {lab.dir}/resolv.conf /etc/resolv.conf; exec "$@"', "sh"]


names_silent.prepare = with_names


def stop_lost(lab):
    "the exit of an init was taken in its shim's name: StopContainer waits for a word that does not come"
    run("gcc", "-o", f"{lab.dir}/take_exit", f"{HERE}/../lab/take_exit.c")
    pod, app = idle_pod(lab)
    shim = next(pid for pid in lab.shims() if pod.sandbox in command(pid))
    init = until(lambda: [pid for pid in lab.mine() if command(pid) == "/bin/sleep 100000"], "the init")[0]
    run(f"{lab.dir}/take_exit", shim, init)
    lab.later("StopContainer", (1, app), (2, 0))
    return Expected([app, "containerd", "client"], "exit-lost", [shim], "StopContainer")


def log_frozen_stop(lab):
    "a container's log is on a file system that is frozen, and its stop waits for containerd's copy of its output"
    app = frozen_log(lab)
    lab.later("StopContainer", (1, app), (2, 0))
    return Expected([app, "containerd"], "uninterruptible", [], "StopContainer")


def start_hangs(lab):
    "a vendor's runtime hangs in the start of a container that it has created"
    words = lab.sleeper()
    pod = lab.pod()
    lab.runtime(f'for word; do [ "$word" = start ] && {words}; done\nexec $RUNC "$@"')
    app = created(lab, pod)
    lab.later("StartContainer", (1, app))
    return Expected([app, "containerd", "client"], "runtime-blocked", until(lambda: running(words), "the runtime"), "StartContainer")


start_hangs.prepare = lambda lab: lab.runtime('exec $RUNC "$@"')

MUTE_SHIM = """#!/usr/bin/python3
import os, socket, sys
if sys.argv[-1] == "start":
    path = "%s/mute.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(8)
    if os.fork() == 0:
        os.setsid()
        nothing = os.open("/dev/null", os.O_RDWR)
        for fd in (0, 1, 2): os.dup2(nothing, fd)
        taken = []
        while True: taken.append(listener.accept())
    print("unix://" + path, flush=True)
"""


def mute_shim(lab):
    "a shim has started, and answers nothing"
    path = f"{lab.dir}/containerd-shim-slow-v1"
    open(path, "w").write(MUTE_SHIM % lab.dir)
    os.chmod(path, 0o755)
    lab.later("RunPodSandbox", (1, lab.pod_config("web-1")), (2, "slow"))
    of_it = lambda: [pid for pid in processes() if path in command(pid) and state(pid) == "S" and parent(pid) != lab.containerd.pid]
    return Expected([f"{lab.namespace}/web-1", "containerd", "client"], "plugin-unresponsive", until(of_it, "the shim"), "RunPodSandbox")


CALLS = [logs_on_fuse, log_is_fifo, log_frozen_stop, unpacker_hangs, unpacks_slowly, pull_held, pull_stalls, names_silent, stop_lost, start_hangs, mute_shim]
