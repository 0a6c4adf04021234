"""slow_registry.py FILE: a registry with one image, whose layer comes at 10 kB/s; FILE has how much of it was sent."""
import hashlib, http.server, json, os, sys, time

LAYER = os.urandom(4 << 20)
TYPE = "application/vnd.docker."


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


CONFIG = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest(LAYER)]}}).encode()
MANIFEST = json.dumps({"schemaVersion": 2, "mediaType": TYPE + "distribution.manifest.v2+json",
                       "config": {"mediaType": TYPE + "container.image.v1+json", "size": len(CONFIG), "digest": digest(CONFIG)},
                       "layers": [{"mediaType": TYPE + "image.rootfs.diff.tar", "size": len(LAYER), "digest": digest(LAYER)}]}).encode()


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
        for at in range(0, len(data) if whole else 0, 1024):
            self.wfile.write(data[at : at + 1024])
            self.wfile.flush()
            if data is LAYER:
                open(sys.argv[1], "w").write(str(at))
                time.sleep(0.1)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
print(server.server_address[1], flush=True)
server.serve_forever()
