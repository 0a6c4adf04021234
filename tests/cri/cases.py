"""Hangs of real pods whose root lies in containerd or in what it asks, and their healthy twins. Each case makes one, and says who is asked
about, what the cause is, and who is to blame."""
import os, signal, sys, time

from lab import HERE, command, parent, running, run, state, text, until
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


def asked(server):
    """Somebody has connected to it: it has more than the socket that it listens at."""
    def sockets():
        found = []
        for fd in os.listdir(f"/proc/{server.pid}/fd"):
            try:
                found.append(os.readlink(f"/proc/{server.pid}/fd/{fd}"))
            except OSError:  # closed meanwhile
                pass
        return sum(one.startswith("socket:") for one in found) > 1
    until(sockets, "whoever asks it", 60)


def pull_silent(lab):
    "a registry takes the connection and says nothing"
    pod = lab.pod()
    registry = lab.announced(PYTHON, "-c", SILENT_SERVER)
    lab.later("PullImage", (1, message((1, f"127.0.0.1:{registry.said}/team/app:1"))), (3, pod.config))
    asked(registry)
    return Expected([f"{lab.namespace}/web-1", "containerd", "client"], "peer-unresponsive", [registry.pid], "PullImage")


def ctr_pull(lab):
    "ctr pulls, about no pod: it asks the registry itself"
    registry = lab.announced(PYTHON, "-c", SILENT_SERVER)
    client = lab.spawn(f"{lab.binaries}/ctr", "-a", lab.socket, "-n", "k8s.io", "image", "pull", "--plain-http", f"127.0.0.1:{registry.said}/team/app:1")
    lab.clients.append(client.pid)
    asked(registry)
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
    wrappers = [parent(pid) for pid in stuck]
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


def frozen_log(lab):
    """A container whose log is on a file system that is frozen, and which containerd cannot write."""
    mount = lab.filesystem(f"{lab.dir}/logs/web-1")
    app = lab.container(lab.pod(), "app", ["/bin/sh", "-c", "while :; do echo a line; done"])
    until(lambda: os.path.getsize(f"{mount}/app.log") > 0, "its log")
    run("fsfreeze", "-f", mount)
    until(lambda: any(state(f"{lab.containerd.pid}/task/{tid}") == "D" for tid in os.listdir(f"/proc/{lab.containerd.pid}/task")), "containerd in D")
    return app


def log_frozen(lab):
    "a container's log is on a file system that is frozen, and containerd cannot write it"
    return Expected([frozen_log(lab)], "uninterruptible", [], bare=False)


def silent_fuse(lab, mount):
    """A file system with one file; its server."""
    program = f"{lab.dir}/silent_fuse"
    run("gcc", "-o", program, f"{HERE}/../lab/silent_fuse.c")
    os.makedirs(mount)
    server = lab.spawn(program, "-f", mount)
    until(lambda: os.path.exists(f"{mount}/file"), "the file system")
    return server


def fuse_hostpath(lab):
    "a hostPath on a FUSE file system whose server is stopped: containerd looks at it for CreateContainer"
    mount = f"{lab.dir}/fuse"
    server = silent_fuse(lab, mount)
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
    wrappers = [parent(pid) for pid in stuck]
    return Expected(["containerd"], "runtime-blocked", stuck + wrappers, bare=False, bug="containerd/containerd#13954")


# A thin plugin asks a daemon over a unix socket, as multus's, Cilium's and most vendors' do; the daemon does what it is told for each request.
THIN_PLUGIN = """import socket, sys
daemon = socket.socket(socket.AF_UNIX)
daemon.connect(sys.argv[1])
daemon.sendall(b"ADD")
daemon.recv(4096)"""
DAEMON = """import fcntl, os, socket, sys, threading, time
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(8)
print("ready", flush=True)
def serve(client):
    client.recv(4096)
    if sys.argv[2] == "lock":
        fcntl.flock(open(sys.argv[3]), fcntl.LOCK_EX)
    else:
        time.sleep(float(sys.argv[3]))
    client.sendall(b"done")
while True:
    client, _ = listener.accept()
    if sys.argv[2] == "threads": threading.Thread(target=serve, args=(client,)).start()
    else: serve(client)"""
LOCK_HOLDER = "import fcntl,sys,time\nf=open(sys.argv[1],'w')\nfcntl.flock(f,fcntl.LOCK_EX)\nprint('up',flush=True)\ntime.sleep(1e6)"
LOCK_POLLER = "import fcntl,sys,time\nf=open(sys.argv[1])\nwhile 1:\n try: fcntl.flock(f,fcntl.LOCK_EX|fcntl.LOCK_NB); break\n except OSError: time.sleep(1)"


def script(lab, name, text_):
    path = f"{lab.dir}/{name}.py"
    open(path, "w").write(text_)
    return f"{PYTHON} {path}"


def thin_plugin(lab, *daemon_does):
    """The daemon. Its plugin is called, and has asked it."""
    socket = f"{lab.dir}/agent.sock"
    daemon = lab.announced(PYTHON, "-c", DAEMON, socket, *daemon_does)
    words = f"{script(lab, 'thin', THIN_PLUGIN)} {socket}"
    lab.plugin(f'[ "$CNI_COMMAND" = ADD ] && {words}')
    lab.pod_later()
    until(lambda: running(words), "the plugin")
    return daemon


def agent_silent(lab):
    "a CNI plugin asks its daemon, which has many threads, and none answers"
    daemon = thin_plugin(lab, "threads", 1000000)
    return Expected([f"{lab.namespace}/web-1", "containerd", "client"], "plugin-unresponsive", [daemon.pid], "RunPodSandbox")


