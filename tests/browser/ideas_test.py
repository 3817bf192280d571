#!/usr/bin/env python3
"""The words that a page in one file proposes to mention are those of udrl-generate, where chance has no say.

Usage: ideas_test.py FILE ANSWERS    a page of udrl-export; lines of udrl-generate --json --temperature 0 --words 16 --nearest
"""
import json
import pathlib
import sys

from chromium import Chromium
from looks import check, finish

WORDS_TO_MENTION = 4  # of an answer of 16 words
PROPOSED = "(async (asked) => {{ const ideas = await localIdeas; return asked.map(([intent, task]) => " \
           "ideas.propose(intent, task, {count}, {temperature}, () => {chance}).join(', ')); }})({asked})"


def main():
    page, answers = sys.argv[1:]
    name = "words of a page in one file"
    with open(answers, encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines]
    check(name, sum("mention" in one for one in told) > len(told) / 2, f"{len(told)} answers, and few mention anything")
    asked = json.dumps([[one["intent"], one["task"]] for one in told])
    with Chromium() as browser:
        tab = browser.open(pathlib.Path(page).absolute().as_uri(), offline=True)

        def proposed(temperature, chance):
            return tab.js(PROPOSED.format(count=WORDS_TO_MENTION, temperature=temperature, chance=chance, asked=asked))

        for one, words in zip(told, proposed(0, 0)):
            check(name, words == one.get("mention", ""), f"{one['intent']}, {one['task']}: {words}, not {one.get('mention', '')}")
        check(name, proposed(0.7, 0.9) != proposed(0.7, 0), "chance changes nothing")
        tab.close()
    print(name, flush=True)
    finish()


if __name__ == "__main__":
    main()
