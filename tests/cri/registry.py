"""registry.py whole|half: a registry with one image of a compressed layer; `half` says nothing more once a part of that was sent.
registry.py slow FILE: its layer comes at 10 kB/s; FILE has how much of it was sent."""
import gzip, hashlib, http.server, io, json, os, sys, tarfile, time

TYPE = "application/vnd.docker."
HOW = sys.argv[1]


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def layer():
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        member = tarfile.TarInfo("file")
        member.size = 4 << 20 if HOW == "slow" else 1 << 20
        archive.addfile(member, io.BytesIO(os.urandom(member.size)))
    return made.getvalue()


PLAIN = layer()
LAYER = gzip.compress(PLAIN, 1)
CONFIG = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest(PLAIN)]}}).encode()
MANIFEST = json.dumps({"schemaVersion": 2, "mediaType": TYPE + "distribution.manifest.v2+json",
                       "config": {"mediaType": TYPE + "container.image.v1+json", "size": len(CONFIG), "digest": digest(CONFIG)},
                       "layers": [{"mediaType": TYPE + "image.rootfs.diff.tar.gzip", "size": len(LAYER), "digest": digest(LAYER)}]}).encode()


class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, whole):
        data = next((one for one in (CONFIG, LAYER) if digest(one) in self.path), MANIFEST if "/manifests/" in self.path else b"{}")
        self.send_response(200)
        self.send_header("Content-Type", TYPE + "distribution.manifest.v2+json" if data is MANIFEST else "application/octet-stream")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Docker-Content-Digest", digest(data))
        self.end_headers()
        if whole and data is LAYER and HOW != "whole":
            getattr(self, HOW)(data)
        elif whole:
            self.wfile.write(data)

    def half(self, data):
        self.wfile.write(data[: len(data) // 2])
        self.wfile.flush()
        time.sleep(1e6)

    def slow(self, data):
        for at in range(0, len(data), 1024):
            self.wfile.write(data[at : at + 1024])
            self.wfile.flush()
            open(sys.argv[2], "w").write(str(at))
            time.sleep(0.1)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
print(server.server_address[1], flush=True)
server.serve_forever()
