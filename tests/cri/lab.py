"""A private containerd with CRI on, and pods on it without a kubelet. All of it is below one directory of /run and in one cgroup, and
ends with it."""
import glob, hashlib, io, json, os, shutil, signal, subprocess, sys, tarfile, tempfile, time

from wire import Client, Failed, fields, message

HERE = os.path.dirname(os.path.abspath(__file__))
PAUSE, BUSYBOX = "lab.test/pause:1", "lab.test/busybox:1"
POD, CONTAINER = 0, 1  # whose pid namespace
APPLETS = "sh sleep echo cat ls true yes dd setsid".split()
PLUGIN = r"""#!/bin/sh
# a CNI plugin that does nothing and says that it did
%s
case $CNI_COMMAND in
VERSION) echo '{"cniVersion":"0.4.0","supportedVersions":["0.3.1","0.4.0"]}' ;;
ADD) echo '{"cniVersion":"0.4.0","interfaces":[{"name":"'$CNI_IFNAME'","sandbox":"'$CNI_NETNS'"}],"ips":[{"version":"4","address":"10.99.0.9/24","interface":0}]}' ;;
esac
"""


def run(*words, check=True, **more):
    result = subprocess.run([str(word) for word in words], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=180, **more)
    if check and result.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: {result.stdout.strip()[-600:]}")
    return result.stdout


def until(condition, what, seconds=90):
    end = time.time() + seconds
    while time.time() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.03)
    raise TimeoutError(what)


def text(path):
    try:
        return open(path, "rb").read().decode(errors="replace")
    except OSError:
        return ""


def command(pid):
    return text(f"/proc/{pid}/cmdline").replace("\0", " ").strip()


def processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]


def running(words):
    """Who runs with exactly these words."""
    return [pid for pid in processes() if command(pid) == words]


def state(pid):
    return (text(f"/proc/{pid}/stat").rpartition(")")[2].split() or ["gone"])[0]


def parent(pid):
    return int((text(f"/proc/{pid}/stat").rpartition(")")[2].split() or ["", 0])[1])


class Pod:
    def __init__(self, name, config, sandbox=None):
        self.name, self.config, self.sandbox = name, config, sandbox


