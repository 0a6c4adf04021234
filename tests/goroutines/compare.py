"""Compares `shimtrace stacks` with what Go programs say of themselves. Prints TAP. See run."""
import contextlib
import json
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

SHIMTRACE = os.environ["SHIMTRACE"]
HERE = os.path.dirname(os.path.abspath(__file__))


class NotHere(Exception):
    """It cannot be tested on this machine."""


def eventually(condition, what, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


class Program:
    """The test program, running, all of its goroutines at rest."""

    def __init__(self, binary, many=0, *arguments, **popen):
        self.directory = tempfile.mkdtemp(prefix="shimtrace-waits-")
        self.process = subprocess.Popen([binary, self.directory, str(many), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.directory,
                                        text=True, **popen)
        self.child = None
        for line in self.process.stdout:
            if line.startswith("child "):
                self.child = int(line.split()[1])
            if line.strip() == "ready":
                break
        self.pid = self.process.pid

    def own_dump(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.strip() == "end":
                break
            lines.append(line)
        return "".join(lines)

    def close(self):
        self.process.kill()
        self.process.wait()
        if self.child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.child, 9)
        shutil.rmtree(self.directory, ignore_errors=True)


def stacks(program, *options):
    result = subprocess.run([SHIMTRACE, "stacks", *options, str(program.pid)], capture_output=True, text=True)
    if result.returncode != 0:
        raise AssertionError(f"stacks failed: {result.stderr.strip()}")
    return result.stdout


def goroutines(dump):
    """id → text, argument values left out (shimtrace prints none)."""
    found = {}
    for block in dump.split("\n\n"):
        block = block.strip("\n")
        header = re.match(r"goroutine (\d+) ", block)
        if header:
            found[int(header[1])] = re.sub(r"^(\S.*)\((?:0x|\.\.\.|\{|_).*\)$", r"\1(...)", block, flags=re.M)
    return found


def compare(program, *options, deepest=True, labels=True):
    """deepest=False: not the stacks whose middle Go leaves out, which looks different from version to version; labels=False: nor pprof's labels."""
    seen, own = goroutines(stacks(program, "--dump", "go", *options)), goroutines(program.own_dump())
    for number in sorted(set(seen) | set(own)):
        if own.get(number, "").startswith(f"goroutine {number} [running]") and number in seen:
            continue  # the goroutine that dumped: it has moved since
        if not deepest and own.get(number, "").count("\n\t") > 90:
            continue
        if not labels and number in seen:
            seen[number] = re.sub(r"^(goroutine \d+ \[[^]\n]*\]) \{.*\}:$", r"\1:", seen[number], flags=re.M)
        if seen.get(number) != own.get(number):
            raise AssertionError(f"goroutine {number} is {seen.get(number)!r} from outside, {own.get(number)!r} by its own account")
    if len(own) < 35:
        raise AssertionError(f"only {len(own)} goroutines")


def waits(program, check):
    """A thread that was held still takes its call up again when it next runs: not at once where the CPUs are busy."""
    end = time.monotonic() + 60
    while True:
        document = json.loads(stacks(program, "--json", "--no-threads"))
        try:
            return check(document["processes"][0]["go"]["goroutines"], program)
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def holder_of(goroutine):
    """Who likeliest has the lock that it waits for; None: nobody is named."""
    return goroutine["wait"].get("inferred_holders", [{}])[0].get("goroutine")


def check_objects(all_goroutines, program):
    def of(kind, function=""):
        return [g for g in all_goroutines if g["wait"]["kind"] == kind and any(function in f["function"] for f in g["stack"])]

    def expect(condition, what):
        if not condition:
            raise AssertionError(what)

    fifo = os.path.join(program.directory, "fifo")
    expect(any(g["wait"].get("path") == fifo for g in of("fd_read", "os.(*File).Read")), "nobody reads the fifo")
    expect(any(g["wait"].get("path", "").startswith("pipe:") for g in of("fd_write", "os.(*File).Write")), "nobody writes the full pipe")
    expect(any(g["wait"].get("path", "").startswith("socket:") for g in of("fd_read", "Accept")), "nobody accepts")
    expect(any(g["wait"].get("path", "").endswith("/unopened") for g in of("syscall")), "nobody opens the fifo that has no other end")
    expect(any(g["wait"].get("child") == program.child for g in of("child")), "nobody waits for the child")
    full = [g for g in of("chan_send") if g["wait"].get("object")]
    expect(full and full[0]["wait"]["length"] == 3 and full[0]["wait"]["capacity"] == 3, "nobody sends to the full channel")
    expect(any(len(g["wait"].get("cases", [])) == 3 for g in of("select")), "no select with three cases")
    expect(any("until_monotonic_ns" in g["wait"] for g in of("sleep")), "nobody sleeps")
    conditions = of("cond", "main.waitCondition")
    expect(len(conditions) == 2 and all(g["wait"].get("object") for g in conditions), "the condition that two wait for was not found")
    expect(conditions[0]["wait"]["object"] == conditions[1]["wait"]["object"], "they wait for different conditions")
    expect(conditions[0]["wait"]["others"] == [conditions[1]["id"]], "they do not know of each other")
    same = [g for g in of("chan_receive") if g["wait"].get("object") and len(g["wait"].get("others", [])) >= 3 and g["wait"]["capacity"] == 0]
    expect(same, "those who wait on one channel do not know of each other")
    reflected = [g for g in of("select", "reflect.Select") if len(g["wait"].get("cases", [])) == 2]
    expect(reflected and {c["direction"] for c in reflected[0]["wait"]["cases"]} == {"send", "receive"}, "reflect.Select's cases are wrong")
    for kind, waiter, holder in [("mutex", "main.waitGlobalMutex", "main.holdGlobalMutex"), ("mutex", "main.(*embedding).wait", "main.(*embedding).hold"),
                                 ("rwmutex_write", "main.waitWriter", "main.holdReader"), ("rwmutex_read", "main.waitReader", "main.holdReader"),
                                 ("once", "main.holdOnce", "main.holdOnce"),
                                 # Who only waits there for another lock of the same struct has not got this one.
                                 ("mutex", "main.(*guarded).change", "main.(*guarded).keep"),
                                 ("rwmutex_read", "main.(*guarded).look", "main.(*guarded).nested")]:
        found = of(kind, waiter)
        expect(found, f"nobody waits in {waiter}")
        best = holder_of(found[0])
        expect(any(g["id"] == best and any(holder in f["function"] for f in g["stack"]) for g in all_goroutines),
               f"the holder of {waiter}'s lock was not found in {holder}")
    by_holder = {g["id"]: holder_of(g) for g in of("mutex", "main.crosswise")}
    expect(len(by_holder) == 2 and set(by_holder) == set(by_holder.values()) and all(who != by_holder[who] for who in by_holder),
           f"two that wait for each other were taken for {by_holder}")
    keepers = {g["id"] for g in all_goroutines if any("main.(*embedding).hold" in f["function"] for f in g["stack"])}
    queue = [holder_of(g) for g in of("mutex", "main.inOrder")]
    expect(len(queue) == 3 and sum(who in keepers for who in queue) == 1, f"three in a queue, and who keeps it waiting, were taken for {queue}")
    for g in of("mutex", "main.(*embedding).twice"):
        own = holder_of(g)
        stands = all(each["state"] not in ("running", "runnable") for each in all_goroutines)
        expect(own == (g["id"] if stands else None), f"who has the lock that it waits for itself is said to wait for {own}")


def check_many(program):
    best = float("inf")
    for _ in range(3):
        begin = time.monotonic()
        text = stacks(program, "--dump", "go")
        best = min(best, time.monotonic() - begin)
    count = len(goroutines(text))
    if count < 10000:
        raise AssertionError(f"{count} of 10000 goroutines")
    print(f"# {count} goroutines in {best * 1e3:.0f} ms")
    compare(program)


def check_forms(program):
    """The other forms of the same goroutines: grouped, as folded stacks."""
    number = len(goroutines(stacks(program, "--dump", "go")))
    heads = re.findall(r"^(?:(\d+) goroutines|goroutine \d+) \[", stacks(program, "--group", "--dump", "go"), flags=re.M)
    groups = [int(count or 1) for count in heads]
    if sum(groups) != number or groups != sorted(groups, reverse=True) or groups[0] < 1000:
        raise AssertionError(f"{number} goroutines are in groups of {groups}")
    folded = [line.rsplit(" ", 1) for line in stacks(program, "--flame").splitlines()]
    if sum(int(count) for _, count in folded) != number:
        raise AssertionError(f"{number} goroutines are folded to {folded[:5]}")
    if not any(stack.count("main.recurse") == 9 and int(count) >= 1000 for stack, count in folded):
        raise AssertionError("the folded stacks lack the thousand that are alike")


def check_core(binary):
    """What a core file shows of those that were waiting is what the live program showed."""
    with open("/proc/sys/kernel/core_pattern") as file:
        if re.search(r"[|/%]", file.read()):
            raise NotHere("core files do not go into the working directory")
    limit = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if limit == 0:
        raise NotHere("no core files are allowed")
    program = Program(binary, 100, stderr=subprocess.DEVNULL, env={**os.environ, "GOTRACEBACK": "crash"},  # else a Go program leaves none
                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (limit, limit)))
    try:
        live = goroutines(stacks(program, "--dump", "go"))
        program.process.send_signal(signal.SIGABRT)
        program.process.wait(30)
        cores = [name for name in os.listdir(program.directory) if name.startswith("core")]
        if not cores:
            raise AssertionError("there is no core file")
        core = os.path.join(program.directory, cores[0])
        result = subprocess.run([SHIMTRACE, "stacks", "--dump", "go", core], capture_output=True, text=True)
        if result.returncode != 0:
            raise AssertionError(f"stacks CORE failed: {result.stderr.strip()}")
        dead = goroutines(result.stdout)
        moving = r"goroutine \d+ \[(running|runnable|preempted|syscall)"
        waiting = {number: text for number, text in live.items() if not re.match(moving, text)}
        for number, text in waiting.items():
            if dead.get(number) != text:
                raise AssertionError(f"goroutine {number} was {text!r}, the core file has {dead.get(number)!r}")
        if len(waiting) < 100:
            raise AssertionError(f"only {len(waiting)} goroutines waited")
    finally:
        program.close()


def toolchains():
    found = {}
    roots = [os.path.dirname(os.path.dirname(os.path.realpath(go)))] if (go := shutil.which("go")) else []
    for root in roots + [r for r in os.environ.get("GO_TOOLCHAINS", "").split(":") if r]:
        version = subprocess.run([f"{root}/bin/go", "env", "GOVERSION"], capture_output=True, text=True,
                                 env={**os.environ, "GOROOT": root, "GOTOOLCHAIN": "local"}).stdout.strip()
        found[".".join(version.removeprefix("go").split(".")[:2])] = root
    return found


def build(root, cgo, mode, where, language=None, experiment=""):
    """language: the Go that the module says it is written for, where that is another than the sources'."""
    binary = os.path.join(where, f"waits-{os.path.basename(root)}-{cgo}-{mode}-{language}-{experiment}")
    flags = "-buildvcs=false"
    if language:
        module = os.path.join(where, f"go-{language}.mod")
        with open(module, "w") as file:
            file.write(f"module waits\n\ngo {language}\n")
        flags += f" -modfile={module}"
    environment = {**os.environ, "GOROOT": root, "GOTOOLCHAIN": "local", "GOFLAGS": flags, "GOEXPERIMENT": experiment, "CGO_ENABLED": cgo,
                   "GOCACHE": os.environ.get("GOCACHE", "/var/tmp/shimtrace-gocache")}
    subprocess.run([f"{root}/bin/go", "build", f"-buildmode={mode}", "-ldflags=-s -w", "-o", binary, "."], cwd=os.path.join(HERE, "waits"),
                   env=environment, check=True, capture_output=True)
    return binary


def variant(binary, suffix, content):
    """The program that `content` is, beside the one that it was made of."""
    path = binary + suffix
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, 0o755)
    return path


