"""Hangs of real pods whose root lies in containerd or in what it asks, and their healthy twins. Each case makes one, and says who is asked
about, what the cause is, and who is to blame."""
import os, sys, time

from lab import HERE, command, running, run, state, text, until
from wire import message

SILENT_SERVER = "import socket\ns=socket.socket();s.bind(('127.0.0.1',0));s.listen(64);print(s.getsockname()[1],flush=True);c=[]\nwhile 1: c.append(s.accept())"
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable


class Expected:
    """`ask`: what people type. `culprits`: one of them is named first. `call`: a method that is under way then."""

    def __init__(self, ask, cause, culprits=(), call=None, bare=True):
        self.ask, self.cause, self.culprits, self.call, self.bare = ask, cause, list(culprits), call, bare


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
    request = lab.container_request(pod, "app", ["/bin/sh", "-c", "while :; do echo x >/mnt/file; done"])
    config = request[1][1] + message((7, message((1, "/mnt"), (2, mount))))
    app = lab.call("CreateContainer", request[0], (2, config), request[2])[1].decode()
    lab.call("StartContainer", (1, app))
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
    registry = lab.announced(PYTHON, f"{HERE}/slow_registry.py", f"{lab.dir}/sent")
    folder = f"{lab.dir}/registries/127.0.0.1:{registry.said}"
    os.makedirs(folder)
    open(f"{folder}/hosts.toml", "w").write(f'server = "http://127.0.0.1:{registry.said}"\n')
    lab.later("PullImage", (1, message((1, f"127.0.0.1:{registry.said}/team/app:1"))), (3, pod.config))
    until(lambda: text(f"{lab.dir}/sent"), "the layer")
    return Expected([f"{lab.namespace}/web-1", "containerd"], None, bare=False)


def resting(lab):
    "a pod that does nothing"
    pod, app = idle_pod(lab)
    return Expected([app, "containerd"], None)


CORE = [cni_add, cni_del, cni_lock, execsync_grandchild, pull_silent, slow_plugin]
MORE = [nri_silent, snapshotter_silent, update_stuck, stop_in_d, shim_start, bolt_flock, slow_pull, resting]
