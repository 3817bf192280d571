#!/usr/bin/env python3
"""Rewrites folders of records of schema 1 as schema 2, in which the field "prompt" is called "answer".

udrl reads both, so this is for data that is kept for long. Nothing else on a line changes, and the manifest says
schema 2. Prints the SHA-256 of each shard, old and new.

usage: scripts/upgrade_records.py FOLDER…
"""
import gzip
import hashlib
import json
import pathlib
import sys

OLD, NEW = ',"prompt":', ',"answer":'


def upgraded(line, where):
    record = json.loads(line)
    if "answer" in record or "prompt" not in record:
        return line
    record["answer"] = record.pop("prompt")
    new = line.replace(OLD, NEW, 1)  # quotes inside a text are escaped: the first match is the field
    if json.loads(new) != record:
        raise SystemExit(f"{where}: the line is not as udrl writes it; nothing was changed")
    return new


def upgrade_shard(file):
    packed = file.suffix == ".gz"
    before = file.read_bytes()
    lines = (gzip.decompress(before) if packed else before).decode("utf-8").split("\n")
    text = "\n".join(upgraded(line, f"{file}:{n}") if line else line for n, line in enumerate(lines, 1)).encode("utf-8")
    return before, gzip.compress(text, 9, mtime=0) if packed else text


def write(file, data):
    beside = file.with_name(file.name + ".new")
    beside.write_bytes(data)
    beside.replace(file)


def upgrade(folder):
    shards = sorted([*folder.glob("part-*.jsonl"), *folder.glob("part-*.jsonl.gz")])
    if not shards:
        raise SystemExit(f"{folder}: no shards")
    manifest = json.loads((folder / "manifest.json").read_text())
    if manifest["schema_version"] > 1:
        print(f"{folder}: schema {manifest['schema_version']} already")
        return
    made = [(shard, *upgrade_shard(shard)) for shard in shards]  # all are checked before one is written
    for shard, before, after in made:
        write(shard, after)
        print(shard, hashlib.sha256(before).hexdigest(), "→", hashlib.sha256(after).hexdigest())
    manifest["schema_version"] = 2
    write(folder / "manifest.json", (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        raise SystemExit(__doc__)
    for name in sys.argv[1:]:
        upgrade(pathlib.Path(name))
