#!/usr/bin/env python3
"""Writes a folder of scored records as `udrl-distill score` would: about 800 bytes each, like the demo's, five tasks, six draws of each
intent and task, intents built from data/intents, answers of frequent and rare nouns. One answer in a hundred repeats
another, two in a hundred nearly do: half of them another one of the same intent.

For: measuring `tag` (scripts/bench/tag.sh). Not for: training anything.

Usage: make_scored.py FOLDER RECORDS [SEED]
"""
import hashlib
import itertools
import json
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TASKS = ["image", "template", "caption", "headline", "alt_text"]
LEADS = ["A", "The", "Cosy", "Bright", "Elegant", "Playful", "Vintage", "Modern", "Soft", "Bold", "Close-up of a", "Layered"]
LINKS = ["with", "and", "over", "near", "beside", "under", "in", "on", "behind", "against", "around", "above"]
COLOURS = ["red", "pale blue", "warm orange", "deep green", "cream", "charcoal", "gold", "pink", "teal", "violet", "grey"]
DRAWS, SHARD = 6, 50_000


def column(name, at):
    lines = (ROOT / "data" / name).read_text().splitlines()[1:]
    return [line.split("\t")[at] for line in lines if line and not line.startswith("#")]


def short_id(*fields):
    return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()[:32]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.subjects = [(group, subject) for name in ("subjects.tsv", "wordnet_subjects.tsv")
                         for group, subject in zip(column(f"intents/{name}", 0), column(f"intents/{name}", 1))]
        self.formats, self.styles, self.occasions = (column(f"intents/{name}.tsv", 0)
                                                     for name in ("formats", "styles", "occasions"))
        nouns = column("words/nouns.txt", 0)
        self.random.shuffle(nouns)
        self.nouns = nouns
        self.weights = list(itertools.accumulate(1 / (rank + 20) for rank in range(len(nouns))))  # after Zipf
        self.earlier = ["A bowl of fruit on a wooden table, soft light"]

    def intent(self):
        group, subject = self.random.choice(self.subjects)
        form, style, occasion = map(self.random.choice, (self.formats, self.styles, self.occasions))
        if self.random.random() < 0.8:
            occasion = "-"
        words = [word for word in (style, subject, occasion, form) if word != "-"]
        if self.random.random() < 0.2:
            words.reverse()
        fields = {"intent_id": "", "intent": " ".join(words), "group": group, "subject": subject}
        fields.update({name: value for name, value in (("format", form), ("style", style), ("occasion", occasion))
                       if value != "-"})
        fields["intent_id"] = short_id(fields["intent"])
        return fields

    def fresh_answer(self, subject):
        pick = self.random.choice
        nouns = self.random.choices(self.nouns, cum_weights=self.weights, k=self.random.randint(3, 8))
        words = [pick(LEADS), subject if self.random.random() < 0.7 else pick(COLOURS)]
        for noun in nouns:
            words += [pick(LINKS), pick(COLOURS), noun] if self.random.random() < 0.4 else [pick(LINKS), noun]
        return " ".join(words)

    def answer(self, subject, of_intent):
        chance = self.random.random()
        if chance > 0.03:
            text = self.fresh_answer(subject)
        else:
            text = self.random.choice(of_intent if of_intent and chance < 0.015 else self.earlier)
            if chance > 0.005 and not 0.015 < chance < 0.02:
                text += "s" if chance < 0.015 else ", " + self.random.choice(COLOURS)
        of_intent.append(text)
        if len(self.earlier) < 5000:
            self.earlier.append(text)
        else:
            self.earlier[self.random.randrange(5000)] = text
        return text

    def lines(self):
        shots = [short_id("shot", str(i)) for i in range(40)]
        number = self.random.random
        seen = set()
        while True:
            intent = self.intent()
            if intent["intent"] in seen:
                continue
            seen.add(intent["intent"])
            start = json.dumps(intent, separators=(",", ":"))[:-1]
            for task in TASKS:
                of_intent = []
                for draw in range(DRAWS):
                    text = self.answer(intent["subject"], of_intent)
                    answer = json.dumps(text, ensure_ascii=False)
                    few = '","'.join(self.random.sample(shots, 4))
                    scores = [round(value, 6) for value in (number(), 0.2 + 0.6 * number(), 0.1 + 0.4 * number())]
                    yield (f'{start},"id":"{short_id(intent["intent"], task, str(draw))}","task":"{task}",'
                           f'"answer":{answer},"teacher":"Qwen2.5-Coder-0.5B-Instruct Q4_K_M","draw":{draw},'
                           f'"sampling":{{"few_shot":["{few}"],"seed":{self.random.getrandbits(32)},'
                           f'"temperature":{0.6 + draw % 4 / 10:.1f},"top_p":0.95}},"finish":"stop",'
                           f'"tokens":{len(text) // 4},"scores":{{"copy_ngram":1.0,"copying":{scores[0]},'
                           f'"relevance":{scores[1]},"relevance_masked":{scores[2]},"repetition":0.0}},'
                           f'"words":{text.count(" ") + 1}}}\n')


def main():
    folder, records = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    lines = Maker(int(sys.argv[3]) if len(sys.argv) > 3 else 1).lines()
    folder.mkdir(parents=True)
    for number, first in enumerate(range(0, records, SHARD)):
        with open(folder / f"part-{number:05}.jsonl", "w") as shard:
            shard.writelines(itertools.islice(lines, min(SHARD, records - first)))


if __name__ == "__main__":
    main()
