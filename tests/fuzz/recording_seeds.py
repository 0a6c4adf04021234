#!/usr/bin/env python3
"""Seeds for fuzz_recording_reader, from golden recordings.

  recording_seeds.py FOLDER RECORDING...     writes FOLDER/NAME files; the first byte of each says what the rest is, see recording_reader.cpp
"""
import os
import struct
import subprocess
import sys

FILE, EVENTS, SNAPSHOT, SUMMARY, BLOCKS = 0, 1, 2, 4, 5


def blocks(data):
    at = 0
    while at < len(data):
        _, kind, packed, flags, _, summary, stored, _ = struct.unpack_from("<4B4I", data, at + 4)
        start = at + 40 + summary
        payload = data[start:start + stored]
        if packed:
            payload = subprocess.run(["zstd", "-dcq"], input=payload, stdout=subprocess.PIPE, check=True).stdout
        yield kind, flags, data[at + 40:start], payload
        at = start + stored


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
        for number, (kind, flags, summary, payload) in enumerate(blocks(data)):
            if kind == 2:
                seed(f"{version}-events-{number}", EVENTS, payload)
                seed(f"{version}-summary-{number}", SUMMARY, summary)
            elif kind == 3:
                seed(f"{version}-snapshot-{number}", SNAPSHOT, payload)
            if len(summary) < 256 and len(payload) < 65536:
                made += struct.pack("<BBBH", kind, flags, len(summary), len(payload)) + summary + payload
        seed(f"{version}-blocks", BLOCKS, made)
        seed(f"{version}-blocks-cut", BLOCKS, made + bytes([100]))


main()
