#!/usr/bin/env python3
"""Writes what udrl is made of on this machine as a bill of materials: CycloneDX 1.5, JSON.

For: releases and audits: libraries that are linked, models, data that ships, tools of build and tests, each with version,
SHA-256 where one is pinned, licence and the file that says so. docs/licences.md is the same for people.
Not for: what those libraries need themselves (`ldd` tells; the bill says that it is incomplete), or what a processor is
asked to do (`udrl-train --version`).

Nothing is guessed. A version is what is installed, or what set-up pins by SHA-256; where there is none, the version is left
out. A licence stands here if a file at hand says so (the property udrl:licence-evidence names it); else it is NOASSERTION.
The same machine gives the same bytes; a time is written only if SOURCE_DATE_EPOCH is set.

Usage: bill_of_materials.py [--out FILE]       default: standard output
"""
import argparse
import datetime
import email
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEPS = ROOT / ".deps"
NONE = "NOASSERTION"
MIT, APACHE, BSD2, BSD3, BOOST = "MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0"
GCC, LLVM = "GPL-3.0-or-later WITH GCC-exception-3.1", "Apache-2.0 WITH LLVM-exception"

# Packages of the system: name, how it is used, and its licences as {SPDX id: what its copyright file says}. That is the name
# in a "License:" line, or a regular expression where it begins with "/".
LINKED, HEADERS, BUILD, TESTS = "linked", "headers only", "build tool", "tests only"
PACKAGES = [
    ("libsentencepiece-dev", LINKED, {APACHE: "Apache-2.0", MIT: "MIT", BSD3: "BSD-3-clause"}),
    ("nlohmann-json3-dev", HEADERS, {MIT: "Expat"}),
    ("libcli11-dev", HEADERS, {BSD3: "BSD-3-clause"}),
    ("libspdlog-dev", LINKED, {MIT: "Expat"}),
    ("libfmt-dev", LINKED, {"MIT with an exception for embedded code": "Expat with embedded exception"}),
    ("libtomlplusplus-dev", LINKED, {MIT: "Expat"}),
    ("libutf8proc-dev", LINKED, {MIT: "Expat", "Unicode, data files and software": "Unicode"}),
    ("libcurl4-openssl-dev", LINKED, {"curl": "curl", "ISC": "ISC"}),
    ("libcpp-httplib-dev", LINKED, {MIT: "Expat"}),
    ("libssl-dev", LINKED, {APACHE: "Apache-2.0"}),
    ("zlib1g-dev", LINKED, {"Zlib": "Zlib"}),
    ("libstemmer-dev", LINKED, {BSD3: "BSD-3-snowball"}),
    ("libvalijson-dev", HEADERS, {BSD2: "BSD-2clause", BOOST: "Boost-1"}),
    ("libre2-dev", LINKED, {BSD3: "BSD-3-google", "Lucent": "Lucent"}),
    ("libgloo-dev", HEADERS, {BSD3: "BSD-3-Clause"}),
    ("libsqlite3-dev", LINKED, {"public domain": "public-domain"}),
    ("libeigen3-dev", HEADERS, {"MPL-2.0": "MPL-2"}),
    ("libstdc++6", LINKED, {GCC: "/GCC\nRuntime Library Exception"}),
    ("libgcc-s1", LINKED, {GCC: "/GCC\nRuntime Library Exception"}),
    ("libgomp1", LINKED, {GCC: "/GCC\nRuntime Library Exception"}),
    ("libc6", LINKED, {"LGPL-2.1-or-later": r"/Lesser General Public(?s:.{0,120})version 2\.1(?s:.{0,40})any later"}),
    ("g++", BUILD, {"GPL-2.0-or-later": r"/either version 2(?s:.{0,40})any\s+later"}),
    ("cmake", BUILD, {BSD3: "BSD-3-clause"}),
    ("ninja-build", BUILD, {APACHE: "Apache-2.0"}),
    ("ccache", BUILD, {"GPL-3.0-or-later": r"GPL-3\+"}),
    ("pkg-config", BUILD, {"ISC": "ISC"}),
    ("git", BUILD, {"GPL-2.0-only": "GPL-2"}),
    ("curl", BUILD, {"curl": "curl"}),
    ("ca-certificates", BUILD, {"GPL-2.0-or-later": r"GPL-2\+", "MPL-2.0": "MPL-2.0"}),
    ("python3", BUILD, {"Python-2.0": "/BEOPEN.COM LICENSE AGREEMENT"}),
    ("python3-venv", BUILD, {"Python-2.0": "/BEOPEN.COM LICENSE AGREEMENT"}),
    ("clang-format-14", BUILD, {LLVM: "APACHE-2-LLVM-EXCEPTIONS"}),
    ("clang", TESTS, {"GPL-2.0-or-later": r"/either version 2(?s:.{0,40})any\s+later"}),
    ("libclang-rt-dev", TESTS, {"GPL-2.0-or-later": r"/either version 2(?s:.{0,40})any\s+later"}),
    ("catch2", TESTS, {BOOST: "Boost-1.0"}),
    ("chromium", TESTS, {BSD3: "BSD-3-clause"}),
]

