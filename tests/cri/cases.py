"""Hangs of real pods whose root lies in containerd or in what it asks, and their healthy twins. Each case makes one, and says who is asked
about, what the cause is, and who is to blame."""
import os, signal, sys, time

from lab import HERE, command, running, run, state, text, until
from wire import message

SILENT_SERVER = "import socket\ns=socket.socket();s.bind(('127.0.0.1',0));s.listen(64);print(s.getsockname()[1],flush=True);c=[]\nwhile 1: c.append(s.accept())"
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable


class Expected:
    """`ask`: what people type. `culprits`: one of them is named first. `call`: a method that is under way then."""

    def __init__(self, ask, cause, culprits=(), call=None, bare=True, bug=None):
        self.ask, self.cause, self.culprits, self.call, self.bare, self.bug = ask, cause, list(culprits), call, bare, bug


def plugin_hangs(lab, command_, name="web-1"):
    """The CNI plugin runs a sleep that does not end; the sleep's pid."""
    words = lab.sleeper()
    lab.plugin(f'[ "$CNI_COMMAND" = {command_} ] && {words}')
    return lambda: until(lambda: running(words), "the plugin")


def idle_pod(lab):
    pod = lab.pod()
    return pod, lab.container(pod, "app", ["/bin/sleep", "100000"])


def cni_add(lab):
    "CNI ADD does not return: the pod has no shim yet"
    started = plugin_hangs(lab, "ADD")
    lab.pod_later()
    return Expected([f"{lab.namespace}/web-1", "containerd", "client"], "plugin-unresponsive", started(), "RunPodSandbox")


def cni_del(lab):
    "CNI DEL does not return: the pod has no shim any more"
    pod = lab.pod()
    started = plugin_hangs(lab, "DEL")
    lab.later("StopPodSandbox", (1, pod.sandbox))
    return Expected([f"{lab.namespace}/web-1", "containerd", "client"], "plugin-unresponsive", started(), "StopPodSandbox")


def cni_lock(lab):
    "a CNI plugin waits for a lock that somebody else has"
    lock = f"{lab.dir}/ipam.lock"
    holder = lab.announced("/usr/bin/flock", lock, "sh", "-c", "echo up; exec sleep 1000000")
    lab.plugin(f'[ "$CNI_COMMAND" = ADD ] && flock {lock} true')
    lab.pod_later()
    until(lambda: [pid for pid in running(f"flock {lock} true")], "the plugin")
    held = [holder.pid] + [int(pid) for pid in text(f"/proc/{holder.pid}/task/{holder.pid}/children").split()]
    return Expected([f"{lab.namespace}/web-1", "containerd"], "file-lock", held, "RunPodSandbox")


def execsync_grandchild(lab):
    "a probe leaves a process behind that has its stdout"
    pod, app = idle_pod(lab)
    words = lab.sleeper()
    lab.later("ExecSync", (1, app), (2, "/bin/sh"), (2, "-c"), (2, f"setsid {words} & exit 0"))
    return Expected([app, "containerd", "client"], "stdio-held-open", until(lambda: running(words), "the grandchild"), "ExecSync")


def nri_silent(lab):
    "an NRI plugin registers and then answers nothing"
    plugin = lab.announced(PYTHON, f"{HERE}/wire.py", "nri", f"{lab.dir}/nri.sock")
    lab.pod_later()
    return Expected([f"{lab.namespace}/web-1", "containerd", "client"], "plugin-unresponsive", [plugin.pid], "RunPodSandbox")


def snapshotter_silent(lab):
    "a proxy snapshotter takes calls and answers none"
    open(lab.snapshotter + ".silent", "w").close()
    lab.pod_later()
    return Expected([f"{lab.namespace}/web-1", "containerd", "client"], "plugin-unresponsive", [lab.snapshots.pid], "RunPodSandbox")


def pull_silent(lab):
    "a registry takes the connection and says nothing"
    pod = lab.pod()
    registry = lab.announced(PYTHON, "-c", SILENT_SERVER)
    lab.later("PullImage", (1, message((1, f"127.0.0.1:{registry.said}/team/app:1"))), (3, pod.config))
    return Expected([f"{lab.namespace}/web-1", "containerd", "client"], "peer-unresponsive", [registry.pid], "PullImage")