class Lab:
    def __init__(self, binaries, plugin="", snapshotter=None):
        self.dir = tempfile.mkdtemp(prefix="cri-lab-", dir="/run")
        self.binaries, self.snapshotter, self.started, self.numbers = binaries, snapshotter, [], 0
        self.clients = []  # beside this program
        self.before = []  # words before containerd's own
        self.content, self.verifiers = None, None  # a content store's socket; a folder of programs that verify images
        self.namespace = "prod-" + os.path.basename(self.dir)[-6:].replace("_", "x").lower().strip("-")
        self.version = run(f"{binaries}/containerd", "--version").split()[2].lstrip("v~")
        self.socket, self.client, self.containerd = f"{self.dir}/state/containerd.sock", None, None
        os.chmod(self.dir, 0o755)
        for name in ("bin", "conf", "logs", "runc"):
            os.makedirs(f"{self.dir}/{name}")
        # containerd copies the host's into each sandbox, and a minimal host has none.
        self.made_hosts = not os.path.exists("/etc/hosts")
        if self.made_hosts:
            open("/etc/hosts", "w").write("127.0.0.1 localhost\n")
        self.plugin(plugin)
        open(f"{self.dir}/bin/loopback", "w").write(PLUGIN % "")
        os.chmod(f"{self.dir}/bin/loopback", 0o755)
        json.dump({"cniVersion": "0.4.0", "name": "lab", "plugins": [{"type": "lab"}]}, open(f"{self.dir}/conf/10-lab.conflist", "w"))

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def plugin(self, does):
        """The CNI plugin, which first does this."""
        path = f"{self.dir}/bin/lab"
        open(path + ".new", "w").write(PLUGIN % does)
        os.chmod(path + ".new", 0o755)
        os.rename(path + ".new", path)

    def runtime(self, script):
        """A program in the place of runc: `$@` are its arguments, $RUNC the real one."""
        path = f"{self.dir}/runtime"
        open(path + ".new", "w").write(f"#!/bin/sh\nRUNC={shutil.which('runc')}\n{script}\n")
        os.chmod(path + ".new", 0o755)
        os.rename(path + ".new", path)

    def spawn(self, *words, **more):
        for stream in ("stdin", "stdout", "stderr"):
            more.setdefault(stream, subprocess.DEVNULL)
        process = subprocess.Popen([str(word) for word in words], start_new_session=True, **more)
        self.started.append(process)
        return process

    def announced(self, *words):
        """A process that has said a line: it is up."""
        process = self.spawn(*words, stdout=subprocess.PIPE)
        process.said = process.stdout.readline().decode().strip()
        if not process.said:
            raise RuntimeError(f"did not come up: {words}")
        return process

    def sleeper(self):
        """The words of a sleep that nobody else has."""
        self.numbers += 1
        return f"sleep {os.getpid() % 1000000 + 1000000}{self.numbers:02d}"

    def filesystem(self, at):
        image = f"{self.dir}/{hashlib.md5(at.encode()).hexdigest()[:8]}.img"
        os.makedirs(at, exist_ok=True)
        run("truncate", "-s", "32M", image)
        run("mkfs.ext4", "-q", image)
        run("mount", "-o", "loop", image, at)
        return at

    # ---- containerd
    def configuration(self):
        proxy = f'[proxy_plugins.lab]\ntype = "snapshot"\naddress = "{self.snapshotter}"\n' if self.snapshotter else ""
        if self.content:
            proxy += f'[proxy_plugins.lab-content]\ntype = "content"\naddress = "{self.content}"\n'
        if self.verifiers:
            proxy += f'[plugins."io.containerd.image-verifier.v1.bindir"]\nbin_dir = "{self.verifiers}"\nper_verifier_timeout = "3600s"\n'
        cri = 'plugins."io.containerd.grpc.v1.cri"'
        disabled = 'disabled_plugins = ["io.containerd.content.v1.content"]' if self.content else ""
        wrapper = f'BinaryName = "{self.dir}/runtime"\n' if os.path.exists(f"{self.dir}/runtime") else ""
        return f"""version = 2
root = "{self.dir}/root"
state = "{self.dir}/state"
{disabled}
[grpc]
address = "{self.socket}"
[{cri}]
sandbox_image = "{PAUSE}"
disable_tcp_service = true
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
[{cri}.cni]
bin_dir = "{self.dir}/bin"
conf_dir = "{self.dir}/conf"
[{cri}.registry]
config_path = "{self.dir}/registries"
[{cri}.containerd]
{'snapshotter = "lab"' if self.snapshotter else ""}
[{cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[{cri}.containerd.runtimes.runc.options]
Root = "{self.dir}/runc"
{wrapper}[{cri}.containerd.runtimes.slow]
runtime_type = "io.containerd.slow.v1"
[plugins."io.containerd.nri.v1.nri"]
disable = false
plugin_path = "{self.dir}/nri"
plugin_config_path = "{self.dir}/nri-conf"
socket_path = "{self.dir}/nri.sock"
plugin_registration_timeout = "3600s"
plugin_request_timeout = "3600s"
{proxy}"""

    def launch(self, config):
        return self.spawn(*self.before, f"{self.binaries}/containerd", "-c", config, env=dict(os.environ, PATH=f"{self.dir}:{self.binaries}:{os.environ['PATH']}"),
                          stdout=open(f"{self.dir}/containerd.log", "ab"), stderr=subprocess.STDOUT)

    def start(self):
        config = f"{self.dir}/config.toml"
        open(config, "w").write(self.configuration())
        self.containerd = self.launch(config)

        def up():
            if self.containerd.poll() is not None:
                raise RuntimeError(self.log()[-1500:])
            return os.path.exists(self.socket) and "REVISION" in self.ctr("version", check=False).upper()

        until(up, "containerd", 120)
        self.client = Client(self.socket)
        until(self.ready, "CRI", 120)
        if self.content:
            return  # nothing is kept in it
        run("gcc", "-static", "-Os", "-o", f"{self.dir}/pause", f"{HERE}/pause.c")
        self.image(PAUSE, {"pause": open(f"{self.dir}/pause", "rb").read()}, ["/pause"])
        self.image(BUSYBOX, {"bin/busybox": open(shutil.which("busybox"), "rb").read()}, ["/bin/sh"])
        until(lambda: {PAUSE, BUSYBOX} <= set(self.ctr("image", "ls", "-q").split()), "images")

    def image(self, tag, files, entry):
        """One layer, in docker's archive format."""
        layer = io.BytesIO()
        with tarfile.open(fileobj=layer, mode="w") as archive:
            for name in "bin proc sys dev tmp etc root mnt".split():
                member = tarfile.TarInfo(name)
                member.type, member.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(member)
            for name, data in files.items():
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(data), 0o755
                archive.addfile(member, io.BytesIO(data))
            for name in APPLETS if "bin/busybox" in files else ():
                member = tarfile.TarInfo("bin/" + name)
                member.type, member.linkname = tarfile.SYMTYPE, "busybox"
                archive.addfile(member)
        layer = layer.getvalue()
        digest = hashlib.sha256(layer).hexdigest()
        config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": entry, "Env": ["PATH=/bin"]},
                             "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest]}, "history": []}).encode()
        name = hashlib.sha256(config).hexdigest() + ".json"
        manifest = json.dumps([{"Config": name, "RepoTags": [tag], "Layers": [digest + "/layer.tar"]}]).encode()
        with tarfile.open(f"{self.dir}/image.tar", "w") as archive:
            for each, data in ((name, config), (digest + "/layer.tar", layer), ("manifest.json", manifest)):
                member = tarfile.TarInfo(each)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        self.ctr("image", "import", f"{self.dir}/image.tar", check=not self.snapshotter)

    def log(self):
        return text(f"{self.dir}/containerd.log")

    def ctr(self, *words, **more):
        return run(f"{self.binaries}/ctr", "--connect-timeout", "5s", "-a", self.socket, "-n", "k8s.io", *words, **more)

    # ---- CRI
    def later(self, method, *request):
        service = "ImageService" if "Image" in method else "RuntimeService"
        return self.client.later(f"/runtime.v1.{service}/{method}", message(*request))

    def call(self, method, *request, seconds=120):
        return fields(self.later(method, *request).result(seconds))

    def ready(self):
        try:
            self.call("Status", seconds=20)
            return True
        except Failed:
            return False

    def pod_config(self, name, share_pid=False):
        uid = hashlib.md5(f"{self.dir}{name}".encode()).hexdigest()
        uid = "-".join((uid[:8], uid[8:12], uid[12:16], uid[16:20], uid[20:]))
        logs = f"{self.dir}/logs/{name}"
        os.makedirs(logs, exist_ok=True)
        labels = {"io.kubernetes.pod.name": name, "io.kubernetes.pod.namespace": self.namespace, "io.kubernetes.pod.uid": uid}
        return message((1, message((1, name), (2, uid), (3, self.namespace))), (2, name), (3, logs),
                       *((6, message((1, key), (2, value))) for key, value in labels.items()),
                       (8, message((1, f"/{os.path.basename(self.dir)}/pod{uid}"), (2, self.pid_namespace(1, share_pid)))))

    @staticmethod
    def pid_namespace(field, share_pid):
        return message((field, message((2, POD if share_pid else CONTAINER))))

    def pod_later(self, name="web-1", **more):
        return self.later("RunPodSandbox", (1, self.pod_config(name, **more)))

    def pod(self, name="web-1", **more):
        return Pod(name, self.pod_config(name, **more), fields(self.pod_later(name, **more).result(120))[1].decode())

    def container_request(self, pod, name, words, share_pid=False, volume=None):
        mounts = [(7, message((1, volume[0]), (2, volume[1])))] if volume else []
        labels = {"io.kubernetes.container.name": name, "io.kubernetes.pod.name": pod.name, "io.kubernetes.pod.namespace": self.namespace}
        config = message((1, message((1, name))), (2, message((1, BUSYBOX))), *((3, word) for word in words),
                         *mounts, *((9, message((1, key), (2, value))) for key, value in labels.items()), (11, name + ".log"),
                         (15, message((2, self.pid_namespace(3, share_pid)))))
        return (1, pod.sandbox), (2, config), (3, pod.config)

    def container(self, pod, name, words, **more):
        identity = self.call("CreateContainer", *self.container_request(pod, name, words, **more))[1].decode()
        self.call("StartContainer", (1, identity))
        return identity

    def registry(self, sent):
        """A slow one, of which containerd asks without TLS; its port."""
        return self.image_registry("slow", sent).said

    def image_registry(self, *how):
        """One with an image (registry.py), of which containerd asks without TLS."""
        registry = self.announced(sys.executable, f"{HERE}/registry.py", *how)
        self.trust(registry.said)
        return registry

    def trust(self, port):
        folder = f"{self.dir}/registries/127.0.0.1:{port}"
        os.makedirs(folder)
        open(f"{folder}/hosts.toml", "w").write(f'server = "http://127.0.0.1:{port}"\n[host."http://127.0.0.1:{port}"]\ncapabilities = ["pull", "resolve"]\n')

    def shims(self):
        return [pid for pid in processes() if self.socket in command(pid) and "containerd-shim" in command(pid)]

    # ---- the end
    def mine(self):
        def is_mine(pid):
            files = f"/proc/{pid}/"
            if state(pid) in ("Z", "X", "gone"):
                return False
            if any(self.dir in text(files + name) for name in ("cmdline", "environ")) or f"/{os.path.basename(self.dir)}/" in text(files + "cgroup"):
                return True
            try:
                return self.dir in os.readlink(files + "cwd")
            except OSError:
                return False

        return [pid for pid in processes() if is_mine(pid)]

    def mounts(self, of_type=None):
        lines = [line.split() for line in open("/proc/self/mounts")]
        return [line[1] for line in lines if line[1].startswith(self.dir + "/") and of_type in (None, line[2])]

    def close(self):
        for mount in self.mounts("ext4"):
            run("fsfreeze", "-u", mount, check=False)
        name = os.path.basename(self.dir)
        addresses = {text(path).strip() for path in glob.glob(f"{self.dir}/state/io.containerd.runtime.v2.task/*/*/address")}
        for path in glob.glob(f"{self.dir}/state/io.containerd.runtime.v2.task/*/*/bootstrap.json"):
            addresses.add((json.loads(text(path) or "{}")).get("address", ""))
        if self.client:
            self.client.close()
        for process in self.started:  # each is a session of its own: with whatever it has started there
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except OSError:
                pass
        for _ in range(60):
            left = self.mine()
            for process in self.started:
                if process.poll() is None:
                    left.append(process.pid)
            if not left:
                break
            for pid in left:
                for number in (signal.SIGKILL, signal.SIGCONT):
                    try:
                        os.kill(pid, number)
                    except OSError:
                        pass
            time.sleep(0.05)
        for mount in reversed(self.mounts()):
            run("umount", "-l", mount, check=False)
        for _ in range(20):
            groups = glob.glob(f"/sys/fs/cgroup/*/{name}") + glob.glob(f"/sys/fs/cgroup/{name}")
            for group in groups:
                for folder, _, _ in os.walk(group, topdown=False):
                    try:
                        os.rmdir(folder)
                    except OSError:
                        pass
            if not groups:
                break
            time.sleep(0.05)
        for address in addresses:
            if address.startswith("unix:///run/containerd/s/"):
                try:
                    os.unlink(address[7:])
                except OSError:
                    pass
        if self.made_hosts:
            os.unlink("/etc/hosts")
        shutil.rmtree(self.dir, ignore_errors=True)
