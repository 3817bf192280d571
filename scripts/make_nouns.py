#!/usr/bin/env python3
"""Makes data/words/nouns.txt, the open word list that swaps draw from, out of WordNet (Debian package wordnet-base).

For: making the committed list again. Not for: set-up or tests, which use the list as it is committed.
usage: scripts/make_nouns.py [FOLDER_OF_WORDNET] > data/words/nouns.txt
"""
import re
import sys

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/wordnet"
# Lexicographer files of things that people make designs about: act, animal, artifact, event, food, object, phenomenon, plant,
# substance. Persons only where WordNet saw them often: its rare ones hold insults.
CONCRETE = {4, 5, 6, 11, 13, 17, 19, 20, 27}
PERSON = 18
LEFT_OUT = re.compile(r"sex|porn|rape|nazi|coitus|genital|penis|vagin|feces|excre|anus|fuck|shit|bitch|whore|slave|genocid|murder|suicid"
                      r"|abortion|incest|condom|cocain|heroin|opium|torture|terror|masturb|erotic|prostit|nigg|urin|corpse|bomb|genus|death|phylum|subclass|suborder|^family |^class |^order ")


def entries():
    """(lemma, lexicographer file of the first sense, how many senses were seen in tagged text)"""
    lexfile = {}
    with open(f"{FOLDER}/data.noun") as file:
        for line in file:
            if not line.startswith(" "):
                offset, number = line.split(" ", 2)[:2]
                lexfile[offset] = int(number)
    with open(f"{FOLDER}/index.noun") as file:
        for line in file:
            if line.startswith(" "):
                continue
            fields = line.split()
            pointers = int(fields[3])
            tagged = int(fields[5 + pointers])
            yield fields[0], lexfile[fields[6 + pointers]], tagged


def main():
    table = {lemma: (number, tagged) for lemma, number, tagged in entries()}
    kept = []
    for lemma, (number, tagged) in table.items():
        parts = lemma.split("_")
        if LEFT_OUT.search(lemma) or not all(re.fullmatch(r"[a-z]{3,12}", part) for part in parts):
            continue
        if len(parts) == 1 and tagged and (number in CONCRETE or (number == PERSON and tagged >= 2)):
            kept.append(lemma)
        elif len(parts) == 2 and number in CONCRETE and all(table.get(part, (0, 0))[1] for part in parts):
            kept.append(" ".join(parts))
    print("\n".join(sorted(kept)))


main()
