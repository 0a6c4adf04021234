"""For suites that look at one source after another (tests/alone, tests/tidy): what changed, what has passed already, for how long."""
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))


def git(*words):
    return subprocess.run(["git", *words], capture_output=True, text=True, check=False).stdout.split()


def compilations():
    """{path from the top of the tree: its entry in compile_commands.json}"""
    subprocess.run(["cmake", "--preset", "dev"], check=True, stdout=subprocess.DEVNULL)
    with open("build/dev/compile_commands.json", encoding="utf8") as file:
        found = {os.path.relpath(entry["file"], ROOT): entry for entry in json.load(file)}
    return {path: entry for path, entry in found.items() if not path.startswith("build/")}


def includes(path):
    with open(path, "rb") as file:
        for quoted, angled in re.findall(rb'#include (?:"([^"]+)"|<(shimtrace/[^>]+)>)', file.read()):
            included = (quoted or b"include/" + angled).decode()
            if os.path.exists(included):
                yield included


def fingerprint(path, *more):
    """Of all that a verdict depends on: the file, what of ours it includes, and `more`."""
    hashed, seen, todo = hashlib.sha256(repr(more).encode()), set(), [path]
    while todo:
        file = todo.pop()
        if file not in seen:
            seen.add(file)
            hashed.update(open(file, "rb").read())
            todo += includes(file)
    return hashed.hexdigest()


def changed(known):
    """Of the known files those that differ from $SINCE (the fork from origin/main, or else the last commit but one), and those of headers that do."""
    fork = git("merge-base", "HEAD", "origin/main")
    since = os.environ.get("SINCE") or ("HEAD~1" if not fork or fork == git("rev-parse", "HEAD") else fork[0])
    files = git("diff", "--name-only", since) + git("ls-files", "--others", "--exclude-standard")
    wanted = {name for path in files for name in (path, path.removesuffix(".hpp") + ".cpp")}
    return [path for path in known if path in wanted]


def look_at(suite, words, known, check, mark):
    """The suite's TAP; its exit code. `check(path)`: (passed, what was said). `mark(path)`: what its verdict depends on beside the files. What passed is
    not looked at again. `words`: none (what changed, for at most $SECONDS_MOST, 300: the rest is told), "all", or files."""
    wanted = list(known) if words == ["all"] else words or changed(known)
    deadline = time.monotonic() + (int(os.environ.get("SECONDS_MOST", "300")) if not words else 1_000_000)
    passed = f"build/dev/passed-{suite}"
    os.makedirs(passed, exist_ok=True)

    def look(path):
        stamp = os.path.join(passed, fingerprint(path, mark(path)))
        if os.path.exists(stamp):
            return ""
        if time.monotonic() > deadline:
            return None
        good, said = check(path)
        if good:
            open(stamp, "w").close()
        return "" if good else said or "it failed without a word"

    failed, late = 0, []
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for path, said in zip(wanted, pool.map(look, wanted)):
            if said is None:
                late.append(path)
            elif said:
                failed += 1
                lines = said.strip().splitlines()
                print("\n".join(lines[:40]))
                print(f"not ok {path} - {next((line for line in lines if re.search(r': (error|warning): ', line)), lines[0])}", flush=True)
    if late:
        print(f"# not in time: {' '.join(late)}")
    if not failed:
        print(f"ok {suite}: {len(wanted) - len(late)} files" + (f" of {len(wanted)} that changed" if late else ""))
    return 1 if failed else 0
