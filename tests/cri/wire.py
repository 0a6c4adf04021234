"""Protobuf, gRPC and ttrpc as far as the lab speaks them, without any library: messages are lists of (field, value)."""
import itertools, os, socket, struct, threading


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def message(*fields):
    """Values are numbers, text, bytes, or messages made here; a field may come more than once."""
    out = b""
    for field, value in fields:
        if isinstance(value, int):
            out += varint(field << 3) + varint(value)
        else:
            value = value.encode() if isinstance(value, str) else value
            out += varint(field << 3 | 2) + varint(len(value)) + value
    return out


def fields(data):
    """{field: the last value of it}, numbers and bytes."""
    found, at = {}, 0

    def number():
        nonlocal at
        result = shift = 0
        while True:
            byte = data[at]
            at += 1
            result |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return result

    while at < len(data):
        key = number()
        if key & 7 == 0:
            found[key >> 3] = number()
        elif key & 7 == 2:
            length = number()
            found[key >> 3] = data[at : at + length]
            at += length
        else:
            break
    return found


# ---- gRPC: HTTP/2 (RFC 9113) with headers that are literals, never indexed and never compressed (RFC 7541, 6.2.2)
DATA, HEADERS, RST_STREAM, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 3, 4, 6, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def headers(*pairs):
    return b"".join(b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode() for name, value in pairs)


def need(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise ConnectionError("closed")
        data += more
    return data


def frames(connection):
    while True:
        head = need(connection, 9)
        length = int.from_bytes(head[:3], "big")
        yield head[3], head[4], int.from_bytes(head[5:], "big") & 0x7FFFFFFF, need(connection, length)


class Failed(RuntimeError):
    """The call was answered with an error, or not in time."""


class Call:
    def __init__(self):
        self.ended, self.data, self.failed = threading.Event(), b"", None

    def done(self):
        return self.ended.is_set()

    def result(self, seconds=30):
        if not self.ended.wait(seconds):
            raise Failed("no answer in time")
        if self.failed or len(self.data) < 5:
            raise Failed(self.failed or "an error: containerd's log tells")
        return self.data[5:]


class Client:
    """One connection to a gRPC server on a unix socket; calls of any number at once."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.streams, self.calls, self.lock = itertools.count(1, 2), {}, threading.Lock()
        self.socket.sendall(PREFACE + frame(SETTINGS, 0, 0))
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            for kind, flags, stream, payload in frames(self.socket):
                call = self.calls.get(stream)
                if kind in (SETTINGS, PING) and not flags & ACK:
                    self.send(frame(kind, ACK, 0, payload if kind == PING else b""))
                if kind == DATA and payload:
                    self.send(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", len(payload))))
                    if call:
                        call.data += payload
                if kind == RST_STREAM and call:
                    call.failed = "reset"
                if call and (kind == RST_STREAM or kind in (DATA, HEADERS) and flags & END_STREAM):
                    call.ended.set()
        except (ConnectionError, OSError) as error:
            for call in self.calls.values():
                if not call.done():
                    call.failed = str(error)
                    call.ended.set()

    def send(self, data):
        with self.lock:
            self.socket.sendall(data)

    def later(self, path, request):
        call = Call()
        with self.lock:
            stream = next(self.streams)
            self.calls[stream] = call
            head = headers((":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"),
                           ("content-type", "application/grpc"), ("te", "trailers"))
            self.socket.sendall(frame(HEADERS, END_HEADERS, stream, head) + frame(DATA, END_STREAM, stream, struct.pack(">BI", 0, len(request)) + request))
        return call

    def close(self):
        self.socket.close()


def serve_silently(path, silent):
    """A gRPC server that answers each call with an empty message until `silent()`, and then none any more."""

    def serve(connection):
        try:
            need(connection, len(PREFACE))
            connection.sendall(frame(SETTINGS, 0, 0))
            for kind, flags, stream, payload in frames(connection):
                if kind in (SETTINGS, PING) and not flags & ACK:
                    connection.sendall(frame(kind, ACK, 0, payload if kind == PING else b""))
                if kind == DATA and flags & END_STREAM and not silent():
                    connection.sendall(frame(HEADERS, END_HEADERS, stream, headers((":status", "200"), ("content-type", "application/grpc"))) +
                                       frame(DATA, 0, stream, b"\0\0\0\0\0") +
                                       frame(HEADERS, END_HEADERS | END_STREAM, stream, headers(("grpc-status", "0"))))
        except (ConnectionError, OSError):
            pass

    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(16)
    print("ready", flush=True)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


def nri_plugin(path, answers):
    """An NRI plugin that registers for all events, and then answers each, or none. NRI is ttrpc in a multiplexer: connection, length; the plugin
    serves connection 1, the runtime connection 2."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)

    def send(channel, stream, kind, payload):
        whole = struct.pack(">IIBB", len(payload), stream, kind, 0) + payload
        connection.sendall(struct.pack(">II", channel, len(whole)) + whole)

    send(2, 1, 1, message((1, "nri.pkg.api.v1alpha1.Runtime"), (2, "RegisterPlugin"), (3, message((1, "lab"), (2, "10")))))
    got = {}
    while True:
        channel, length = struct.unpack(">II", need(connection, 8))
        got[channel] = got.get(channel, b"") + need(connection, length)
        while len(got[channel]) >= 10:
            length, stream, kind, _ = struct.unpack(">IIBB", got[channel][:10])
            if len(got[channel]) < 10 + length:
                break
            payload, got[channel] = got[channel][10 : 10 + length], got[channel][10 + length :]
            method = fields(payload).get(2, b"").decode() if kind == 1 else ""
            if method == "Configure":
                send(channel, stream, 2, message((2, message((2, 0x7F)))))
            elif method == "Synchronize":
                send(channel, stream, 2, message((2, b"")))
                print("ready", flush=True)
            elif kind == 1 and answers:
                send(channel, stream, 2, message((2, b"")))


if __name__ == "__main__":
    import sys

    if sys.argv[1] == "snapshotter":
        serve_silently(sys.argv[2], lambda: os.path.exists(sys.argv[2] + ".silent"))
    elif sys.argv[1] == "nri":
        nri_plugin(sys.argv[2], sys.argv[3:] == ["answering"])
