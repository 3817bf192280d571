#!/usr/bin/env python3
"""The bill of materials (scripts/bill_of_materials.py): has the fields that CycloneDX 1.5 asks for, all packages and models
that set-up brings, the same bytes each time, no licence that no file says; and docs/licences.md has a row for each entry.

Not for: the licences themselves (people read them), or the whole schema. Usage: bill_test.py CHECKOUT
"""
import fnmatch
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TYPES = {"application", "library", "machine-learning-model", "data"}  # of those that CycloneDX 1.5 knows
NONE = "NOASSERTION"


def made_by(checkout, **environment):
    variables = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    return subprocess.run([sys.executable, checkout / "scripts/bill_of_materials.py"], env={**variables, **environment},
                          capture_output=True, text=True, check=False)


def names_of(licences):
    return [entry["license"].get("id") or entry["license"]["name"] for entry in licences if "license" in entry]


def wrong_fields(bill):
    if (bill["bomFormat"], bill["specVersion"], bill["version"]) != ("CycloneDX", "1.5", 1):
        yield "the head is not that of CycloneDX 1.5"
    if list(bill)[:3] != ["bomFormat", "specVersion", "version"] or "timestamp" in bill["metadata"]:
        yield "the head has other fields, or a time that nobody asked for"
    everything = [bill["metadata"]["component"], *bill["components"]]
    references = [item["bom-ref"] for item in everything]
    if len(set(references)) != len(references):
        yield "a bom-ref stands twice"
    for item in everything:
        name = item.get("name")
        if not name or item.get("type") not in TYPES:
            yield f"{name}: no name, or a type that there is not"
        licences = item.get("licenses", [])
        one = [len(entry) == 1 and (list(entry)[0] == "expression" and len(licences) == 1 or
                                    len(set(entry.get("license", {})) & {"id", "name"}) == 1) for entry in licences]
        if not one or not all(one):
            yield f"{name}: its licences are not of the form that CycloneDX asks for"
        for entry in item.get("hashes", []):
            if entry["alg"] != "SHA-256" or not re.fullmatch("[0-9a-f]{64}", entry["content"]):
                yield f"{name}: a hash that is none"
        if "purl" in item and not re.fullmatch(r"pkg:[a-z]+/[^\s+ ]+@[^\s+ ]+", item["purl"]):
            yield f"{name}: a purl that is none: {item['purl']}"
    for entry in bill["dependencies"]:
        for reference in [entry["ref"], *entry["dependsOn"]]:
            if reference not in references:
                yield f"the dependencies name {reference}, which there is not"


def property_of(item, name):
    return next((entry["value"] for entry in item.get("properties", []) if entry["name"] == "udrl:" + name), None)


def unfounded(bill):
    for item in bill["components"]:
        if property_of(item, "licence-evidence") is None and (names_of(item["licenses"]) != [NONE]):
            yield f"{item['name']} has a licence, and nothing says where from"


def missing(root, bill):
    by_name = {item["name"]: item for item in bill["components"]}
    packages = re.search(r"SYSTEM_PACKAGES=\(([^)]*)\)", (root / "scripts/lib/system.sh").read_text()).group(1).split()
    requirements = [line.split("==")[0] for file in ("requirements.txt", "requirements-test.txt")
                    for line in (root / "scripts" / file).read_text().splitlines() if "==" in line.split("#")[0]]
    if len(packages) < 20 or len(requirements) < 5:
        yield "the lists of packages were not found: the test sees nothing"
    for name in [*packages, *requirements, "llama.cpp", "wllama", "data/words"]:
        if name not in by_name:
            yield f"{name} is not in the bill"
    hashes = {entry["content"]: item for item in bill["components"] for entry in item.get("hashes", [])}
    table = re.search(r'readonly TABLE="(.*?)\n"', (root / "scripts/fetch_models.sh").read_text(), re.S).group(1)
    models = re.findall(r"\b([0-9a-f]{64})\|(?:\\\n\|?)?([\w.-]+\.gguf)", table.replace("\\\n", ""))
    if len(models) != len(re.findall(r"^[\w-]+\|", table, re.M)) or not models:
        yield "not all models of scripts/fetch_models.sh were found: the test is wrong"
    for sha256, file in models:
        if hashes.get(sha256, {}).get("name") != file:
            yield f"{file} is not in the bill with its SHA-256"
    for file in ("lib/llama.sh", "fetch_wllama.sh"):
        for sha256 in re.findall(r"SHA256=([0-9a-f]{64})", (root / "scripts" / file).read_text()):
            if sha256 not in hashes:
                yield f"a SHA-256 of scripts/{file} is not in the bill"


