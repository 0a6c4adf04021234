#!/usr/bin/env python3
"""The blocks of a recording, read by the book (tracer/recording/FORMAT.md) and by nothing of shimtrace's.

  blocks.py list FILE       a line a block: offset, type, sequence number, length in the file
  blocks.py contents FILE   everything that is in it, decompressed
"""
import struct
import subprocess
import sys

TYPES = {1: "header", 2: "events", 3: "snapshot", 4: "index", 5: "end"}


def blocks(data):
    at = 0
    while at < len(data):
        assert data[at:at + 4] == b"\x9fSTB", f"no block at {at}"
        _, kind, packed, _, sequence, summary, stored, plain = struct.unpack_from("<4B4I", data, at + 4)
        start = at + 40 + summary
        yield at, kind, packed, sequence, data[at + 40:start], data[start:start + stored], plain
        at = start + stored


def main():
    data = open(sys.argv[2], "rb").read()
    for at, kind, packed, sequence, summary, payload, plain in blocks(data):
        if sys.argv[1] == "list":
            print(at, TYPES.get(kind, kind), sequence, 40 + len(summary) + len(payload))
            continue
        if packed:
            payload = subprocess.run(["zstd", "-dcq"], input=payload, stdout=subprocess.PIPE, check=True).stdout
        assert len(payload) == plain, f"{len(payload)} bytes, {plain} were promised"
        sys.stdout.buffer.write(summary + payload)


main()
