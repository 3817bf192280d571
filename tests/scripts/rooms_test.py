#!/usr/bin/env python3
"""Asserts the plan of the rooms from the includes: that of docs/architecture.md, under "## Rooms".

For: CI. Rules: a room uses those above it; within a room a folder uses those before it, and files directly in the room
use them all; a public header is one that another room needs; no circle among files; a comment names files that are there.
Usage: rooms_test.py CHECKOUT
"""
import collections
import pathlib
import re
import sys


def read_plan(document):
    """{room: [folder, ...]}, in order: lines such as "data/  text/ records/  what it holds"."""
    block = re.search(r"^## Rooms\n.*?```\n(.*?)```", document.read_text(), re.S | re.M)
    if block is None:
        sys.exit(f"{document}: no plan of the rooms: expected a heading '## Rooms' and a block of lines 'room/ folder/ …'")
    plan = {}
    for line in block.group(1).splitlines():
        if not line.strip():
            continue
        names = re.match(r"(\w+)/((?:\s+\w+/)*)", line)
        if names is None:
            sys.exit(f"{document}: '{line}' names no room")
        plan[names.group(1)] = re.findall(r"(\w+)/", names.group(2))
    return plan


class House:
    def __init__(self, root):
        self.root = root
        self.plan = read_plan(root / "docs/architecture.md")
        self.rooms = list(self.plan)
        self.includes = {}
        for folder in ("include", "src", "tools", "tests"):
            for file in sorted((root / folder).rglob("*.[ch]pp")):
                named = re.findall(r'^#include "([^"]+)"', file.read_text(), re.M)
                targets = [self.target(file, name) for name in named]
                self.includes[file] = [target for target in targets if target is not None]

    def target(self, file, name):
        """The file of this checkout that `file` means by `name`; None for another library's."""
        candidates = [file.parent / name, self.root / "include" / name, self.root / "tests" / name]
        if self.room(file) is not None:
            candidates.append(self.root / "src" / self.room(file) / name)
        return next((c.resolve() for c in candidates if c.is_file()), None)

    def parts(self, file):
        return file.relative_to(self.root).parts

    def room(self, file):
        parts = self.parts(file)
        name = parts[2] if parts[0] == "include" else parts[1]
        return name if name in self.plan else None

    def folder(self, file):
        """Of a private file within its room; None for one directly in the room, or public."""
        parts = self.parts(file)
        return parts[2] if parts[0] == "src" and len(parts) == 4 else None

    def is_of(self, top, file):
        return self.parts(file)[0] == top

    def library(self):
        return [file for file in self.includes if self.is_of("src", file) or self.is_of("include", file)]

    def unknown_places(self):
        for file in self.library():
            if self.room(file) is None:
                yield f"{self.name(file)} is in a room that the plan does not name"
            elif self.is_of("src", file) and self.folder(file) not in [None, *self.plan[self.room(file)]]:
                yield f"{self.name(file)} is in a folder that the plan does not name"

    def name(self, file):
        return "/".join(self.parts(file))

    def wrong_between_rooms(self):
        for file in self.library():
            for target in self.includes[file]:
                if self.rooms.index(self.room(target)) > self.rooms.index(self.room(file)):
                    yield f"{self.name(file)} uses {self.name(target)}, of a room below it"

    def wrong_within_rooms(self):
        for file in self.library():
            order = self.plan[self.room(file)]
            for target in self.includes[file]:
                if not self.is_of("src", target) or self.room(target) != self.room(file):
                    continue
                if self.is_of("include", file):
                    yield f"{self.name(file)} is public and uses {self.name(target)}, which is not"
                    continue
                here, there = self.folder(file), self.folder(target)
                if here is not None and (there is None or order.index(there) > order.index(here)):
                    yield f"{self.name(file)} uses {self.name(target)}, which comes after it"

    def public_without_need(self):
        """Public headers that neither another room nor a needed public header of their own room includes."""
        needed = collections.deque()
        for file, targets in self.includes.items():
            for target in targets:
                if self.is_of("include", target) and (self.is_of("tools", file) or self.room(file) != self.room(target)):
                    needed.append(target)
        found = set()
        while needed:
            header = needed.popleft()
            if header not in found:
                found.add(header)
                needed.extend(t for t in self.includes[header] if self.is_of("include", t))
        for file in self.includes:
            if self.is_of("include", file) and file not in found:
                yield f"{self.name(file)} is public, and no other room needs it: move it to src/{self.room(file)}"

    def circles(self):
        done, path = set(), []

        def visit(file):
            if file in path:
                yield "a circle: " + " → ".join(self.name(f) for f in [*path[path.index(file):], file])
            if file in path or file in done:
                return
            path.append(file)
            for target in self.includes[file]:
                yield from visit(target)
            done.add(path.pop())

        for file in list(self.includes):
            yield from visit(file)

    def comments_without_a_file(self):
        """Comments point the reader to other files: those must be there."""
        files = [path.as_posix() for top in ("include", "src", "tools", "tests") for path in (self.root / top).rglob("*.*")]
        for file in self.library():
            for line in re.findall(r"^\s*///? .*", file.read_text(), re.M):
                for named in re.findall(r"[\w/]+\.[ch]pp\b", line):
                    if named != "llama.cpp" and not any(f.endswith("/" + named) for f in files):
                        yield f"{self.name(file)} names {named} in a comment, which is not there"

    def faults(self):
        unknown = list(self.unknown_places())
        if unknown:
            return unknown
        rules = (self.wrong_between_rooms, self.wrong_within_rooms, self.public_without_need, self.circles,
                 self.comments_without_a_file)
        return [fault for rule in rules for fault in rule()]


def main():
    faults = House(pathlib.Path(sys.argv[1]).resolve()).faults()
    for fault in faults:
        print(fault)
    print(f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
