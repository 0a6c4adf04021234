#!/usr/bin/env python3
"""The blocks of a recording, read by the book (docs/recording-format.md) and by nothing of shimtrace's.

  blocks.py list FILE       a line a block: offset, type, sequence number, length in the file
  blocks.py contents FILE   everything that is in it, decompressed
"""
import struct
import subprocess
import sys
from typing import NamedTuple

TYPES = {1: "header", 2: "events", 3: "snapshot", 4: "index", 5: "end"}
HEADER_SIZE = 40


class Block(NamedTuple):
    offset: int
    kind: int
    packed: int
    flags: int
    sequence: int
    plain_length: int
    summary: bytes
    stored: bytes  # the payload as it is in the file

    def payload(self):
        if not self.packed:
            return self.stored
        plain = subprocess.run(["zstd", "-dcq"], input=self.stored, stdout=subprocess.PIPE, check=True).stdout
        assert len(plain) == self.plain_length, f"{len(plain)} bytes, {self.plain_length} were promised"
        return plain


def blocks(data):
    at = 0
    while at < len(data):
        assert data[at:at + 4] == b"\x9fSTB", f"no block at {at}"
        _, kind, packed, flags, sequence, summary, stored, plain = struct.unpack_from("<4B4I", data, at + 4)
        start = at + HEADER_SIZE + summary
        yield Block(at, kind, packed, flags, sequence, plain, data[at + HEADER_SIZE:start], data[start:start + stored])
        at = start + stored


def main():
    data = open(sys.argv[2], "rb").read()
    for block in blocks(data):
        if sys.argv[1] == "list":
            print(block.offset, TYPES.get(block.kind, block.kind), block.sequence, HEADER_SIZE + len(block.summary) + len(block.stored))
        else:
            sys.stdout.buffer.write(block.summary + block.payload())


if __name__ == "__main__":
    main()
