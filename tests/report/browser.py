"""Chromium without a window, spoken to over a pipe (--remote-debugging-pipe): no server, no port, nothing but Python's own library."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


def find():
    return next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)


class Browser:
    def __init__(self, timeout=60):
        self.timeout, self.last, self.left, self.events = timeout, 0, b"", []
        self.profile = tempfile.mkdtemp(prefix="shimtrace-report-")
        to_child, self.out = os.pipe()
        self.inp, from_child = os.pipe()

        def hand_over():
            # Chromium reads from 3 and writes to 4; neither pipe may sit there already when it is moved.
            kept = [os.dup2(fd, 50 + n) for n, fd in enumerate((to_child, from_child))]
            os.dup2(kept[0], 3)
            os.dup2(kept[1], 4)

        command = [find(), "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage",
                   f"--user-data-dir={self.profile}"] + (["--no-sandbox"] if os.geteuid() == 0 else [])
        self.process = subprocess.Popen(command + ["about:blank"], preexec_fn=hand_over, pass_fds=(3, 4, to_child, from_child), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_child)
        os.close(from_child)
        target = next(one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "DOM", "Accessibility"):
            self.call(domain + ".enable")

    def _receive(self, until):
        while b"\0" not in self.left:
            if not select.select([self.inp], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self.inp, 1 << 16)
            if not piece:
                raise EOFError("the browser is gone")
            self.left += piece
        message, self.left = self.left.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + self.timeout
        while True:
            answer = self._receive(until)
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, path, width=1400, height=900, dark=False, script=True, media=""):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.events.clear()
        self.call("Page.navigate", url=path if path.startswith("http://") else "file://" + os.path.abspath(path))
        until = time.monotonic() + self.timeout
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive(until))

    def ask(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", "") or result["exceptionDetails"]["text"])
        return result["result"].get("value")

    def key(self, key, code=0, **more):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **(more if kind == "keyDown" else {}))

    def picture(self, path, whole=True):
        area = {}
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            area = {"clip": {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}, "captureBeyondViewport": True}
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", format="png", **area)["data"]))

    def complaints(self):
        """Console messages of weight, exceptions, and whatever was asked of anywhere but the page's own file."""
        found = []
        for event in self.events:
            method, what = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append("an exception: " + what["exceptionDetails"]["text"])
            elif method == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning", "assert"):
                found.append("the console: " + str(what["args"])[:200])
            elif method == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
                found.append("the log: " + what["entry"]["text"])
            elif method == "Network.requestWillBeSent" and what.get("type") != "Document":
                found.append("a request: " + what["request"]["url"][:200])
        return found

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
        except (OSError, EOFError, TimeoutError, RuntimeError):
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
