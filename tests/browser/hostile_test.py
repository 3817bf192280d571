#!/usr/bin/env python3
"""Every page that udrl writes, made of hostile data (hostile_data.py), opened in a browser: nothing in it runs, asks the
network for anything or says an error; what was written is there as text; and what is not seen changes no other text.
Each page is opened twice: under its own policy, and without, where its escaping stands alone.

Usage: hostile_test.py FOLDER ADDRESS NAME    what browser_test.sh made, where it serves the student, and as what
"""
import csv
import itertools
import json
import pathlib
import sys
import urllib.parse

from chromium import Chromium
from hostile_data import RATERS, TASKS_OF_A_STUDENT, TASKS_OF_THE_EVALUATION
from looks import PROVOKE, check, finish, is_harmless, shows, turned, turns_nothing
from payloads import NAMES, PAYLOADS, squeezed

HIDDEN_FROM_SIGHT = "\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"


def report(browser, name, file, texts):
    """A page without a script."""
    for bypass_csp in (False, True):
        tab = browser.open(file.as_uri(), bypass_csp=bypass_csp)
        tab.js(PROVOKE)
        is_harmless(name, tab, (file.as_uri(),))
        shows(name, tab, texts)
        if not bypass_csp:
            turns_nothing(name, tab, texts)
        tab.close()
    print(f"{name}: {len(texts)} texts", flush=True)


def evaluation(browser, name, file, measured):
    """Of each intent one task is shown, with what everybody answered."""
    cases = {}
    for one in measured:
        if one["row"].startswith(("student-", "system-")):
            cases.setdefault(one["intent"], {}).setdefault(one["task"], []).append(one["answer"])
    tab = browser.open(file.as_uri())
    shown = squeezed(tab.js("document.body.textContent"))
    tab.close()
    texts = {*TASKS_OF_THE_EVALUATION, *RATERS, *cases}
    for intent, tasks in cases.items():
        whole = [answers for answers in tasks.values() if all(squeezed(answer) in shown for answer in answers)]
        check(name, whole, f"the answers to {intent!r} are not there")
        texts.update(*whole[:1])
    report(browser, name, file, [*filter(None, texts)])


