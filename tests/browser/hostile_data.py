#!/usr/bin/env python3
"""Writes what a hostile party may bring into a folder: scored records, task files, systems files, ratings. And is an
endpoint whose every answer is a payload.

Usage: hostile_data.py records FOLDER            scored records, in FOLDER/all and FOLDER/names-1, …
       hostile_data.py sayings FOLDER            scored records of which a student learns to say markup
       hostile_data.py evaluation FOLDER URL     tasks/, systems, and configs of udrl-eval
       hostile_data.py samples SAMPLES.jsonl     what a student is said to have written, instead of what it wrote
       hostile_data.py ratings PAIRS.csv FILE    one rater a payload
       hostile_data.py endpoint                  says its address, and serves until it is killed
"""
import csv
import http.server
import itertools
import json
import pathlib
import sys
import zlib

from payloads import NAMES, PAYLOADS

TASKS_OF_A_STUDENT = 64  # as many as there may be
TASKS_OF_THE_EVALUATION = [name for name in NAMES[:TASKS_OF_A_STUDENT] if "/" not in name][:2]  # they name files too
SCORERS = NAMES[::9][:4]
TITLES = [name for name in NAMES if "\u202e" in name][:2] + NAMES[5::17]
RATERS = [text for text in PAYLOADS if "\0" not in text]  # a table with NUL is refused


def record(number, text, task, draw):
    value = (number * 7 + draw * 13) % 101 / 100
    def other(step):
        return PAYLOADS[(number + step) % len(PAYLOADS)]

    scores = {"relevance": value, "relevance_masked": value * value, "copying": 1 - value, "repetition": 0.1}
    scores.update({name: value + at for at, name in enumerate(SCORERS)})
    return {
        "intent_id": f"{number:032x}", "intent": text, "group": PAYLOADS[number % 2], "subject": other(2), "format": other(3),
        "style": other(4), "occasion": other(5), "id": f"{number}-{draw}-{task}", "task": task,
        "answer": other(10 + 50 * draw), "teacher": other(7), "draw": draw,
        "sampling": {"few_shot": [], "seed": 1, "temperature": 0.7, "top_p": 0.95}, "finish": "stop", "tokens": 30,
        "scores": scores}


def sayings(folder):
    """What a small student learns by heart in seconds: markup in the answers of three tasks, one of which is JSON."""
    def answer(task, words):
        return {"image": f"<img src=x onerror=top.__executed=1> {words}", "headline": f"<b>{words}</b>",
                "fields": json.dumps({"subject": words, "style": "<script>top.__executed=1</script>"})}[task]

    both = itertools.product("blue soft old wide holiday quick chess green winter paper".split(),
                             "lamp sale harbour club river garden lighthouse bread".split())
    write_records(pathlib.Path(folder), (
        {**record(number, " ".join(words), task, draw), "group": "all", "subject": " ".join(words), "format": "",
         "style": "", "occasion": "", "answer": answer(task, " ".join(words) + " in light" * draw)}
        for number, words in enumerate(both) for task in ("image", "headline", "fields") for draw in range(2)))


def write_records(folder, records):
    folder.mkdir(parents=True)
    with open(folder / "part-00000.jsonl", "w", encoding="utf-8") as file:
        for one in records:
            file.write(json.dumps(one, ensure_ascii=False) + "\n")


def records(folder):
    """In `all` each payload is an intent, asked for eight of a student's tasks. The other folders are for pages that show
    names: between them they have every payload as a task."""
    folder = pathlib.Path(folder)
    tasks = NAMES[:TASKS_OF_A_STUDENT]
    write_records(folder / "all", (record(at, text, tasks[(8 * at + k) % len(tasks)], draw)
                                   for at, text in enumerate(PAYLOADS) for k in range(8) for draw in range(2)))
    for first in range(TASKS_OF_A_STUDENT, len(NAMES), TASKS_OF_A_STUDENT):
        write_records(folder / f"names-{first // TASKS_OF_A_STUDENT}",
                      (record(1000 * intent + at, PAYLOADS[intent], task, draw) for intent in range(6)
                       for at, task in enumerate(NAMES[first:first + TASKS_OF_A_STUDENT]) for draw in range(2)))


