"""Alertmanager's webhook: what it is told, a line each, in FILE.      receiver.py PORT FILE"""
import http.server
import json
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open(sys.argv[2], "a") as file:
            for alert in told["alerts"]:
                file.write(json.dumps({"status": alert["status"], **alert["labels"], **alert["annotations"]}) + "\n")
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
