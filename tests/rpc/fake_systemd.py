#!/usr/bin/env python3
"""fake_systemd.py SOCKET refuses|silent: as much of systemd's private bus as runc asks for when it starts a container.

The handshake, and answers to what it asks about systemd itself; StartTransientUnit is refused, or not answered for three seconds, after which the connection ends.
Calls come in little endian, answers go out in big endian: D-Bus leaves that to the sender.
"""
import socket
import struct
import sys
import threading
import time


def aligned(data, to):
    return data + b"\0" * (-len(data) % to)


def text(value):
    return struct.pack(">I", len(value)) + value.encode() + b"\0"


def fields_of(message, little):
    """Header fields by code; enough of D-Bus for those of a call."""
    order = "<" if little else ">"
    (length,) = struct.unpack_from(order + "I", message, 12)
    at, found = 16, {}
    while at < 16 + length:
        at = (at + 7) & ~7
        code, kind = message[at], message[at + 2 : at + 3]
        at += 4
        if kind in (b"s", b"o"):
            (size,) = struct.unpack_from(order + "I", message, at)
            found[code] = message[at + 4 : at + 4 + size].decode()
            at += 4 + size + 1
        elif kind == b"g":
            found[code] = message[at + 1 : at + 1 + message[at]].decode()
            at += message[at] + 2
        else:
            (found[code],) = struct.unpack_from(order + "I", message, at)
            at += 4
    return found


def answer(serial, kind, signature, body, error=None):
    fields = struct.pack(">B", 5) + b"\1u\0" + struct.pack(">I", serial)
    if error:
        fields = aligned(fields, 8) + struct.pack(">B", 4) + b"\1s\0" + text(error)
    fields = aligned(fields, 8) + struct.pack(">B", 8) + b"\1g\0" + struct.pack(">B", len(signature)) + signature.encode() + b"\0"
    header = struct.pack(">cBBBIII", b"B", kind, 1, 1, len(body), serial + 1000, len(fields))
    return aligned(header + fields, 8) + body


def serve(connection, how):
    reader = connection.makefile("rb")
    while True:
        line = reader.readline()
        if not line:
            return
        line = line.strip(b"\0\r\n")
        if line.startswith(b"AUTH"):
            connection.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n" if len(line.split()) > 1 else b"REJECTED EXTERNAL\r\n")
        elif line == b"NEGOTIATE_UNIX_FD":
            connection.sendall(b"AGREE_UNIX_FD\r\n")
        elif line == b"BEGIN":
            break
    while True:
        start = reader.read(16)
        if len(start) < 16:
            return
        little = start[:1] == b"l"
        body, serial, fields = struct.unpack_from("<III" if little else ">III", start, 4)
        rest = reader.read(((fields + 7) & ~7) + body)
        message = start + rest
        member = fields_of(message, little).get(3)
        if member == "StartTransientUnit":
            if how == "silent":
                time.sleep(3)
                return connection.shutdown(socket.SHUT_RDWR)
            connection.sendall(answer(serial, 3, "s", text("Access denied"), "org.freedesktop.DBus.Error.AccessDenied"))
        elif member == "Get":  # a property of the manager: a variant
            connection.sendall(answer(serial, 2, "v", b"\1s\0" + b"\0" + text("252")))
        elif member == "Hello":
            connection.sendall(answer(serial, 2, "s", text(":1.1")))
        else:
            connection.sendall(answer(serial, 3, "s", text("no"), "org.freedesktop.DBus.Error.UnknownMethod"))


def main():
    path, how = sys.argv[1:]
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(16)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, how), daemon=True).start()


main()