def agent_lock(lab):
    "the daemon waits for a lock that somebody else has"
    lock = f"{lab.dir}/agent.lock"
    holder = lab.announced(PYTHON, "-c", LOCK_HOLDER, lock)
    thin_plugin(lab, "lock", lock)
    return Expected([f"{lab.namespace}/web-1", "containerd"], "file-lock", [holder.pid], "RunPodSandbox")


def lock_polled(lab):
    "a CNI plugin tries a lock each second, as iptables' -w did for long: no thread is ever in flock"
    lock = f"{lab.dir}/xtables.lock"
    holder = lab.announced(PYTHON, "-c", LOCK_HOLDER, lock)
    words = f"{script(lab, 'poller', LOCK_POLLER)} {lock}"
    lab.plugin(f'[ "$CNI_COMMAND" = ADD ] && {words}')
    lab.pod_later()
    until(lambda: running(words), "the plugin")
    return Expected([f"{lab.namespace}/web-1", "containerd"], "file-lock", [holder.pid], "RunPodSandbox")


def output_held(lab):
    "a CNI plugin is done, and what it has left behind has its output still: containerd reads on"
    words = lab.sleeper()
    lab.plugin(f'[ "$CNI_COMMAND" = ADD ] && (setsid {words} &)')
    lab.pod_later()
    left = until(lambda: running(words), "what it leaves behind")
    return Expected([f"{lab.namespace}/web-1", "containerd"], "stdio-held-open", left, "RunPodSandbox")


TOKENS = """import http.server, sys, time
class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def do_GET(self):
        if sys.argv[1] == "tokens":
            time.sleep(3)
            self.send_response(200)
        else:
            self.send_response(401)
            self.send_header("WWW-Authenticate", f'Bearer realm="http://127.0.0.1:{sys.argv[2]}/token",service="lab"')
        self.send_header("Content-Length", "2")
        self.end_headers()
        if self.command == "GET": self.wfile.write(b"{}")
    do_HEAD = do_GET
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
print(server.server_address[1], flush=True)
server.serve_forever()"""


def token_silent(lab):
    "the registry answers, and its token service does not"
    pod = lab.pod()
    tokens = lab.announced(PYTHON, "-c", SILENT_SERVER)
    registry = lab.announced(PYTHON, "-c", TOKENS, "registry", tokens.said)
    lab.trust(registry.said)
    lab.later("PullImage", (1, message((1, f"127.0.0.1:{registry.said}/team/app:1"))), (3, pod.config))
    asked(tokens)
    return Expected([f"{lab.namespace}/web-1", "containerd"], "peer-unresponsive", [tokens.pid], "PullImage")


def runc_on_fuse(lab):
    "the server of a hostPath stops when runc comes by: containerd has looked at it and was well"
    mount = f"{lab.dir}/fuse"
    server = silent_fuse(lab, mount)
    pod = lab.pod()
    app = lab.call("CreateContainer", *lab.container_request(pod, "app", ["/bin/sleep", "100000"], volume=("/mnt", f"{mount}/file")))[1].decode()
    lab.runtime(f'for word; do [ "$word" = create ] && kill -STOP {server.pid} && sleep 1.5; done\nexec $RUNC "$@"')
    lab.later("StartContainer", (1, app))
    until(lambda: state(server.pid) == "T", "runc")
    time.sleep(3)
    return Expected([app, "containerd"], "filesystem-unresponsive", [server.pid], "StartContainer")


TRACER = "import ctypes,sys,time\nlibc=ctypes.CDLL(None)\nlibc.ptrace(0x4206,int(sys.argv[1]),0,0)\nprint('up',flush=True)\ntime.sleep(1e6)"


def traced_init(lab):
    "StopContainer kills an init that a debugger has, and that one does not reap it"
    pod, app = idle_pod(lab)
    init = until(lambda: [pid for pid in lab.mine() if command(pid) == "/bin/sleep 100000"], "the init")[0]
    tracer = lab.announced(PYTHON, "-c", TRACER, init)
    lab.later("StopContainer", (1, app), (2, 0))
    until(lambda: state(init) == "Z", "its end")
    return Expected([app, "containerd"], "zombie-unreaped", [tracer.pid], "StopContainer")


# ---- the twins: slow, and well
def slow_agent(lab):
    "a CNI plugin's daemon takes four seconds"
    thin_plugin(lab, "threads", 4)
    return Expected([f"{lab.namespace}/web-1", "containerd"], None, bare=False)


def slow_tokens(lab):
    "a token service takes three seconds"
    pod = lab.pod()
    tokens = lab.announced(PYTHON, "-c", TOKENS, "tokens")
    registry = lab.announced(PYTHON, "-c", TOKENS, "registry", tokens.said)
    lab.trust(registry.said)
    lab.later("PullImage", (1, message((1, f"127.0.0.1:{registry.said}/team/app:1"))), (3, pod.config))
    return Expected([f"{lab.namespace}/web-1", "containerd"], None, bare=False)


def left_behind(lab):
    "a CNI plugin has left a daemon behind, which has let go of its output"
    words = lab.sleeper()
    lab.plugin(f'[ "$CNI_COMMAND" = ADD ] && (setsid {words} </dev/null >/dev/null 2>&1 &)')
    lab.pod()
    until(lambda: running(words), "what it leaves behind")
    return Expected([f"{lab.namespace}/web-1", "containerd"], None)


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
MORE = [ctr_pull, execsync_shared, log_frozen, fuse_hostpath, verifier, content_silent, load_shim, nri_silent, snapshotter_silent, update_stuck, stop_in_d, shim_start, bolt_flock, slow_pull, resting,
        agent_silent, agent_lock, lock_polled, output_held, token_silent, runc_on_fuse, traced_init, slow_agent, slow_tokens, left_behind]