def rows_of(document):
    """[(names in the first cell, licence)]"""
    for line in document.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        names = re.findall(r"`([^`]+)`", cells[0]) if line.startswith("| `") else []
        if names:
            yield names, cells[2]


def without_row(root, bill):
    rows = list(rows_of(root / "docs/licences.md"))
    for item in bill["components"]:
        found = [licence for names, licence in rows if any(fnmatch.fnmatchcase(item["name"], name) for name in names)]
        if len(found) != 1:
            yield f"docs/licences.md has {len(found)} rows for {item['name']}, expected 1"
            continue
        for name in names_of(item["licenses"]):
            if name != NONE and name not in found[0]:
                yield f"{item['name']}: {name} in the bill, '{found[0]}' in docs/licences.md"
    known = [item["name"] for item in bill["components"]]
    for names, _ in rows:
        for name in names:
            if "*" not in name and name not in known:
                yield f"docs/licences.md has a row for {name}, which is not in the bill"


def wrong_with_time(root):
    bill = json.loads(made_by(root, SOURCE_DATE_EPOCH="86400").stdout)
    if bill["metadata"].get("timestamp") != "1970-01-02T00:00:00Z":
        yield "SOURCE_DATE_EPOCH is not the time of the bill"


def copy_of(root, folder):
    """A checkout without .deps, in which a model is another one, and a README no longer says a licence."""
    for name in ("scripts", "data/intents", "data/tasks", "data/words", "data/distilled", "data/students"):
        shutil.copytree(root / name, folder / name)
    for name in ("CMakeLists.txt", "LICENSE"):
        shutil.copy(root / name, folder / name)
    for name, old, new in (("scripts/fetch_models.sh", "|b179c952", "|00000000"),
                           ("data/tasks/README.md", "Apache-2.0", "so and so")):
        text = (folder / name).read_text()
        assert old in text, f"{name} has no {old}"
        (folder / name).write_text(text.replace(old, new))


def wrong_in_a_copy(root):
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder)
        copy_of(root, copy)
        licences = {item["name"]: names_of(item["licenses"]) for item in json.loads(made_by(copy).stdout)["components"]}
        for name in ("smollm2-135m-instruct.q4_1.gguf", "data/tasks", "llama.cpp", "torch", "wllama"):
            if licences[name] != [NONE]:
                yield f"{name} keeps the licence {licences[name]}, which nothing says there"
        packages = copy / "scripts/lib/system.sh"
        packages.write_text(packages.read_text().replace("libgloo-dev", "libgloo-dev libnew-dev"))
        ended = made_by(copy)
        if ended.returncode == 0 or "libnew-dev" not in ended.stderr:
            yield "a package that set-up brings and the bill does not know is left out without a word"


def faults_of(root):
    first, second = made_by(root), made_by(root)
    if first.returncode != 0:
        return [f"the bill was not made: {first.stderr}"]
    bill = json.loads(first.stdout)
    faults = [] if first.stdout == second.stdout else ["two bills of one machine differ"]
    if str(root) in first.stdout:
        faults.append("the bill has a path of this machine")
    return [*faults, *wrong_fields(bill), *unfounded(bill), *missing(root, bill), *without_row(root, bill),
            *wrong_with_time(root), *wrong_in_a_copy(root)]


def main():
    faults = faults_of(pathlib.Path(sys.argv[1]).resolve())
    for fault in faults:
        print("FAILED:", fault)
    print(f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
