#!/usr/bin/env python3
"""Seeds for the fuzzers of recordings, from golden recordings.

  recording_seeds.py FOLDER RECORDING...     writes FOLDER/NAME files; the first byte of each says what the rest is, see recording_input.hpp
"""
import os
import struct
import sys

sys.dont_write_bytecode = True  # nothing is left beside it
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "replay"))
from blocks import blocks

FILE, EVENTS, SNAPSHOT, SUMMARY, BLOCKS = 0, 1, 2, 4, 5


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)

    def seed(name, mode, content):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(bytes([mode]) + content)

    for path in sys.argv[2:]:
        version = os.path.basename(os.path.dirname(path))
        data = open(path, "rb").read()
        seed(f"{version}-file", FILE, data)
        made = b""
        for number, block in enumerate(blocks(data)):
            kind, summary, payload = block.kind, block.summary, block.payload()
            if kind == 2:
                seed(f"{version}-events-{number}", EVENTS, payload)
                seed(f"{version}-summary-{number}", SUMMARY, summary)
            elif kind == 3:
                seed(f"{version}-snapshot-{number}", SNAPSHOT, payload)
            if len(summary) < 256 and len(payload) < 65536:
                made += struct.pack("<BBBH", kind, block.flags, len(summary), len(payload)) + summary + payload
        seed(f"{version}-blocks", BLOCKS, made)
        seed(f"{version}-blocks-cut", BLOCKS, made + bytes([100]))


main()
