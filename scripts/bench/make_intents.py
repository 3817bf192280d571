#!/usr/bin/env python3
"""Writes a table of requests as a user's list would be (TSV, for `udrl-distill intents --from`), made from data/intents by
chance, in either order of words: some occur twice, some are nearly the same.

For: measuring `intents` (scripts/bench/scale.sh). Not for: training anything.

Usage: make_intents.py FILE LINES [SEED]
"""
import sys

from make_scored import Maker

FIELDS = ("intent", "group", "subject", "format", "style", "occasion")


def main():
    maker = Maker(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    with open(sys.argv[1], "w") as file:
        file.write("\t".join(FIELDS) + "\n")
        for _ in range(int(sys.argv[2])):
            intent = maker.intent()
            file.write("\t".join(intent.get(field, "") for field in FIELDS) + "\n")


if __name__ == "__main__":
    main()