def toml(values, table=""):
    """Strings of TOML and of JSON are the same, where nothing needs a pair of surrogates."""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items()]
    return "".join([f"{table}\n" if table else "", *lines])


def evaluation(folder, url):
    folder = pathlib.Path(folder)
    (folder / "tasks").mkdir(parents=True)

    def write(name, *parts):
        (folder / name).write_text("".join(parts), encoding="utf-8")
        return str(folder / name)

    for task in TASKS_OF_THE_EVALUATION:
        rules = {"max_tokens": 40, "min_words": 1, "max_words": 60, "subsets": 1, "shots": 1,
                 "allow": ["markup", "quoted", "list", "language", "echo"]}
        write(f"tasks/{task}.toml", toml({"name": task, "description": PAYLOADS[1], "instructions": PAYLOADS[2], **rules}),
              toml({"intent": PAYLOADS[3], "answer": PAYLOADS[4]}, "[[examples]]"))
    systems = []
    for at in range(2):
        title, more, short, name, model = TITLES[at::2][:5]
        system = {"name": f"system-{at}", "title": title + more, "short_title": short, "decodings": ["sampled"]}
        systems.append(write(f"system-{at}.toml", toml(system), toml({"name": name, "url": url, "http_model": model}, "[model]")))
    both = {"tasks_folder": str(folder / "tasks"), "tasks": TASKS_OF_THE_EVALUATION, "resamples": 100}
    embedders = [toml({"name": TITLES[-at], "url": url, "http_model": TITLES[-at]}, f"[{table}]")
                 for at, table in enumerate(["embedder", "second_embedder"], 1)]
    write("eval.toml", toml({**both, "systems": systems, "intents": len(PAYLOADS), "shown": 1000, "latency_requests": 1,
                             "clients": [2], "gate_answers": 25}), *embedders)
    write("certify.toml", toml({**both, "intents": 4, "lengths": 2}), embedders[0])


def samples(file):
    """Of the step that the student has come to."""
    step = json.loads(pathlib.Path(file).read_text(encoding="utf-8").splitlines()[-1])["step"]
    with open(file, "w", encoding="utf-8") as out:
        for at, text in enumerate(PAYLOADS):
            line = {"step": step, "task": NAMES[at % TASKS_OF_A_STUDENT], "intent": text, "words": 3, "return": 1}
            out.write(json.dumps({**line, "answer": PAYLOADS[at - 9]}, ensure_ascii=False) + "\n")


def ratings(pairs, file):
    with open(pairs, newline="", encoding="utf-8") as table:
        ids = [row["id"] for row in csv.DictReader(table)]
    with open(file, "w", newline="", encoding="utf-8") as table:
        out = csv.writer(table)
        out.writerow(["id", "rating", "rater"])
        for rater, pair in zip(RATERS, itertools.cycle(ids)):
            out.writerow([pair, "A", rater])


class Endpoint(http.server.BaseHTTPRequestHandler):
    """OpenAI's interface: each answer is the next payload, and a vector is that of a text's words."""
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece: else the second waits 40 ms for the first one's receipt
    payloads = itertools.cycle(PAYLOADS)

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        reply = self.vectors(asked) if self.path.endswith("/embeddings") else self.answer()
        body = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self):
        message = {"role": "assistant", "content": next(self.payloads)}
        return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 10, "completion_tokens": 10}}

    @staticmethod
    def vectors(asked):
        out = []
        for at, text in enumerate(asked["input"]):
            vector = [0.01] * 16
            for word in text.split():
                vector[zlib.crc32(word.encode()) % 16] += 1
            out.append({"index": at, "embedding": vector})
        return {"data": out, "usage": {"prompt_tokens": 10}}

    def log_message(self, *_):
        pass


def endpoint():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    print(f"http://127.0.0.1:{server.server_address[1]}/v1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    {use.__name__: use for use in (records, sayings, evaluation, samples, ratings, endpoint)}[sys.argv[1]](*sys.argv[2:])
