#!/usr/bin/env python3
"""What scripts/runs/paper.sh will take: time, memory, disk and money of each stage, by plain arithmetic from figures a record.
A figure is what a pilot measured on this machine (PILOT/), or what docs/scale.md and docs/log.md say of another one; the table
says which. Also runs a command and notes its time and memory, and compares both at the end.

For: paper.sh. Not for: measuring (paper.sh has the pilot run).

Usage: paper_forecast.py measure FILE STAGE COMMAND...   run it; appends one JSON line: stage, seconds, peak_mb, status
       paper_forecast.py forecast [--help]               the table; exit status 1 where disk is short
       paper_forecast.py took RUN                        forecast beside what it took, of the stages that ran
       paper_forecast.py sample                          tokens and bytes of Qwen's answers in data/distilled, by task
"""
import argparse
import gzip
import json
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

STAGES = ["intents", "synthesize", "score", "tag", "train", "export", "evaluate"]
# Below a run's folder, by whom. The token store, which training makes, lies with the tagged records.
WRITTEN = {"intents": ["intents"], "synthesize": ["samples"], "score": ["scored"], "tag": ["tagged/" + split for split in ("train", "valid", "test", "test_groups", "test_formats", "test_intents")],
           "train": ["student", "tagged/cache"], "export": ["student.q8_0.gguf"], "evaluate": ["eval"]}
MB, GB, HOUR = 1e6, 1e9, 3600
TASKS = ("image", "template", "headline", "search", "fields")
LOG, SCALE = "docs/log.md", "docs/scale.md"

# A figure a record, and where it comes from. "s": seconds on 2 cores of an AMD EPYC (Zen 5) unless it says otherwise.
CONSTANTS = {
    "intents.s": (52.75 / 1_840_227, f"{SCALE}, one thread"),
    "intents.bytes": (207, SCALE),
    "intents.mb": (170, SCALE),
    "synthesize.written": ({"image": 26.3, "template": 29.6, "headline": 9.4, "search": 8.1, "fields": 33.2}, f"{SCALE}: Qwen's answers in data/distilled"),
    "synthesize.read": ({"image": 277, "template": 277, "headline": 218, "search": 221, "fields": 344}, f"{SCALE}: whole prompts, by Qwen's tokenizer"),
    # Of generated tokens, all prompts read meanwhile; Qwen2.5-Coder-0.5B. A larger model is slower in proportion.
    "synthesize.tokens_per_s": (132, f"{LOG}, 2026-11-24, Qwen2.5-Coder-0.5B"),
    "synthesize.bytes": (711, SCALE),
    "synthesize.bytes_kept": (40, f"{SCALE}: intents, and ids of what is answered, are kept in memory"),
    "valid_share": (115 / 120, SCALE),
    "score.s": (1 / 53, f"{SCALE}, one thread"),
    "score.bytes": (823, SCALE),
    "score.mb": (160, SCALE),
    "tag.s": (498.5 / 10e6, f"{LOG}, 2026-11-23, tag on ten million records"),
    "tag.bytes": (882, SCALE),
    "tag.temporary_bytes": (1000, "include/udrl/distill/tag.hpp"),
    "tag.mb": (131, f"{LOG}, 2026-11-23, tag on ten million records"),
    "tag.bytes_of_intent": (100, "include/udrl/distill/tag.hpp"),
    "tag.train_share": (80_398 / 101_662, SCALE),
    "train.tokens": (1_691_663 / 66_407, SCALE),
    "train.tokens_per_s": (285.7, f"{LOG}, 2026-11-29, one student from several processes: two, on 2 cores"),
    "train.store_s": (36.3 / 1e6, f"{LOG}, 2026-11-27, memory does not grow with the records"),
    "train.store_bytes": (97, SCALE),
    "train.mb": (2771, f"{LOG}, 2026-11-27, 104M with passes of 512 positions"),
    "train.disk_mb": (1956, SCALE),
    "export.s": (4.1, f"{SCALE}, one thread"),
    "export.disk_mb": (117, SCALE),
    "export.mb": (583, SCALE),
    # PMI of a text, as written and masked, in bf16. Fluency, which the same model reads, takes about as long.
    "evaluate.pmi_s": (23.2 / 400, f"{LOG}, 2026-11-23, likelihoods side by side"),
}
QWEN_BYTES, QWEN_PARAMETERS, LLAMA_PARAMETERS = 491_400_064, 494_032_768, 8e9
FILE_IN_MEMORY = 1.5  # a model in memory, of its file
STUDENT_ROWS, CONTROLS = 2, 7  # of the evaluation: the student at its top and lowest return; rows of controls
# What is read of one answer to show that a scorer sees what it should: against up to three other intents, where each is read
# as written once and masked twice (src/score/gates.cpp); damaged (damage.cpp); and for its fluency (fluency_damage.cpp).
READ_AGAINST_INTENTS, READ_DAMAGED, READ_FOR_FLUENCY = 5.5, 8, 5