def build_of_unknown_version(root, where):
    """A program that says it was made by a Go that does not exist yet."""
    binary = build(root, "0", "exe", where)
    with open(binary, "rb") as file:
        content = file.read()
    patched, times = re.subn(rb"go1\.\d\d(?=[.\x00-\x1f\n ]|\d)", b"go1.99", content)
    if times == 0:
        raise AssertionError("no version in the program")
    return variant(binary, "-unknown", patched)


def without_sections(binary):
    """The same program without section headers: what it is made of has to be found by its magic numbers."""
    with open(binary, "rb") as file:
        content = bytearray(file.read())
    content[40:48] = bytes(8)   # e_shoff
    content[60:64] = bytes(4)   # e_shnum, e_shstrndx
    return variant(binary, "-bare", content)


def with_decoys(binary):
    """The same program with words in its data that look like moduledata's first ones."""
    with open(binary, "rb") as file:
        content = bytearray(file.read())
    programs = [struct.unpack_from("<IIQQQQQQ", content, struct.unpack_from("<Q", content, 32)[0] + 56 * i) for i in range(struct.unpack_from("<H", content, 56)[0])]
    header = struct.unpack_from("<Q", content, 40)[0]
    sections = [struct.unpack_from("<IIQQQQ", content, header + 64 * i) for i in range(struct.unpack_from("<H", content, 60)[0])]
    names = sections[struct.unpack_from("<H", content, 62)[0]][4]
    table = next(s[3] for s in sections if content[names + s[0]:].startswith(b".gopclntab\0"))
    at = next(table - p[3] + p[2] for p in programs if p[0] == 1 and p[3] <= table < p[3] + p[5])
    functions_names = struct.unpack_from("<Q", content, at + 32)[0]
    place = content.index(b"two words that lie here!")
    content[place:place + 32] = struct.pack("<QQQQ", table, table + functions_names, 1, 1)
    return variant(binary, "-decoys", content)