# Licences of models by SHA-256, and where that was read. A model that is pinned anew has to be read anew.
MODEL_LICENCES = {
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53": (APACHE, "general.license in the file itself"),
    "ae9afab69217038ff6d3c3a4fc8186d9215edbf82d10b387f2a5101a3a6a4ae1":
        (APACHE, "the head of the model's README.md in the package that it is made of"),
}

WORDNET = {"WordNet 3.0 licence": ("data/words/README.md", r"WordNet 3\.0 Copyright 2006 by Princeton University")}
# Data of the repository: {licence: (file, what it says)}.
DATA = [
    ("data/intents", {APACHE: ("data/intents/README.md", r"licensed Apache-2\.0"), **WORDNET}),
    ("data/tasks", {APACHE: ("data/tasks/README.md", r"for this project, Apache-2\.0")}),
    ("data/words", WORDNET),
    ("data/distilled", {
        APACHE: ("data/distilled/README.md", r"the selection and the intents are Apache-2\.0"),
        "answers: output of the models named in the card": ("data/distilled/README.md", r"output of the teachers"),
        **WORDNET}),
    ("data/students", {APACHE: ("data/students/README.md", r"weights are Apache-2\.0")}),
]


class Licences:
    """What files at hand say; NOASSERTION where one does not say what is expected."""

    def __init__(self):
        self.found, self.evidence, self.expression = [], [], None

    def claim(self, licence, path, pattern, shown=None):
        text = path.read_text(errors="replace") if path.is_file() else ""
        if re.search(pattern, text, re.M):
            return self.add(licence, shown or path.relative_to(ROOT).as_posix())
        return self.add(NONE, None)

    def add(self, licence, evidence):
        if licence not in self.found:
            self.found.append(licence)
        if evidence and evidence not in self.evidence:
            self.evidence.append(evidence)
        return self

    def says(self, expression, evidence):
        """An SPDX expression as it stands there."""
        self.expression, self.evidence = expression, [evidence]
        return self

    def text(self, path, shown):
        """Known by its first lines."""
        head = path.read_text(errors="replace")[:400] if path.is_file() else ""
        if re.match(r"(The )?MIT License", head.strip()):
            return self.add(MIT, shown)
        if re.search(r"Apache License\s+Version 2\.0", head):
            return self.add(APACHE, shown)
        return self.add(NONE, None)

    def json(self):
        if self.expression or (len(self.found) == 1 and " WITH " in self.found[0]):
            return [{"expression": self.expression or self.found[0]}]
        spdx = re.compile(r"[A-Za-z0-9.+-]+$")
        return [{"license": {"id" if spdx.match(name) and name != NONE else "name": name}} for name in self.found]


def component(kind, name, use, licences, scope, version=None, purl=None, sha256=None, ships=False, **properties):
    """`scope`: required to run, optional, or excluded from what runs."""
    properties = {"use": use, "ships-with-the-source": "yes" if ships else "no", **properties}
    if licences.evidence:
        properties["licence-evidence"] = "; ".join(licences.evidence)
    out = {"type": kind, "bom-ref": f"{kind}:{name}", "name": name, "version": version, "scope": scope,
           "hashes": sha256 and [{"alg": "SHA-256", "content": sha256}], "licenses": licences.json(), "purl": purl,
           "properties": [{"name": "udrl:" + key.replace("_", "-"), "value": value}
                          for key, value in sorted(properties.items()) if value]}
    return {key: value for key, value in out.items() if value}


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def pinned(path, pattern):
    found = re.search(pattern, read(path), re.M)
    if found is None:
        sys.exit(f"{path} has no line like {pattern}: change scripts/bill_of_materials.py with it")
    return found.group(1)


