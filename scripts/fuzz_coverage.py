#!/usr/bin/env python3
"""Says which lines of the parsers the fuzzers' inputs reach (tests/fuzz): builds the preset `coverage`, and replays them.

For: seeing what a fuzzer misses, and what to put into tests/fuzz/corpus. A line a source file: how many lines are code of a
parser, how many of them were reached by the targets together, per cent; then the sum.
Not for: finding faults (scripts/fuzz.sh), or what the unit tests reach. Debian 12: apt-get install clang libclang-rt-dev llvm.

Usage: fuzz_coverage.py [--committed] [--uncovered] [--no-build] [TARGET...]
  TARGET        a file of tests/fuzz without its ending, such as records; default: all
  --committed   tests/fuzz/corpus alone, not what fuzzing has found on this machine too (build/fuzz/corpus)
  --uncovered   also the lines that were not reached
  --no-build    all is built: replay at once
"""
import argparse
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "build/coverage"

# Of each target the files that take its bytes apart, as far as they are udrl's own, and the functions in them that do not:
# those that write or fit, that only use what was read, or that look at what no input is (names of files, a pipe, a model
# that is loaded).
PARSERS = {
    "asks": {"inference/ask_lines.cpp": ()},
    "commands": {"command/fitted_json.cpp": ("save", "load")},
    "critic": {"student/critic/critic.cpp": ("save", "to_json", "is_held_out", "has_critic", "critic_of")},
    "gguf": {"lm/gguf/file.cpp": ("check_readable", "quantization_name", "learned_parameters", "metadata", "trained_context",
                                  "describe_model")},
    "ideas": {"student/ideas/ideas_file.cpp": ("joined", "quantised", "write_ideas")},
    "intents": {"distill/intents/json_elements.cpp": (), "distill/intents/sources.cpp": ()},
    "json": {"data/records/json.cpp": ("json_document", "write_json", "read_json"), "data/records/fields.cpp": ()},
    "manifest": {
        "data/shards/manifest.cpp": ("hash_shards", "shards_below", "manifest_of", "to_text", "has_manifest", "read_manifest",
                                     "write_manifest", "hash_input"),
        "data/shards/shares.cpp": ("run_of", "add_once", "note_share", "note_shares_of")},
    "records": {"data/records/record.cpp": ()},
    "replies": {"lm/http/replies.cpp": (), "lm/answer/answer_end.cpp": ()},
    "requests": {"serve/wishes/fields.cpp": (), "serve/wishes/wishes.cpp": ()},
    "safetensors": {"student/checkpoint/safetensors_read.cpp": (),
                    "student/checkpoint/safetensors_types.cpp": ("view_f32", "view_i64", "view_u8")},
    "shards": {"data/shards/lines.cpp": ("check_json_length",),
               "data/shards/shard_reader.cpp": ("require_some", "require_lines"),
               "data/text/line_source.cpp": ("open_live", "ready", "read_live", "refuse_compressed")},
    "steering": {"command/certificate.cpp": ("to_json", "list", "save", "certificate_of")},
    "student_config": {"student/checkpoint/config.cpp": ("to_json", "read_config")},
    "tables": {"data/text/csv.cpp": (), "data/text/encoding.cpp": (), "data/text/text_lines.cpp": ("ready",),
               "data/text/utf8.cpp": ("is_letter", "is_word_character")},
    "task": {"task/json_schema.cpp": (), "task/task.cpp": ("load_tasks", "stop_where_answer_ends", "shared_segments"),
             "task/validity.cpp": ()},
    "token_store": {"train/data/token_store.cpp": (
        "narrowed", "parts_of", "Packed", "Builder", "records_of", "pieces_of", "texts_of", "build", "versions",
        "check_tokens_fit", "make_cache", "make", "open", "open_token_store", "open_plain_store")},
    "tokenizer_json": {"student/checkpoint/tokenizer_import.cpp": ("has_control_pieces", "if_students", "student_tokenizer")},
    "tokenizer_model": {"student/tokenizer/model_bytes.cpp": (), "student/tokenizer/tokenizer.cpp": ()},
    "toml": {"base/options/options_toml.cpp": (), "base/options/toml.cpp": (), "base/options/toml_depth.cpp": ()},
}


def fail(what, *cures):
    sys.exit("\n  ".join([f"error: {what}", *cures]))


def tool(name):
    return shutil.which(name) or shutil.which(name + "-14") or fail(f"no {name}", "On Debian 12: apt-get install llvm.")