def check_secrets(program):
    """Who waits within secret.Do (Go 1.26 and later), or after one, whose stack was zeroed: whole, and who holds the lock is found."""
    compare(program)
    seen = [g for g in json.loads(stacks(program, "--json", "--no-threads"))["processes"][0]["go"]["goroutines"]
            if any("secret.Do" in f["function"] for f in g["stack"])]
    holder = [g for g in seen if any("main.holdSecretly" in f["function"] for f in g["stack"])]
    waiter = [g for g in seen if any("main.(*embedding).wait" in f["function"] for f in g["stack"])]
    if len(holder) != 1 or len(waiter) != 1 or sum("main.deep" in f["function"] for f in holder[0]["stack"]) != 101:
        raise AssertionError(f"those within secret.Do are {seen}")
    if holder_of(waiter[0]) != holder[0]["id"]:
        raise AssertionError(f"who waits for the lock of {holder[0]['id']} waits for {waiter[0]['wait']}")


def check_labels(program, printed):
    """pprof's labels of a goroutine: in Go's own headers for modules of Go 1.27 and later."""
    labelled = [g for g in json.loads(stacks(program, "--json", "--no-threads"))["processes"][0]["go"]["goroutines"] if g.get("labels")]
    if not labelled:
        raise AssertionError("no goroutine has labels")
    if {"key": "purpose", "value": "testing"} not in labelled[0]["labels"]:
        raise AssertionError(f"the labels are {labelled[0]['labels']}")
    own = program.own_dump()
    if ("purpose: testing" in own) != printed:
        raise AssertionError(f"the program itself {'does not print' if printed else 'prints'} them")
    compare(program)
    if "purpose: testing" not in stacks(program):
        raise AssertionError("stacks do not show them")


