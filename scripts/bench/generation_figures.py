"""The figures of generation_peers.py: contestants take turns, and what came is said, a figure a line.

Not for: who they are (generation_contestants.py).
"""
import statistics
import sys
import time

from generation_libraries import AT_ONCE

SAME_AT_LEAST = 0.5  # of a peer's answers are udrl's
WARM_UP = 3
TRANSFORMERS_GOAL, CTRANSLATE2_GOAL, MANY_GOAL, LLAMA_GOAL = 10, 1.2, 1.0, 1.05


class Score:
    """A contestant's figures: milliseconds of each answer, or tokens a second, round by round."""

    def __init__(self):
        self.rounds, self.inside, self.same, self.of = [], [], 0, 0

    def add(self, prompts, rows):
        """The end itself is not compared: who must go on writes another token there."""
        self.of += len(rows)
        self.same += sum(row[: len(p["ids"]) - 1] == p["ids"][:-1] for p, row in zip(prompts, rows))


def p50s(rounds):
    return [statistics.median(one) for one in rounds]


def p50(rounds):
    return statistics.median(p50s(rounds))


def p95(rounds):
    values = sorted(value for one in rounds for value in one)
    return values[int(0.95 * len(values))]


def measure_one(contestants, prompts, rounds):
    scores = {one.name: Score() for one in contestants}
    for at in range(rounds):
        for one in contestants:
            time.sleep(0.3)  # threads of the last one may wait for work yet, spinning
            for prompt in prompts[: WARM_UP if at == 0 else 1]:
                one.one(prompt)
            score = scores[one.name]
            score.rounds.append([])
            score.inside.append([])
            for prompt in prompts:
                score.add([prompt], one.one(prompt))
                score.rounds[-1].append(one.ms)
                score.inside[-1].append(one.inside)
    return scores


def measure_many(contestants, prompts, rounds):
    """A figure a round: tokens a second."""
    scores = {one.name: Score() for one in contestants}
    for _ in range(rounds):
        for one in contestants:
            time.sleep(0.3)
            one.many(prompts[:AT_ONCE])
            tokens, total = 0, 0
            for begin in range(0, len(prompts), AT_ONCE):
                chosen = prompts[begin : begin + AT_ONCE]
                rows = one.many(chosen)
                scores[one.name].add(chosen, rows)
                tokens += sum(map(len, rows))
                total += one.ms
            scores[one.name].rounds.append([1000 * tokens / total])
    return scores


def check(scores):
    for name, score in scores.items():
        if score.same < SAME_AT_LEAST * score.of:
            sys.exit(f"{name} does other work: {score.same} of {score.of} answers are udrl's")


def report(name, value, unit, against, goal="null", most=""):
    print(name, f"{value:.3g}" if value < 100 else f"{value:.0f}", unit, against, goal, most, sep="\t", flush=True)


def same(score):
    return f"{score.same} of {score.of} answers as udrl's alone"


def ratio(name, above, below, what, goal, most=""):
    """Median of rounds."""
    found = [a / b for a, b in zip(p50s(above), p50s(below))]
    rounds = f"median of {len(found)} rounds, {min(found):.2f} to {max(found):.2f}"
    report(name, statistics.median(found), "ratio", f"{what}; {rounds}", goal, most)


def best(scores, start, of):
    """The name, among those that start so: `of` is min for milliseconds, max for rates."""
    return of((name for name in scores if name.startswith(start)), key=lambda name: p50(scores[name].rounds))


def report_all(one, many, prompts, threads):
    title = f"generation, {threads} thread{'s' if threads > 1 else ''}"
    lengths = [len(prompt["ids"]) for prompt in prompts]
    work = f"{len(prompts)} prompts, answers of {min(lengths)} to {max(lengths)} tokens"
    for name, score in one.items():
        report(f"{title}, an answer, {name}, p50", p50(score.rounds), "ms",
               f"{work}; {p50(score.inside):.3g} ms by its own clock; {same(score)}")
        report(f"{title}, an answer, {name}, p95", p95(score.rounds), "ms", work)
    ours, peer = one["udrl q8_0"].rounds, best(one, "CTranslate2", min)
    ratio(f"{title}, an answer, transformers beside udrl, p50", one["transformers f32"].rounds, ours,
          "f32, and udrl in q8_0", TRANSFORMERS_GOAL)
    ratio(f"{title}, an answer, the best of CTranslate2 beside udrl, p50", one[peer].rounds, ours,
          f"{peer}, and udrl in q8_0", CTRANSLATE2_GOAL)
    for weights in ("f16", "q8_0"):
        ours, raw = one[f"udrl {weights}"], one[f"llama.cpp {weights}"]
        ratio(f"{title}, an answer, udrl beside llama.cpp on the same file, {weights}, p50", ours.inside, raw.inside,
              "by their own clocks: llama.cpp's is in its calls alone", LLAMA_GOAL, "at-most")
    for name, score in many.items():
        report(f"{title}, {AT_ONCE} at once, {name}", p50(score.rounds), "tokens/s", same(score))
    ours, peer = best(many, "udrl", max), best(many, "CTranslate2", max)
    ratio(f"{title}, {AT_ONCE} at once, udrl beside the best of CTranslate2", many[ours].rounds, many[peer].rounds,
          f"{ours}, and {peer}", MANY_GOAL)