def sheet(browser, name, file, pairs):
    """The page for raters, pair by pair."""
    with open(pairs, newline="", encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    fields = ["task", "intent", "A", "B"]
    texts = [text.removeprefix("'") for row in rows for text in (row[field] for field in fields)]
    for bypass_csp in (False, True):
        tab = browser.open(file.as_uri(), bypass_csp=bypass_csp)
        shown, around = tab.js(f"""(() => {{
          const shown = [], around = [], byId = (id) => document.getElementById(id);
          for (; !byId('card').hidden; byId('skip').click()) {{
            shown.push({json.dumps(fields)}.map((id) => byId(id).textContent));
            around.push(...{turned(texts)});
          }}
          return [shown, around];
        }})()""")
        check(name, len(shown) == len(rows), f"{len(shown)} of {len(rows)} pairs")
        wrong = [(text, row[field]) for row, there in zip(rows, shown) for field, text in zip(fields, there)
                 if squeezed(text) != squeezed(row[field].removeprefix("'") or "(no answer)")]
        check(name, not wrong, f"{len(wrong)} texts are others, such as {wrong[:2]}")
        check(name, not around, f"{len(around)} texts turned around, such as {around[:3]}")
        tab.js(PROVOKE)
        is_harmless(name, tab, (file.as_uri(),), scripts=2)  # its data, and its own
        tab.close()
    print(f"{name}: {len(rows)} pairs", flush=True)


def task_of(name):
    return {"name": name, "words": {"usual": 9, "least": 1, "most": 20}, "returns": {"lowest": 0, "top": 4},
            "curve": [{"asked": 4, "got": 5.0}, {"asked": 12, "got": 11.0}]}


def stream(events):
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"


def card_page(name, tab, own, texts, scripts):
    """The page of a server, or of one file."""
    tab.js(PROVOKE)
    is_harmless(name, tab, own, scripts)
    shows(name, tab, texts)
    unseen = [c for c in HIDDEN_FROM_SIGHT if c in tab.js("document.body.innerText")]
    check(name, not unseen, f"characters that nothing shows: {unseen}")
    tab.close()
    print(f"{name}: {len(texts)} texts", flush=True)


def served(browser, address, student):
    """As the server is, with the hostile names of its student; then a server that says every payload."""
    intents = itertools.cycle(PAYLOADS)
    for bypass_csp in (False, True):
        intent = urllib.parse.quote(next(intents))
        tab = browser.open(f"{address}/#intent={intent}", bypass_csp=bypass_csp)
        tab.wait("document.querySelectorAll('.card .facts:not(:empty)').length > 0")
        card_page("the page of udrl-serve", tab, (address,), [student, *NAMES[:TASKS_OF_A_STUDENT]], scripts=1)
    kinds = {"answers": lambda text: {"text": text, "finish": "length", "done": True, "words": 3, "words_asked": 3, "ms": 1.0},
             "mentions": lambda text: {"text": "a", "mention": text, "finish": "stop", "done": True},
             "notes": lambda text: {"text": "a", "note": text, "finish": "stop", "done": True},
             "errors": lambda text: {"error": text}}
    for kind, bypass_csp in itertools.product(kinds, (False, True)):
        facts = {"name": student, "parameters": 1e6, "default_task": NAMES[0], "mentions": True, "proposes": True,
                 "tasks": [task_of(name) for name in NAMES]}
        events = [{"task": name, **kinds[kind](text)} for name, text in zip(NAMES, itertools.cycle(PAYLOADS[len(kind):]))]
        tab = browser.open(bypass_csp=bypass_csp)
        tab.fulfil({"/v1/student": ("application/json", json.dumps(facts)),
                    "/v1/typeahead": ("text/event-stream", stream(events))})
        tab.go(f"{address}/#intent=a")
        answered = "[...document.querySelectorAll('.card .text')].filter((text) => text.textContent !== '–').length"
        tab.wait(f"{answered} === {len(NAMES)}")
        said = [event.get("note") or event.get("mention") or event.get("text") or event["error"] for event in events]
        card_page(f"{kind} of a hostile server", tab, (address,), [*said, *NAMES], scripts=1)


def one_file(browser, file, student):
    """Its llama.cpp is none, which it says."""
    for bypass_csp in (False, True):
        tab = browser.open(file.as_uri(), bypass_csp=bypass_csp)
        tab.wait("document.querySelectorAll('.card').length > 0 && document.body.innerText.includes('does not run here')")
        names = [student, *NAMES[:TASKS_OF_A_STUDENT]]
        card_page("the page of udrl-export", tab, (file.as_uri(), "blob:"), names, scripts=4)  # what it unpacks goes


def lines(file):
    with open(file, encoding="utf-8") as text:
        return [json.loads(line) for line in text]


def main():
    folder, address, student = pathlib.Path(sys.argv[1]), *sys.argv[2:]
    with Chromium() as browser:
        for number, first in enumerate(range(0, len(NAMES), TASKS_OF_A_STUDENT)):
            names = NAMES[first:first + TASKS_OF_A_STUDENT]
            report(browser, f"coverage.html, {number}", folder / f"tagged-{number}" / "coverage.html", names)
        report(browser, "doctor.html", folder / "doctor" / "doctor.html", NAMES)
        samples = lines(folder / "student" / "samples.jsonl")
        report(browser, "report.html of udrl-train", folder / "student" / "report.html",
               [sample[field] for sample in samples for field in ("intent", "answer", "task")])
        evaluation(browser, "report.html of udrl-eval", folder / "eval" / "report.html", lines(folder / "eval" / "measured.jsonl"))
        sheet(browser, "pairs.html", folder / "eval" / "pairs" / "pairs.html", folder / "eval" / "pairs" / "pairs.csv")
        served(browser, address, student)
        one_file(browser, folder / "student.html", student)
    finish(f"{len(PAYLOADS)} payloads, ")


if __name__ == "__main__":
    main()
