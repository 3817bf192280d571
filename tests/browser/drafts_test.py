#!/usr/bin/env python3
"""A page in one file chooses among drafts as udrl-generate does: the same texts where chance has no say, worth the same to
the student's critic; and where it has, the best of many is worth more than one.

Usage: drafts_test.py FILE ANSWERS    a page of udrl-export, of a student with a critic; lines of udrl-generate --json
       --best-of 2 --rank-by critic --temperature 0.000001 --words 16 --nearest --return top
"""
import json
import pathlib
import re
import sys
import tempfile

from chromium import Chromium
from looks import check, finish
from pages_test import READY

ASK = """(async (request) => {{
  const {{ body }} = await localFetch("/v1/typeahead", {{ body: JSON.stringify(request) }}), text = await new Response(body).text();
  return text.split("\\n").filter((line) => line.startsWith("data: {{")).map((line) => JSON.parse(line.slice(6)));
}})({request})"""
# udrl-generate rounds what it multiplies with q8_0 weights to bytes, the page does not: a close call falls the other way.
NEAR = 0.1  # standard deviations


def cold(page, folder):
    """The same page, of which every draw is the likeliest."""
    text = pathlib.Path(page).read_text(encoding="utf-8")
    text, found = re.subn(r'("(?:opening_)?temperature"):[0-9.]+', r"\1:1e-6", text)
    assert found == 3, found
    file = pathlib.Path(folder) / "cold.html"
    file.write_text(text, encoding="utf-8")
    return file


def answers_of(browser, page):
    tab = browser.open(pathlib.Path(page).absolute().as_uri(), offline=True)
    tab.wait(READY, 120)

    def ask(intent, task, **more):
        request = {"intent": intent, "tasks": [task], "words": 16, "return": "top", "mention": "auto", "seed": 1, **more}
        events = tab.js(ASK.format(request=json.dumps(request)))
        return next(one for one in events if one.get("done") or one.get("error"))
    return tab, ask


def main():
    page, answers = sys.argv[1:]
    name = "drafts of a page in one file"
    with open(answers, encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines]
    with Chromium() as browser, tempfile.TemporaryDirectory() as folder:
        tab, ask = answers_of(browser, cold(page, folder))
        same = 0
        for one in told:
            got = ask(one["intent"], one["task"], best_of=2)
            check(name, got.get("best_of") == 2 and got.get("mention") == one.get("mention"), f"{got}, not {one}")
            if got.get("text") != one["text"]:
                continue
            same += 1
            check(name, abs(got["worth"] - one["worth"]) < NEAR, f"{got}, not worth {one['worth']}")
        check(name, same >= len(told) / 2, f"{same} of {len(told)} texts are those of udrl-generate")
        tab.close()

        tab, ask = answers_of(browser, page)
        asked = told[:6]
        few, many = ([ask(one["intent"], one["task"], best_of=drafts) for one in asked] for drafts in (2, 16))
        check(name, sum(one["worth"] for one in many) > sum(one["worth"] for one in few), f"{many} are not better than {few}")
        check(name, many[0] == {**ask(told[0]["intent"], told[0]["task"], best_of=16), "ms": many[0]["ms"]}, "another answer next time")
        one = ask(told[0]["intent"], told[0]["task"])
        check(name, "worth" not in one and "best_of" not in one, f"{one}")
        tab.close()
    print(f"{name}: {same} of {len(told)} texts are the same", flush=True)
    finish()


if __name__ == "__main__":
    main()