def build(targets):
    for command in (["cmake", "--preset", "coverage"],
                    ["cmake", "--build", "--preset", "coverage", "--target", *["fuzz_" + target for target in targets]]):
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            fail(" ".join(command[:3]) + " failed")


def inputs_of(target, committed):
    folders = [ROOT / "tests/fuzz/corpus" / target] + ([] if committed else [ROOT / "build/fuzz/corpus" / target])
    return sorted(str(path) for folder in folders for path in folder.glob("*") if path.is_file())


def replay(target, inputs, folder):
    """Each input once; the counts are merged into a file, which is returned."""
    profile = f"{folder}/{target}.profdata"
    for first in range(0, len(inputs), 1000):
        command = [OUT / f"bin/fuzz_{target}", "-rss_limit_mb=1024", "-timeout=10", *inputs[first:first + 1000]]
        ended = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
                               errors="replace",
                               env={**os.environ, "TMPDIR": folder, "LLVM_PROFILE_FILE": f"{folder}/{target}-{first}.profraw"})
        if ended.returncode != 0:
            last = re.findall(r"^Running: (.*)", ended.stderr, re.M)[-1:]
            fail(f"{target}: an input broke the parser", *last, *ended.stderr.splitlines()[-5:])
    raw = [str(path) for path in pathlib.Path(folder).glob(f"{target}-*.profraw")]
    subprocess.run([tool("llvm-profdata"), "merge", "-sparse", "-o", profile, *raw], check=True)
    return profile


def left_out(functions):
    """What a mangled name has that is of one of these functions, or of one within it: the name behind its length."""
    return re.compile("|".join(rf"(?<!_){len(name)}{name}(?![a-z_])" for name in functions) or "$^")


def lines_of(target, profile, sources):
    """[(source, {line: how often})], without the functions that are left out."""
    command = [tool("llvm-cov"), "export", "-format=lcov", f"-instr-profile={profile}", OUT / f"bin/fuzz_{target}",
               *[ROOT / "src" / source for source in sources]]
    text = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    for part in text.split("end_of_record")[:-1]:
        source = pathlib.Path(re.search(r"^SF:(.*)", part, re.M).group(1)).relative_to(ROOT / "src").as_posix()
        pattern = left_out(sources[source])
        starts = sorted((int(line), bool(pattern.search(name))) for line, name in re.findall(r"^FN:(\d+),(.*)", part, re.M))
        counts = {}
        for line, count in re.findall(r"^DA:(\d+),(\d+)", part, re.M):
            before = [is_out for start, is_out in starts if start <= int(line)]
            if before and not before[-1]:
                counts[int(line)] = int(count)
        yield source, counts


def row(name, lines, reached):
    print(f"{name:<48} {lines:>6} {reached:>8} {100 * reached / lines if lines else 100:>7.1f}")


def ranges(numbers):
    """[1, 2, 3, 7] as 1-3 7"""
    out = []
    for number in numbers:
        if out and out[-1][1] == number - 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in out)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    for name in ("committed", "uncovered", "no-build"):
        parser.add_argument("--" + name, action="store_true")
    arguments = parser.parse_args()
    known = sorted(path.stem for path in (ROOT / "tests/fuzz").glob("*.cpp"))
    if known != sorted(PARSERS):
        fail("scripts/fuzz_coverage.py and tests/fuzz differ: " + " ".join(sorted(set(known) ^ set(PARSERS))))
    if unknown := sorted(set(arguments.targets) - set(known)):
        fail("no such target: " + " ".join(unknown), "Targets: " + " ".join(known))
    arguments.targets = arguments.targets or known
    return arguments


def main():
    arguments = parse_arguments()
    sources = {source: out for target in arguments.targets for source, out in PARSERS[target].items()}
    if not arguments.no_build:
        build(arguments.targets)
    union = {source: collections.Counter() for source in sources}
    with tempfile.TemporaryDirectory(prefix="udrl-fuzz.", dir="/dev/shm") as folder:
        for target in arguments.targets:
            profile = replay(target, inputs_of(target, arguments.committed), folder)
            for source, counts in lines_of(target, profile, sources):
                union[source].update(counts)
    print(f"{'file':<48} {'lines':>6} {'reached':>8} {'%':>7}")
    for source, counts in union.items():
        row("src/" + source, len(counts), sum(count > 0 for count in counts.values()))
        if arguments.uncovered and 0 in counts.values():
            print("    not reached:", ranges(sorted(line for line, count in counts.items() if count == 0)))
    together = [count for counts in union.values() for count in counts.values()]
    row("together", len(together), sum(count > 0 for count in together))


if __name__ == "__main__":
    main()
