#!/usr/bin/env python3
"""The contestants of generation.sh, and their measurement. Each is a process that stays; in each round all take turns with
all prompts, one after the other, then with 32 at once.

Not for: the beginning of a process, memory, or draws.

Usage: generation_peers.py convert --student FOLDER --converted FOLDER
         CTranslate2's model of the student
       generation_peers.py measure --student FOLDER --converted FOLDER --generate PROGRAM --intents FILE --threads N
         --prompts N --rounds N
         prints a figure a line: name, value, unit, against what, goal, "at-most" where it is one; tabs between them
       generation_peers.py NAME --student FOLDER --converted FOLDER --threads N
         a peer (PEERS): reads requests as JSON lines, writes token ids and milliseconds
"""
import argparse

from generation_contestants import Peer, Student, Udrl, prompts_of
from generation_figures import check, measure_many, measure_one, report_all
from generation_libraries import AT_ONCE, PEERS, serve


def convert(options):
    from ctranslate2.converters import TransformersConverter

    TransformersConverter(options.student).convert(options.converted, force=True)


def measure(options):
    student = Student(options.student)
    f16, q8_0 = Udrl("udrl f16", options, student, "file", 1), Udrl("udrl q8_0", options, student, "q8_0", 1)
    prompts = prompts_of(options, student, f16, q8_0)
    alone = [Peer(name, options) for name in PEERS if "worker" not in name]
    workers = [Peer(name, options) for name in PEERS if "worker" in name and options.threads > 1]
    slots = [Udrl(f"udrl q8_0, {count} slots", options, student, "q8_0", count) for count in (8, AT_ONCE)]
    for contestant in (*alone, *workers, *slots):
        contestant.one(prompts[0])  # nobody is measured while another one is being loaded
    one = measure_one([f16, q8_0, *alone], prompts, options.rounds)
    check(one)
    many = measure_many([*slots, *alone, *workers], prompts, options.rounds)
    check(many)
    report_all(one, many, prompts, options.threads)
    for contestant in (f16, q8_0, *alone, *workers, *slots):
        contestant.process.stdin.close()
        contestant.process.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["convert", "measure", *PEERS])
    for name in ("student", "converted", "generate", "intents"):
        parser.add_argument(f"--{name}")
    for name in ("threads", "prompts", "rounds"):
        parser.add_argument(f"--{name}", type=int)
    options = parser.parse_args()
    {"convert": convert, "measure": measure}.get(options.what, serve)(options)


if __name__ == "__main__":
    main()