def check_leaks(program):
    """What the runtime has found to be leaked (Go 1.26 and later) waits as it did, and is said to be leaked."""
    own = program.own_dump()
    if "(leaked)" not in own:
        raise NotHere("this Go finds no goroutine to be leaked")
    compare(program)
    leaked = [g for g in json.loads(stacks(program, "--json", "--no-threads"))["processes"][0]["go"]["goroutines"] if g["state"] == "leaked"]
    if not any(g["wait"]["kind"] in ("chan_receive", "chan_send", "select", "mutex") for g in leaked):
        raise AssertionError(f"what the leaked wait for is not told: {[g['wait'] for g in leaked]}")


# Programs of npm's registry that Gos have built which Debian does not have: `npm install` of esbuild.
FOREIGN = {"1.18": ("esbuild-linux-64", "0.14.30"), "1.20": ("@esbuild/linux-x64", "0.19.12"), "1.25": ("@esbuild/linux-x64", "0.27.2")}


class Foreign:
    """esbuild as a server: its goroutines by its own account are what SIGQUIT makes it write, at its end."""

    def __init__(self, binary):
        self.directory = tempfile.mkdtemp(prefix="shimtrace-esbuild-")
        self.process = subprocess.Popen([binary, "--serve=127.0.0.1:0", f"--servedir={self.directory}"], cwd=self.directory, stdin=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "GOTRACEBACK": "all"})
        self.pid = self.process.pid
        for line in self.process.stderr:
            if "127.0.0.1" in line:
                break
        time.sleep(0.3)  # and all that it started rests

    def own_dump(self):
        self.process.send_signal(signal.SIGQUIT)
        # It adds where each frame and each goroutine lies.
        text = re.sub(r" fp=0x[0-9a-f]+ sp=0x[0-9a-f]+ pc=0x[0-9a-f]+$", "", self.process.stderr.read(), flags=re.M)
        return re.sub(r"^(goroutine \d+) gp=\S+ m=\S+(?: mp=\S+)? ", r"\1 ", text, flags=re.M)

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def foreign_binary(version):
    package, release = FOREIGN[version]
    cache = os.path.join(os.environ.get("SHIMTRACE_CACHE", os.path.expanduser("~/.cache/shimtrace-tests")), "esbuild", release)
    binary = os.path.join(cache, "node_modules", package, "bin", "esbuild")
    if not os.access(binary, os.X_OK):
        if not shutil.which("npm"):
            raise NotHere("npm is not there, which would bring a program that this Go has built")
        os.makedirs(cache, exist_ok=True)
        made = subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", cache, f"{package}@{release}"],
                              capture_output=True, text=True)
        if made.returncode != 0 or not os.access(binary, os.X_OK):
            raise NotHere("npm does not bring a program that this Go has built: " + (made.stderr.strip().splitlines() or ["?"])[-1])
    return binary