def output_of(*command):
    """Nothing where there is no such program, or it fails without a word."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""


def quoted(text):
    return urllib.parse.quote(text, safe=":.-_~")


# Packages of the system

def system_packages():
    return pinned("scripts/lib/system.sh", r"SYSTEM_PACKAGES=\(([^)]*)\)").split()


def installed_packages(names):
    """{name: (version, architecture)}; empty where there is no dpkg."""
    line = "${Package}\t${Version}\t${Architecture}\t${db:Status-Status}\n"
    rows = sorted(row.split("\t") for row in output_of("dpkg-query", "-W", "-f", line, *names).splitlines())
    return {name: (version, architecture) for name, version, architecture, status in rows if status == "installed"}


def distribution():
    """("debian", "debian-12")"""
    file = pathlib.Path("/etc/os-release")
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)', file.read_text() if file.is_file() else "", re.M))
    name = fields.get("ID", "debian")
    return name, name + ("-" + fields["VERSION_ID"] if "VERSION_ID" in fields else "")


def package_licences(name, expected):
    licences, file = Licences(), pathlib.Path("/usr/share/doc") / name / "copyright"
    for licence, said in expected.items():
        pattern = said[1:] if said.startswith("/") else rf"^License:\s+{said}\s*$"
        licences.claim(licence, file, pattern, "the package's copyright file")
    return licences


def package_components():
    unknown = set(system_packages()) - {name for name, _, _ in PACKAGES}
    if unknown:
        sys.exit("scripts/lib/system.sh has packages that scripts/bill_of_materials.py does not know: "
                 + ", ".join(sorted(unknown)))
    installed, (namespace, distro) = installed_packages([name for name, _, _ in PACKAGES]), distribution()
    for name, use, expected in PACKAGES:
        version, architecture = installed.get(name, (None, None))
        purl = version and f"pkg:deb/{namespace}/{quoted(name)}@{quoted(version)}?arch={architecture}&distro={distro}"
        scope = "excluded" if use in (BUILD, TESTS) else "optional" if name == "libgloo-dev" else "required"
        kind = "library" if use in (LINKED, HEADERS) or name == "catch2" else "application"
        yield component(kind, name, use, package_licences(name, expected), scope, version, purl)


# Packages of Python

def metadata_of(name):
    """(folder, metadata) of what is in .deps/venv, or (None, None)."""
    escaped = name.replace("-", "_")
    for folder in sorted((DEPS / "venv").glob(f"lib/python3*/site-packages/{escaped}-*.dist-info")):
        return folder, email.message_from_string((folder / "METADATA").read_text(encoding="utf-8"))
    return None, None


def python_licences(folder, metadata):
    if metadata is None:
        return Licences().add(NONE, None)
    if "License-Expression" in metadata:
        return Licences().says(metadata["License-Expression"], "License-Expression of the installed package")
    files = sorted(folder.glob("licenses/LICENSE*"))
    return Licences().text(files[0] if files else folder / "LICENSE", "the installed package's LICENSE")


def python_component(requirement, use, scope):
    name = requirement.split("==")[0]
    folder, metadata = metadata_of(name)
    version = metadata and metadata["Version"]
    return component("library", name, use, python_licences(folder, metadata), scope, version,
                     version and f"pkg:pypi/{name.lower()}@{quoted(version)}", pinned="==" in requirement and requirement)


def python_components():
    for file, use in (("requirements.txt", "converts models"), ("requirements-test.txt", TESTS)):
        for requirement in re.findall(r"^[a-z][\w.-]*==\S+", read("scripts/" + file), re.M):
            if requirement.startswith("torch=="):
                yield python_component(requirement, LINKED, "required")
            else:
                yield python_component(requirement, use, "excluded")
    # What a CUDA build of LibTorch brings along.
    for folder in sorted((DEPS / "venv").glob("lib/python3*/site-packages/nvidia_*.dist-info")):
        yield python_component(folder.name.split("-")[0].replace("_", "-"), LINKED, "required")


# llama.cpp, and what is of it

def llama_components():
    package = pinned("scripts/llama_key.sh", r"LLAMA_CPP_PYTHON_VERSION=(\S+)")
    sha256 = pinned("scripts/lib/llama.sh", r"LLAMA_SOURCE_SHA256=(\w+)")
    source = DEPS / f"llama-src-{package}"
    llama = source / "vendor/llama.cpp"
    head = source / ".git/modules/vendor/llama.cpp/HEAD"  # comes with the package
    commit = head.read_text().strip() if head.is_file() else ""
    commit = commit if re.fullmatch(r"[0-9a-f]{40}", commit) else None
    yield component("library", "llama-cpp-python", "source package of llama.cpp; nothing else of it is used",
                    Licences().text(source / "LICENSE.md", "LICENSE.md of the package"), "excluded", package,
                    f"pkg:pypi/llama-cpp-python@{package}", sha256)
    yield component("library", "llama.cpp", LINKED, Licences().text(llama / "LICENSE", "LICENSE of its source"), "required",
                    commit, commit and f"pkg:github/ggml-org/llama.cpp@{commit}", ggml_version=ggml_version(llama))
    yield json_of_llama(llama)
    version = pinned("scripts/fetch_wllama.sh", r"VERSION=(\S+)")
    yield component("library", "wllama", "llama.cpp in WebAssembly, for udrl-export page",
                    Licences().text(DEPS / f"wllama-{version}/LICENCE", "LICENCE of the package"), "optional", version,
                    f"pkg:npm/%40wllama/wllama@{version}", pinned("scripts/fetch_wllama.sh", r"SHA256=(\w+)"))


def numbers(path, names, pattern):
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    found = [re.search(pattern.format(name), text) for name in names]
    return ".".join(match.group(1) for match in found) if all(found) else None


def ggml_version(llama):
    return numbers(llama / "ggml/CMakeLists.txt", ("MAJOR", "MINOR", "PATCH"), r"GGML_VERSION_{} (\d+)")


def json_of_llama(llama):
    header = llama / "vendor/nlohmann/json.hpp"
    version = numbers(header, ("MAJOR", "MINOR", "PATCH"), r"define NLOHMANN_JSON_VERSION_{} (\d+)")
    licences = Licences().claim(MIT, header, r"SPDX-License-Identifier: MIT", "the head of the header")
    return component("library", "nlohmann-json of llama.cpp", HEADERS, licences, "required", version)


# Models and data

def model_components():
    table = pinned("scripts/fetch_models.sh", r'TABLE="\n([^"]*)"').replace("\\\n", "")
    for row in table.splitlines():
        name, _, _, _, sha256, file, source = row.split("|")
        licence, evidence = MODEL_LICENCES.get(sha256, (NONE, None))
        yield component("machine-learning-model", file, "model", Licences().add(licence, evidence), "optional", sha256=sha256,
                        name_in_scripts=name, source=" ".join(re.findall(r"\S+==[^\s:]+", source)))


def sum_of(folder):
    """SHA-256 of what sha256sum prints of the files in it, sorted by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "README.md")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in files]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def data_components():
    for name, expected in DATA:
        licences = Licences()
        for licence, (file, pattern) in expected.items():
            licences.claim(licence, ROOT / file, pattern)
        yield component("data", name, "data", licences, "required", ships=True, sha256_of_sums=sum_of(ROOT / name))