# --- running a command

def measure(file, stage, command):
    """Its exit status. Signals of the terminal reach the command itself; TERM is handed on."""
    begin = time.monotonic()
    process = subprocess.Popen(command)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    status = process.wait()
    line = {"stage": stage, "seconds": round(time.monotonic() - begin, 2), "status": status,
            "peak_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)}
    with open(file, "a") as out:
        out.write(json.dumps(line) + "\n")
    return status if status >= 0 else 128 - status


def read_lines(file):
    return [json.loads(line) for line in pathlib.Path(file).read_text().splitlines()] if pathlib.Path(file).exists() else []


# --- what the pilot says

def bytes_below(folder):
    return sum(file.stat().st_size for file in pathlib.Path(folder).rglob("part-*"))


def pilot_of_teacher(pilot, figures):
    found = re.search(r"tokens/s \((\d+) generated, (\d+) read, ([0-9.]+) s\)", (pilot / "synthesize.log").read_text())
    manifest = json.loads((pilot / "samples/manifest.json").read_text())
    pairs = sum(manifest["counts"].values())
    source = f"pilot: {pairs} answers in {found[3]} s"
    figures["synthesize.s"] = (float(found[3]) / pairs, source + "; at most, for so few share what is read of the examples")
    figures["synthesize.bytes"] = (bytes_below(pilot / "samples") / pairs, source)
    figures["valid_share"] = (manifest["counts"].get("stop", 0) / pairs, source)
    figures["synthesize.mb"] = (run_of(pilot, "synthesize")["peak_mb"], source)


def run_of(pilot, stage):
    """The run that made what is there."""
    return [line for line in read_lines(pilot / "took.jsonl") if line["stage"] == stage][-1]


def pilot_of_scores(pilot, figures):
    records = json.loads((pilot / "scored/manifest.json").read_text())["counts"]["scored"]
    run = run_of(pilot, "score")
    seconds = run["seconds"]
    source = f"pilot: {records} records in {seconds} s"
    figures["score.s"] = (seconds / records, source)
    figures["score.bytes"] = (bytes_below(pilot / "scored") / records, source)
    figures["score.mb"] = (run["peak_mb"], source)


def pilot_of_reading(pilot, figures):
    records = json.loads((pilot / "read/manifest.json").read_text())["counts"]["scored"]
    seconds = run_of(pilot, "read")["seconds"]
    figures["evaluate.pmi_s"] = (seconds / records, f"pilot: {records} answers read in {seconds} s")


def pilot_of_training(pilot, figures):
    lines = read_lines(pilot / "student/metrics.jsonl")
    tokens, seconds = (lines[-1][name] - lines[0][name] for name in ("tokens", "seconds"))
    source = f"pilot: {len(lines) - 1} steps, {tokens} tokens in {seconds:.1f} s"
    figures["train.tokens_per_s"] = (tokens / seconds, source)
    figures["train.mb"] = (run_of(pilot, "train")["peak_mb"], source)


def paid_before(samples, figures):
    """What an endpoint has counted in this run already."""
    manifest = samples / "manifest.json"
    usage = list(json.loads(manifest.read_text()).get("usage", {}).values()) if manifest.exists() else []
    replies = sum(one["replies"] for one in usage)
    if replies == 0:
        return
    source = f"what {replies} replies of this run's endpoint took"
    for name, key in (("synthesize.read", "prompt_tokens"), ("synthesize.written", "generated_tokens")):
        figures[name] = (dict.fromkeys(TASKS, sum(one[key] for one in usage) / replies), source)


def figures_of(options):
    figures = dict(CONSTANTS)
    if options.pilot:
        for done, add in (("samples", pilot_of_teacher), ("scored", pilot_of_scores), ("read", pilot_of_reading), ("student", pilot_of_training)):
            if (options.pilot / done / "manifest.json").exists():
                add(options.pilot, figures)
    if options.endpoint:
        paid_before(options.run / "samples", figures)
    if options.figures:
        own = json.loads(options.figures.read_text())
        if unknown := own.keys() - CONSTANTS.keys() - {"synthesize.s", "synthesize.mb"}:
            sys.exit(f"error: {options.figures} holds {', '.join(sorted(unknown))}, which is no figure\n  There are: {', '.join(CONSTANTS)}")
        figures.update({name: (value, str(options.figures)) for name, value in own.items()})
    return figures


# --- the arithmetic

class Row:
    def __init__(self, stage, records, seconds, disk=0.0, memory=0.0, money=None, source=""):
        self.stage, self.records, self.seconds = stage, records, seconds
        self.disk, self.memory, self.money, self.source = disk, memory, money, source  # bytes, bytes

    def as_json(self):
        return {"stage": self.stage, "records": round(self.records), "seconds": self.seconds, "disk_gb": self.disk / GB,
                "memory_gb": self.memory / GB, "money": self.money}


class Forecast:
    def __init__(self, options):
        self.options, self.figures = options, figures_of(options)
        self.tasks = options.tasks.split(",")
        self.per_intent = len(self.tasks) * options.draws
        self.intents = -(-options.pairs // self.per_intent)
        self.pairs = self.intents * self.per_intent
        self.scored = self.pairs * self.of("valid_share")
        self.tagged = self.scored + options.pooled

    def of(self, name):
        value = self.figures[name][0]
        return sum(value[task] for task in self.tasks) / len(self.tasks) if isinstance(value, dict) else value

    def source(self, name):
        return self.figures[name][1]

    def seconds_of_pair(self):
        """Of the teacher; None where it is an endpoint of which nothing is known."""
        if self.options.endpoint:
            return 1 / self.options.endpoint_rate if self.options.endpoint_rate else None
        if "synthesize.s" in self.figures:
            return self.of("synthesize.s")
        times = self.options.teacher.stat().st_size / QWEN_BYTES if self.knows_file() else LLAMA_PARAMETERS / QWEN_PARAMETERS
        return self.of("synthesize.written") / self.of("synthesize.tokens_per_s") * times

    def knows_file(self):
        return bool(self.options.teacher and self.options.teacher.is_file())

    def source_of_teacher(self):
        if self.options.endpoint:
            rate = self.options.endpoint_rate
            return f"at {rate:g} answers a second (--endpoint-rate)" if rate else "how fast the endpoint is, is not known (--endpoint-rate)"
        if "synthesize.s" in self.figures:
            return self.source("synthesize.s")
        how = "file" if self.knows_file() else "model, 8 billion parameters (its memory is not counted)"
        return self.source("synthesize.tokens_per_s") + ", by the size of the " + how

    def memory_of_teacher(self):
        if "synthesize.mb" in self.figures:
            return self.of("synthesize.mb") * MB
        return FILE_IN_MEMORY * self.options.teacher.stat().st_size if self.knows_file() else 0

    def money(self, answers):
        prices = self.options.price_in, self.options.price_out
        if not self.options.endpoint or None in prices:
            return None
        return answers * (self.of("synthesize.read") * prices[0] + self.of("synthesize.written") * prices[1]) / 1e6

    # rows

    def row_of_intents(self):
        return Row("intents", self.intents, self.intents * self.of("intents.s"), self.intents * self.of("intents.bytes"),
                   self.of("intents.mb") * MB, source=self.source("intents.s"))

    def row_of_synthesize(self):
        each = self.seconds_of_pair()
        kept = self.pairs * self.of("synthesize.bytes_kept")
        return Row("synthesize", self.pairs, None if each is None else self.pairs * each / self.options.machines,
                   self.pairs * self.of("synthesize.bytes"), self.memory_of_teacher() + kept, self.money(self.pairs),
                   self.source_of_teacher())

    def row_of_score(self):
        return Row("score", self.scored, self.scored * self.of("score.s") / self.options.machines, self.scored * self.of("score.bytes"),
                   self.of("score.mb") * MB, source=self.source("score.s"))

    def row_of_tag(self):
        disk = self.tagged * (self.of("tag.bytes") + self.of("tag.temporary_bytes"))
        return Row("tag", self.tagged, self.tagged * self.of("tag.s"), disk,
                   self.of("tag.mb") * MB + self.intents * self.of("tag.bytes_of_intent"), source=self.source("tag.s"))

    def row_of_train(self):
        records = self.tagged * self.of("tag.train_share")
        tokens = self.options.steps * self.options.step_tokens if self.options.steps else records * self.of("train.tokens") * self.options.epochs
        seconds = records * self.of("train.store_s") + tokens / self.of("train.tokens_per_s")
        disk = records * self.of("train.store_bytes") + self.of("train.disk_mb") * MB
        return Row("train", records, seconds, disk, self.of("train.mb") * MB, source=f"{tokens:,.0f} tokens; " + self.source("train.tokens_per_s"))

    def row_of_export(self):
        return Row("export", 1, self.of("export.s"), self.of("export.disk_mb") * MB, self.of("export.mb") * MB, source=self.source("export.s"))

    def row_of_evaluate(self):
        cases = self.options.eval_intents * len(self.tasks)
        asked = cases * (2 * self.options.systems + (1 if self.options.second_draw else 0))  # greedy, sampled; the teacher's second draw
        answers = asked + cases * (STUDENT_ROWS + CONTROLS)
        shown = self.options.gate_answers * len(self.tasks)
        read = 2 * answers + shown * (READ_AGAINST_INTENTS + READ_DAMAGED + READ_FOR_FLUENCY)  # for PMI and for fluency
        each = self.seconds_of_pair()
        seconds = None if each is None else asked * each + read * self.of("evaluate.pmi_s")
        money = self.money(cases * (3 if self.options.second_draw else 2))
        return Row("evaluate", cases, seconds, answers * self.of("synthesize.bytes"), self.memory_of_teacher(), money,
                   f"{read:,.0f} texts read; other systems as slow as the teacher; " + self.source("evaluate.pmi_s"))

    def rows(self):
        return [getattr(self, f"row_of_{stage}")() for stage in STAGES if stage in self.options.stages.split(",")]


# --- for people

def duration(seconds):
    if seconds is None:
        return "?"
    for unit, size in (("years", 365.25 * 24 * HOUR), ("days", 24 * HOUR), ("h", HOUR), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:.1f} s"


def hours(seconds):
    return "?" if seconds is None else f"{seconds / HOUR:,.2f}" if seconds < 1000 * HOUR else f"{seconds / HOUR:,.0f}"


def aligned(lines):
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    last = len(widths) - 1
    for line in lines:
        cells = [cell.ljust(widths[i]) if i in (0, last) else cell.rjust(widths[i]) for i, cell in enumerate(line)]
        print("  ".join(cells).rstrip())


def amount(value):
    return "–" if value is None else f"{value:,.2f}"


def free_memory():
    try:
        return int(re.search(r"MemAvailable:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) * 1024
    except (OSError, TypeError):
        return None


def print_table(forecast, rows):
    options = forecast.options
    print(f"forecast for {forecast.pairs:,} pairs: {forecast.intents:,} intents × {len(forecast.tasks)} tasks × {options.draws} answers"
          + (f"; {options.machines} machines share synthesize and score" if options.machines > 1 else ""))
    lines = [["stage", "records", "hours", "", "disk GB", "memory GB", "money", "from"]]
    sources = list(dict.fromkeys(row.source for row in rows))
    for row in rows:
        lines.append([row.stage, f"{row.records:,.0f}", hours(row.seconds), duration(row.seconds), f"{row.disk / GB:,.2f}",
                      f"{row.memory / GB:,.2f}", amount(row.money), f"[{sources.index(row.source) + 1}]"])
    known = [row.seconds for row in rows if row.seconds is not None]
    paid = [row.money for row in rows if row.money is not None]
    total = sum(known)
    lines.append(["total", "", hours(total), duration(total), f"{sum(row.disk for row in rows) / GB:,.2f}",
                  f"{max(row.memory for row in rows) / GB:,.2f}", amount(sum(paid) if paid else None),
                  "without what is not known (?)" if len(known) < len(rows) else ""])
    aligned(lines)
    for number, source in enumerate(sources, 1):
        print(f"  [{number}] {source}")


def size_of(place):
    """Of a file, or of all files in a folder; 0 where there is none."""
    files = [place] if place.is_file() else place.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def room_left_to_take(row, run):
    """What a stage has written already is not needed again."""
    return max(0, row.disk - sum(size_of(run / name) for name in WRITTEN[row.stage]))


def check_room(forecast, rows):
    options, short = forecast.options, False
    folder = options.run
    while not folder.exists():
        folder = folder.parent
    need, free = sum(room_left_to_take(row, options.run) for row in rows), shutil.disk_usage(folder).free
    if need > free:
        lack = f"{need / GB:,.1f} GB of disk are needed, {free / GB:,.1f} are free where {options.run} is"
        short = not options.anyway
        print(f"error: {lack}\n  Choose another folder with --run, ask for fewer --pairs, or make room. --anyway begins all the same."
              if short else f"note: {lack}", file=sys.stderr if short else sys.stdout)
    memory = free_memory()
    if memory and max(row.memory for row in rows) > memory:
        print(f"note: {max(row.memory for row in rows) / GB:,.1f} GB of memory are needed, {memory / GB:,.1f} are free; shards need less of it"
              " each (scripts/cluster)")
    return short


def kept_forecast(file):
    """By stage."""
    return {row["stage"]: row for row in json.loads(file.read_text())} if file.exists() else {}


def keep_forecast(file, rows):
    """Beside those of stages that are not asked for this time."""
    known = kept_forecast(file) | {row.stage: row.as_json() for row in rows}
    file.write_text(json.dumps([known[stage] for stage in STAGES if stage in known], indent=1) + "\n")


def run_forecast(arguments):
    parser = argparse.ArgumentParser(prog="paper_forecast.py forecast")
    add = parser.add_argument
    add("--pairs", type=int, required=True)
    add("--tasks", default=",".join(TASKS))
    add("--draws", type=int, default=6)
    add("--stages", default=",".join(STAGES))
    add("--run", type=pathlib.Path, required=True)
    add("--pilot", type=pathlib.Path, help="folder of pilots: samples, scored, read, student, took.jsonl")
    add("--figures", type=pathlib.Path, help="JSON: figures by name instead of the constants here")
    add("--teacher", type=pathlib.Path)
    add("--endpoint", action="store_true")
    add("--endpoint-rate", type=float)
    add("--price-in", type=float)
    add("--price-out", type=float)
    add("--machines", type=int, default=1)
    add("--pooled", type=int, default=0, help="records that are tagged beside the new ones")
    add("--epochs", type=float, default=4)
    add("--steps", type=int, default=0)
    add("--step-tokens", type=int, default=65536)
    add("--systems", type=int, default=3)
    add("--eval-intents", type=int, default=500)
    add("--gate-answers", type=int, default=100)
    add("--no-second-draw", dest="second_draw", action="store_false")
    add("--anyway", action="store_true")
    options = parser.parse_args(arguments)
    forecast = Forecast(options)
    rows = forecast.rows()
    print_table(forecast, rows)
    if options.run.exists():
        keep_forecast(options.run / "forecast.json", rows)
    return 1 if check_room(forecast, rows) else 0


def run_took(run):
    lines = read_lines(run / "took.jsonl")
    wanted = kept_forecast(run / "forecast.json")
    table = [["stage", "forecast", "took", "goes", "forecast GB", "peak GB"]]
    total, known = 0, []
    for stage in STAGES:
        mine = [line for line in lines if line["stage"] == stage]
        if not mine:
            continue
        seconds = sum(line["seconds"] for line in mine)
        total += seconds
        row = wanted.get(stage)
        known += [row["seconds"]] if row and row["seconds"] is not None else []
        table.append([stage, duration(row["seconds"]) if row else "–", duration(seconds), str(len(mine)),
                      f"{row['memory_gb']:,.2f}" if row else "–", f"{max(line['peak_mb'] for line in mine) / 1000:,.2f}"])
    table.append(["total", duration(sum(known)) if known else "–", duration(total), "", "", ""])
    aligned(table)


def run_sample():
    found = {task: [] for task in TASKS}
    for file in sorted(pathlib.Path("data/distilled").glob("qwen-*/part-*.jsonl.gz")):
        for line in gzip.open(file, "rt"):
            record = json.loads(line)
            found[record["task"]].append((record["tokens"], len(line.encode())))
    table = [["task", "answers", "tokens", "bytes", ""]]
    for task, records in found.items():
        table.append([task, f"{len(records):,}", *(f"{sum(column) / len(records):.1f}" for column in zip(*records)), ""])
    means = [sum(float(row[column]) for row in table[1:]) / len(TASKS) for column in (2, 3)]
    table.append(["of all tasks alike", "", *(f"{mean:.1f}" for mean in means), ""])
    aligned(table)


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if command == "measure":
        sys.exit(measure(sys.argv[2], sys.argv[3], sys.argv[4:]))
    if command == "forecast":
        sys.exit(run_forecast(sys.argv[2:]))
    if command == "took":
        run_took(pathlib.Path(sys.argv[2]))
        return
    if command == "sample":
        run_sample()
        return
    print(__doc__)


if __name__ == "__main__":
    main()
