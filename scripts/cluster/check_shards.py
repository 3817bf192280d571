#!/usr/bin/env python3
"""Is each shard there, once and complete, and are all of one run? Says what is wrong and what to do, with exit status 1.

For: check.sh and tag.sh, before shards are merged. Not for: what the records say (udrl-distill view, summary).
Usage: check_shards.py synthesize|score FOLDER,FOLDER,...     in the order of the shards
"""
import gzip
import json
import pathlib
import sys

NOT_SHARED = {"shard"}  # what of the config is each shard's own


def read_manifest(folder):
    file = folder / "manifest.json"
    return json.loads(file.read_text()) if file.exists() else None


def decisive(manifest, stage):
    """What all shards of a run have in common, by name."""
    values = {name: value for name, value in manifest["config"].items() if name not in NOT_SHARED}
    values |= {"seed": manifest["seed"], "normalisation_version": manifest["normalisation_version"]}
    values |= {f"model {name}": sha256 for name, sha256 in manifest["models"].items()}
    if stage == "synthesize":  # a scored shard has samples of its own
        values |= {f"input {name}": sha256 for name, sha256 in manifest["inputs"].items()}
    return values


def intents_of(folder):
    ids = set()
    for shard in sorted(folder.glob("part-*.jsonl*")):
        with (gzip.open if shard.suffix == ".gz" else open)(shard, "rt", encoding="utf-8") as lines:
            ids.update(json.loads(line)["intent_id"] for line in lines)
    return ids


def unfinished(folder):
    """Why this shard must be submitted again; "" where it need not."""
    manifest = read_manifest(folder)
    if manifest is None:
        return "not begun: it has no manifest.json"
    if not manifest["complete"]:
        return f"not complete: {manifest['counts'] or 'nothing yet'}"
    return ""


def strange(folder, stage, place, first):
    """What is there and does not belong to this run."""
    manifest = read_manifest(folder)
    if manifest["stage"] != stage:
        return [f"made by {manifest['stage']}, expected {stage}"]
    problems = []
    shard = manifest["config"].get("shard", "")
    if stage == "synthesize" and shard != place:
        problems.append(f"holds the shard '{shard}', expected '{place}'")
    values, others = decisive(manifest, stage), decisive(read_manifest(first), stage)
    for name in sorted(values.keys() | others.keys()):
        if values.get(name) != others.get(name):
            problems.append(f"{name} is {values.get(name)}, in {first} {others.get(name)}")
    return problems


def badly_shared(folders, stage):
    """Intents that are in two shards, and shards of other sizes than a division in equal shares gives."""
    problems, seen, sizes = [], {}, []
    for folder in folders:
        ids = intents_of(folder)
        sizes.append(len(ids))
        twice = [seen[i] for i in ids if i in seen]
        if twice:
            problems.append(f"{folder}: {len(twice)} of its {len(ids)} intents are in other shards too, such as {twice[0]}")
        seen.update(dict.fromkeys(ids, folder))
    if stage == "synthesize" and (sizes != sorted(sizes, reverse=True) or sizes[0] - sizes[-1] > 1):
        problems.append(f"the shards have {', '.join(map(str, sizes))} intents, which are no equal shares: was --limit the same for all?")
    return problems, len(seen)


def check(stage, folders):
    again, problems = [], []
    for number, folder in enumerate(folders, 1):
        why = unfinished(folder)
        if why:
            again.append(str(number))
            problems.append(f"{folder}: {why}")
    if again:
        some = f" --array {','.join(again)}" if len(again) < len(folders) else ""
        return problems + [f"cure: scripts/cluster/submit.sh{some}" + (" score tag train evaluate" if stage == "score" else "")]
    for number, folder in enumerate(folders, 1):
        problems += [f"{folder}: {why}" for why in strange(folder, stage, f"{number}/{len(folders)}", folders[0])]
    intents = 0
    if not problems:
        problems, intents = badly_shared(folders, stage)
    if problems:
        return problems + ["cure: give them their settings again, or remove these folders and submit them again"]
    print(f"{len(folders)} shards, each once and complete: {intents} intents")
    return []


def main():
    stage, folders = sys.argv[1], [pathlib.Path(name) for name in sys.argv[2].split(",")]
    problems = check(stage, folders)
    for line in problems:
        print(("error: " if not line.startswith("cure: ") else "  ") + line, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