# The bill

def udrl():
    licences = Licences().text(ROOT / "LICENSE", "LICENSE")
    commit = output_of("git", "-C", str(ROOT), "rev-parse", "--verify", "--quiet", "HEAD").strip()
    out = {"type": "application", "bom-ref": "udrl", "name": "udrl",
           "version": pinned("CMakeLists.txt", r"project\(udrl VERSION (\S+)"), "licenses": licences.json()}
    if commit:
        out["properties"] = [{"name": "udrl:commit", "value": commit}]
    return out


def metadata():
    out = {}
    if os.environ.get("SOURCE_DATE_EPOCH"):
        time = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
        out["timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    out["tools"] = {"components": [{"type": "application", "name": "scripts/bill_of_materials.py"}]}
    out["component"] = udrl()
    return out


def bill():
    components = [*package_components(), *python_components(), *llama_components(), *model_components(), *data_components()]
    needed = sorted(item["bom-ref"] for item in components if item["scope"] == "required")
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": metadata(), "components": components,
            "dependencies": [{"ref": "udrl", "dependsOn": needed}],
            "compositions": [{"aggregate": "incomplete", "assemblies": ["udrl"]}]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE", help="where to write it; default: standard output")
    out = parser.parse_args().out
    text = json.dumps(bill(), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        sys.stdout.write(text)
        return
    draft = out.with_name(out.name + ".part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(out)
    except OSError as error:
        sys.exit(f"{out}: cannot be written: {error.strerror}")


if __name__ == "__main__":
    main()