def ctr_pull(lab):
    "ctr pulls, about no pod: it asks the registry itself"
    registry = lab.announced(PYTHON, "-c", SILENT_SERVER)
    client = lab.spawn(f"{lab.binaries}/ctr", "-a", lab.socket, "-n", "k8s.io", "image", "pull", "--plain-http", f"127.0.0.1:{registry.said}/team/app:1")
    lab.clients.append(client.pid)
    return Expected([str(client.pid)], "peer-unresponsive", [registry.pid])


def update_stuck(lab):
    "`runc update` does not end, and calls queue behind it"
    words = lab.sleeper()
    pod, app = idle_pod(lab)
    lab.runtime(f'for word; do [ "$word" = update ] && {words}; done\nexec $RUNC "$@"')
    lab.later("UpdateContainerResources", (1, app), (2, message((3, 512))))
    stuck = until(lambda: running(words), "runc update")
    for _ in range(3):
        lab.later("ContainerStats", (1, app))
    wrappers = [int(text(f"/proc/{pid}/stat").rpartition(")")[2].split()[1]) for pid in stuck]
    return Expected([app, "containerd"], "runtime-blocked", stuck + wrappers, "UpdateContainerResources")


def stop_in_d(lab):
    "StopContainer of a container that is in state D"
    mount = lab.filesystem(f"{lab.dir}/data")
    pod = lab.pod()
    app = lab.container(pod, "app", ["/bin/sh", "-c", "while :; do echo x >/mnt/file; done"], volume=("/mnt", mount))
    until(lambda: os.path.exists(f"{mount}/file"), "the writer")
    run("fsfreeze", "-f", mount)
    busy = until(lambda: [pid for pid in lab.mine() if state(pid) == "D"], "state D")
    lab.later("StopContainer", (1, app), (2, 1))
    time.sleep(2)
    return Expected([app, "containerd"], "uninterruptible", [], "StopContainer")


def shim_start(lab):
    "the shim's `start` does not return"
    words = lab.sleeper()
    path = f"{lab.dir}/containerd-shim-slow-v1"
    open(path, "w").write(f"#!/bin/sh\n{words}\n")
    os.chmod(path, 0o755)
    lab.later("RunPodSandbox", (1, lab.pod_config("web-1")), (2, "slow"))
    return Expected([f"{lab.namespace}/web-1", "containerd"], "plugin-unresponsive", until(lambda: running(words), "the shim"), "RunPodSandbox")


def bolt_flock(lab):
    "a second containerd on the same root waits for the first one's database"
    config = f"{lab.dir}/second.toml"
    open(config, "w").write(lab.configuration().replace(f"{lab.dir}/state", f"{lab.dir}/state2"))
    second = lab.launch(config)
    until(lambda: "meta.db" in " ".join(os.readlink(f"/proc/{second.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{second.pid}/fd")), "its database")
    return Expected([str(second.pid)], "file-lock", [lab.containerd.pid], bare=False)


def execsync_shared(lab):
    "the same in a pod whose containers share one pid namespace: the process outlives all of the exec"
    pod = lab.pod(share_pid=True)
    app = lab.container(pod, "app", ["/bin/sleep", "100000"], share_pid=True)
    words = lab.sleeper()
    lab.later("ExecSync", (1, app), (2, "/bin/sh"), (2, "-c"), (2, f"setsid {words} & exit 0"))
    return Expected([app, "containerd", "client"], "stdio-held-open", until(lambda: running(words), "the grandchild"), "ExecSync")


def log_frozen(lab):
    "a container's log is on a file system that is frozen, and containerd cannot write it"
    mount = lab.filesystem(f"{lab.dir}/logs/web-1")
    pod = lab.pod()
    app = lab.container(pod, "app", ["/bin/sh", "-c", "while :; do echo a line; done"])
    until(lambda: os.path.getsize(f"{mount}/app.log") > 0, "its log")
    run("fsfreeze", "-f", mount)
    until(lambda: any(state(f"{lab.containerd.pid}/task/{tid}") == "D" for tid in os.listdir(f"/proc/{lab.containerd.pid}/task")), "containerd in D")
    return Expected([app], "uninterruptible", [], bare=False)


