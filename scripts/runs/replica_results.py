#!/usr/bin/env python3
"""What scripts/runs/replica.sh measured, as Markdown: the verdicts and their parts, every system, the arms beside the
student, what each figure can be traced to, and answers side by side that nobody picked.

Not for: measuring. Usage: replica_results.py RUN SPLIT
"""
import json
import pathlib
import sys

SHOWN = 20  # answers a task


def number(x, decimals=2):
    return "–" if x is None else f"{x:.{decimals}f}".replace("-", "−")


def with_range(e, decimals=2):
    if e is None or e["value"] is None:
        return "–"
    return f"{number(e['value'], decimals)} ({number(e['low'], decimals)} to {number(e['high'], decimals)})"


def cell(text):
    """On one line, and no end of a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head, rows):
    lines = ["| " + " | ".join(map(cell, head)) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(cell, row)) + " |" for row in rows]) + "\n"


def verdict(results, key, what):
    """One of the claims, part by part."""
    v = results.get(key)
    if v is None:
        return ""
    rows = [
        [
            p["name"],
            p.get("scorer", "–"),
            with_range(p["value"]),
            number(p["value"]["lower_95"]),
            number(p["margin"]),
            p["verdict"],
        ]
        for p in v["parts"]
    ]
    head = ["part", "scorer", "value (95%)", "one-sided bound", "margin", "verdict"]
    return f"\n**{what}: {v['verdict']}** (`{v['row']}` against `{v['reference']}`)\n\n{table(head, rows)}"


def notes(primary):
    lines = [f"- withheld: {x}" for x in primary["withheld_because"]] + [f"- {x}" for x in primary["caveats"]]
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def arms(results):
    """The student less each arm, under the scorer that is shown first."""
    name = results["primary"]["scorer"]
    rows = []
    for row, d in sorted(results["scorers"][name].get("primary_less", {}).items()):
        system = results["systems"][row]
        if "sampling" not in system or not row.endswith(("-top", "-any")):
            continue
        fluency = system.get("fluency", {}).get("ratio")
        rows.append(
            [
                f"`{row}`",
                with_range(d["masked"], 3),
                with_range(d["raw"], 3),
                with_range(fluency),
                number(system["diversity"]["distinct_2"]),
            ]
        )
    head = ["arm", "student less arm: masked", "as written", "fluency of the arm", "its distinct-2"]
    return f"By {name}; above 0 the student is the better one.\n\n{table(head, rows)}"


def traced(results):
    lineage = results["lineage"]
    hashes = table(["what", "SHA-256"], [[k, f"`{v}`"] for k, v in sorted(lineage["sha256"].items())])
    opened = f"The test set had been opened {lineage['test_openings']} times, for {lineage['students_tested']} students."
    return f"`{lineage['command_line']}`\n\n{lineage['version']}; {lineage['processor']}. {opened}\n\n{hashes}"


def answers(measured, rows):
    """The first cases of each task, whatever they are."""
    by_task = {}
    for line in measured.open():
        m = json.loads(line)
        if m["row"] in rows:
            by_task.setdefault(m["task"], {}).setdefault(m["intent"], {})[m["row"]] = m["answer"]
    out = []
    for task, intents in sorted(by_task.items()):
        body = [[i] + [said.get(row, "") for row in rows] for i, said in list(intents.items())[:SHOWN]]
        out.append(f"### {task}\n\n{table(['request'] + [f'`{row}`' for row in rows], body)}")
    return "\n".join(out)


def main():
    run, split = pathlib.Path(sys.argv[1]), sys.argv[2]
    folder = run / f"eval-{split}"
    results = json.loads((folder / "results.json").read_text())
    primary = results["primary"]
    shown = [primary["row"]] + ([results["best_of"]["row"]] if "best_of" in results else []) + [primary["reference"]]
    print(f"## The claim, on `{split}`")
    print(verdict(results, "primary", "One answer") + verdict(results, "best_of", "The best of n"))
    print(verdict(results, "second_draw", "The teacher again, a control that must PASS") + notes(primary))
    print("## Every system\n\n" + (folder / "results.md").read_text())
    ablations = run / "ablations" / "results.json"
    if ablations.exists():
        print("## What is taken away\n\n" + arms(json.loads(ablations.read_text())))
    print("## Where the figures come from\n\n" + traced(results))
    print("## Answers that nobody picked\n\n" + answers(folder / "measured.jsonl", shown))


if __name__ == "__main__":
    main()