def check_foreign(version):
    program = Foreign(foreign_binary(version))
    try:
        said = json.loads(stacks(program, "--json", "--no-threads"))["processes"][0]["go"]
        if not said["version"].startswith(f"go{version}.") and said["version"] != f"go{version}":
            raise AssertionError(f"it is said to be of {said['version']!r}")
        if said["derived_layout"]:
            raise AssertionError("its layout is said to be derived")
        # Of some goroutines it writes the runtime's own frames as well.
        plain, whole = (goroutines(stacks(program, "--dump", "go", *option)) for option in ((), ("--runtime",)))
        own = goroutines(program.own_dump())
        same = [number for number in plain if own.get(number) in (plain[number], whole[number])]
        other = {number: (plain[number], own.get(number)) for number in plain if number not in same}
        # The one that takes the signal has moved, and what the signal has woken.
        if len(same) < 3 or len(other) > 2:
            raise AssertionError(f"{len(same)} goroutines are the same, not so {other}")
        print(f"# go{version}: {len(same)} of {len(plain)} goroutines as by its own account")
    finally:
        program.close()


def check_derived(program):
    compare(program, deepest=False, labels=False)
    if "layout derived" not in stacks(program):
        raise AssertionError("it does not say that its layout is derived")
    if not json.loads(stacks(program, "--json", "--no-threads"))["processes"][0]["go"]["derived_layout"]:
        raise AssertionError("the JSON does not say that its layout is derived")