def fuse_hostpath(lab):
    "a hostPath on a FUSE file system whose server is stopped: containerd looks at it for CreateContainer"
    program, mount = f"{lab.dir}/silent_fuse", f"{lab.dir}/fuse"
    flags = run("pkg-config", "--cflags", "--libs", "fuse3").split()
    run("gcc", "-o", program, f"{HERE}/../lab/silent_fuse.c", *flags)
    os.makedirs(mount)
    server = lab.spawn(program, "-f", mount)
    until(lambda: os.path.exists(f"{mount}/file"), "the file system")
    pod = lab.pod()
    os.kill(server.pid, signal.SIGSTOP)
    time.sleep(1.5)  # what the kernel remembers of its attributes, it does not ask for
    lab.later("CreateContainer", *lab.container_request(pod, "app", ["/bin/sleep", "100000"], volume=("/mnt", f"{mount}/file")))
    return Expected([f"{lab.namespace}/web-1", "containerd"], "filesystem-unresponsive", [server.pid], "CreateContainer")


def verifier(lab):
    "a program that verifies images does not end (containerd 2.x)"
    words = lab.sleeper()
    os.makedirs(lab.verifiers)
    path = f"{lab.verifiers}/verifier"
    open(path, "w").write(f"#!/bin/sh\n{words}\n")
    os.chmod(path, 0o755)
    pod = lab.pod()
    port = lab.registry(f"{lab.dir}/sent")
    lab.later("PullImage", (1, message((1, f"127.0.0.1:{port}/team/app:1"))), (3, pod.config))
    return Expected([f"{lab.namespace}/web-1", "containerd", "client"], "plugin-unresponsive", until(lambda: running(words), "the verifier"), "PullImage")


def content_silent(lab):
    "a proxy content store takes calls and answers none"
    port = lab.registry(f"{lab.dir}/sent")
    open(lab.content + ".silent", "w").close()
    lab.later("PullImage", (1, message((1, f"127.0.0.1:{port}/team/app:1"))))
    return Expected(["containerd", "client"], "plugin-unresponsive", [lab.store.pid], "PullImage")


def load_shim(lab):
    "containerd starts, and waits for a shim whose `runc ps` does not end: until then it serves nobody"
    pod, app = idle_pod(lab)
    words = lab.sleeper()
    lab.runtime(f'for word; do [ "$word" = ps ] && {words}; done\nexec $RUNC "$@"')
    lab.containerd.kill()
    lab.containerd.wait()
    lab.containerd = lab.launch(f"{lab.dir}/config.toml")
    stuck = until(lambda: running(words), "runc ps")
    wrappers = [int(text(f"/proc/{pid}/stat").rpartition(")")[2].split()[1]) for pid in stuck]
    return Expected(["containerd"], "runtime-blocked", stuck + wrappers, bare=False, bug="containerd/containerd#13954")


# ---- the twins: slow, and well
def slow_plugin(lab):
    "a CNI plugin that takes three seconds"
    lab.plugin('[ "$CNI_COMMAND" = ADD ] && sleep 3')
    lab.pod_later()
    until(lambda: running("sleep 3"), "the plugin")
    return Expected([f"{lab.namespace}/web-1", "containerd"], None, bare=False)


def slow_pull(lab):
    "a pull at 10 kB/s"
    pod = lab.pod()
    port = lab.registry(f"{lab.dir}/sent")
    lab.later("PullImage", (1, message((1, f"127.0.0.1:{port}/team/app:1"))), (3, pod.config))
    until(lambda: text(f"{lab.dir}/sent"), "the layer")
    return Expected([f"{lab.namespace}/web-1", "containerd"], None, bare=False)


def resting(lab):
    "a pod that does nothing"
    pod, app = idle_pod(lab)
    return Expected([app, "containerd"], None)


CORE = [cni_add, cni_del, cni_lock, execsync_grandchild, pull_silent, slow_plugin]
MORE = [ctr_pull, execsync_shared, log_frozen, fuse_hostpath, verifier, content_silent, load_shim, nri_silent, snapshotter_silent, update_stuck, stop_in_d, shim_start, bolt_flock, slow_pull, resting]