def check_stack_of_calls(program):
    """`trace -k` of a Go program: the frames of the goroutine that makes the call."""
    with tempfile.NamedTemporaryFile(mode="r") as out:
        tracer = subprocess.Popen([SHIMTRACE, "trace", "-k", "-f", "-o", out.name, "-e", "trace=write", "-p", str(program.pid)],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def all_traced():
            tasks = os.listdir(f"/proc/{program.pid}/task")
            return all("TracerPid:\t0" not in open(f"/proc/{program.pid}/task/{task}/status").read() for task in tasks)

        def frames():
            with open(out.name, errors="replace") as file:
                write = re.search(r"write\(1.*\n((?: > .*\n)+)", file.read())
            return write[1] if write else ""

        try:
            eventually(lambda: tracer.poll() is not None or all_traced(), "the program is traced")
            # Seized is not stopped yet: a write that comes before that is not seen.
            eventually(lambda: program.own_dump() and frames(), "the write of its dump, with a stack")
        finally:
            tracer.terminate()
            tracer.wait(timeout=90)
        if not ("main.main" in frames() and "os.(*File).Write" in frames() and "main.go:" in frames()):
            raise AssertionError(f"write's stack is not the goroutine's: {frames()[:1500]!r}")


def case(wanted, name, test):
    if wanted and not any(name.startswith(w) for w in wanted):
        return True
    try:
        test()
    except NotHere as reason:
        print(f"# {name} is left out: {reason}", flush=True)
        return True
    except (AssertionError, subprocess.SubprocessError, OSError, LookupError, ValueError) as error:
        print(f"not ok {name} - {str(error)[:2000]}".replace("\n", " | "), flush=True)
        return False
    print(f"ok {name}", flush=True)
    return True


def with_program(binary, many, *tests, arguments=()):
    program = Program(binary, many, *arguments)
    try:
        for test in tests:
            test(program)
    finally:
        program.close()


def main():
    wanted, fine = sys.argv[1:], True
    found = toolchains()
    if not found:
        print("ok goroutines # skip no Go toolchain")
        return 0
    with tempfile.TemporaryDirectory(prefix="shimtrace-go-") as where:
        for version, root in found.items():
            for cgo in "01":
                for mode in ("exe", "pie"):
                    name = f"{version}-{'cgo' if cgo == '1' else 'pure'}-{mode}"
                    fine &= case(wanted, f"exact-{name}", lambda: with_program(
                        build(root, cgo, mode, where), 0, compare, lambda p: compare(p, "--stop"), lambda p: waits(p, check_objects)))
            fine &= case(wanted, f"derived-{version}", lambda: with_program(build_of_unknown_version(root, where), 0, check_derived))
            fine &= case(wanted, f"bare-{version}", lambda: with_program(without_sections(build(root, "0", "exe", where)), 0, compare))
            fine &= case(wanted, f"decoys-{version}", lambda: with_program(with_decoys(build(root, "0", "exe", where)), 0, compare))
            number = int(version.split(".")[1])
            if number >= 24:
                fine &= case(wanted, f"labels-{version}", lambda: with_program(
                    build(root, "0", "exe", where, version if number >= 27 else None), 0, lambda p: check_labels(p, number >= 27)))
            if number >= 26:
                experiment = "goroutineleakprofile" if number == 26 else ""
                fine &= case(wanted, f"leaks-{version}", lambda: with_program(
                    build(root, "0", "exe", where, None, experiment), 0, check_leaks, arguments=["leaks"]))
                fine &= case(wanted, f"secret-{version}", lambda: with_program(
                    build(root, "0", "exe", where, None, "runtimesecret"), 0, check_secrets))
            fine &= case(wanted, f"trace-k-{version}", lambda: with_program(build(root, "0", "exe", where), 0, check_stack_of_calls))
        for version in FOREIGN:
            if version not in found:
                fine &= case(wanted, f"foreign-{version}", lambda: check_foreign(version))
        newest = found[max(found, key=lambda version: [int(number) for number in version.split(".")])]
        fine &= case(wanted, "many-goroutines", lambda: with_program(build(newest, "0", "exe", where), 10000, check_many))
        fine &= case(wanted, "forms", lambda: with_program(build(newest, "0", "exe", where), 1000, check_forms))
        fine &= case(wanted, "core-file", lambda: check_core(build(newest, "0", "exe", where)))
    return 0 if fine else 1


sys.exit(main())
