#!/usr/bin/env python3
"""Lists WordNet nouns that people may make designs about, sorted into the groups of data/intents/subjects.tsv.

For: extending data/intents/wordnet_subjects.tsv, whose rows were chosen from this list by reading (most of its lines are
useless, and a noun alone is seldom what people ask for). Not for: set-up or tests, which use the list as committed.
Needs WordNet (Debian package wordnet-base) and a GGUF model, whose vocabulary tells common words from rare ones.

usage: .deps/venv/bin/python scripts/make_subject_candidates.py MODEL.gguf [FOLDER_OF_WORDNET] > candidates.tsv
"""
import re
import sys

from gguf import GGUFReader

MODEL = sys.argv[1]
FOLDER = sys.argv[2] if len(sys.argv) > 2 else "/usr/share/wordnet"
COMMON = 60_000  # pieces of the vocabulary, which are in order of frequency, that make a phrase of two words common

# Group, and the senses (lemma:number) below which its nouns hang. A noun goes to the nearest; of equals, to the first.
ROOTS = [
    ("music", "musical_instrument:1 music:1 musical_composition:1 musician:1 dance_music:1 musical_performance:1"),
    ("sports", "sport:1 athlete:1 sports_equipment:1 athletic_contest:1 athletic_game:1 racing:1"),
    ("games", "game:1 toy:1 card_game:1 game_equipment:1 puzzle:1 plaything:1"),
    ("fitness", "exercise:1 exercise_device:1 gymnastics:1"),
    ("food and drink",
     "food:1 food:2 beverage:1 restaurant:1 dish:2 cooking:1 meal:1 kitchen_utensil:1 edible_fruit:1 "
     "vegetable:1 cutlery:1 tableware:1 herb:2"),
    ("pets and animals", "animal:1"),
    ("farming and garden",
     "flower:1 herb:1 shrub:1 vegetable:2 crop:2 garden:1 farm:1 garden_tool:1 farm_machine:1 "
     "fruit_tree:1 farmer:1 vine:1 houseplant:1 cereal:1"),
    ("nature and outdoors",
     "plant:2 geological_formation:1 body_of_water:1 weather:1 wood:2 camping:1 fungus:1 "
     "national_park:1 natural_object:1 tent:1 fishing:1"),
    ("vehicles", "vehicle:1 vessel:2 aircraft:1"),
    ("beauty and fashion",
     "clothing:1 jewelry:1 cosmetic:1 footwear:1 fabric:1 hairdo:1 headdress:1 perfume:1 toiletry:1 "
     "adornment:1 fashion:3"),
    ("real estate and home",
     "furniture:1 house:1 home_appliance:1 room:1 dwelling:1 building:1 furnishing:2 floor_cover:1 "
     "lamp:2 white_goods:1 bedclothes:1 roof:1 building_material:1"),
    ("technology",
     "computer:1 electronic_equipment:1 software:1 machine:1 optical_instrument:1 "
     "measuring_instrument:1 telephone:1 electronic_device:1 computer_science:1 "
     "photographic_equipment:1 engineering:2"),
    ("crafts and hobbies",
     "handicraft:2 hand_tool:1 sewing:1 pottery:1 handwear:1 needlework:2 hobby:1 collector:2 "
     "carving:2 thread:1 woodworking:1 tool:1 knot:2"),
    ("art and design",
     "art:1 artist:1 graphic_art:1 painting:1 sculpture:1 art:2 drawing:2 decoration:1 color:1 "
     "picture:1"),
    ("film and theatre",
     "show:3 actor:1 theater:1 movie:1 performer:1 stage:3 drama:1 dance:1 dancing:1 broadcast:2"),
    ("books and writing", "book:1 publication:1 writer:1 literary_composition:1 poem:1 fiction:1 library:1 story:2"),
    ("education",
     "school:1 educator:1 academic_degree:1 student:1 discipline:1 course:1 lesson:1 "
     "educational_institution:1"),
    ("science and space",
     "celestial_body:1 scientist:1 natural_science:1 scientific_instrument:1 mineral:1 fossil:2 "
     "dinosaur:1 chemical_element:1 gem:2"),
    ("health care",
     "medicine:1 health_professional:1 medical_instrument:1 therapy:1 health_care:1 body_part:1 "
     "hospital:1 medical_care:1 drug:1"),
    ("holidays", "holiday:2 feast_day:1 festival:1 festival:2 celebration:1 firework:1 party:3 day:4"),
    ("weddings and family", "ceremony:1 relative:1 baby:1 wedding:1 party:2"),
    ("spirituality and wellness",
     "religious_ceremony:1 clergyman:1 meditation:1 place_of_worship:1 religion:1 spiritual_being:1"),
    ("history and culture",
     "monument:1 fortification:1 weapon:1 ruler:1 castle:2 ancient:1 museum:1 armor:1 battle:1 "
     "sailing_vessel:1 tower:1 bridge:1"),
    ("finance and law",
     "lawyer:1 financial_institution:1 insurance:1 legal_document:1 tax:1 bank:2 court:1 currency:1 "
     "coin:1"),
    ("retail and sales", "shop:1 mercantile_establishment:1 merchant:1 sale:1 container:1 bag:1"),
    ("business services",
     "skilled_worker:1 professional:1 craftsman:1 employee:1 service:1 office:1 worker:1 tradesman:1 "
     "cleaning:1"),
    ("travel",
     "trip:1 hotel:1 island:1 city:1 traveler:1 resort_hotel:1 journey:1 lodging:1 beach:1 seaport:1 "
     "national_capital:1 country:2"),
    ("community and local",
     "gathering:1 club:2 association:1 meeting:1 fair:1 facility:1 park:1 police:1 volunteer:1 road:1 "
     "way:6 contest:1 exhibition:2 conference:1"),
    ("children", "nursery:1 child:1 nursery_rhyme:1 plaything:1"),
    ("charity and causes", "charity:1 conservation:1 environmentalism:1"),
]


def read_synsets():
    """offset: (names of persons and places?, offsets of its hypernyms)"""
    synsets = {}
    with open(f"{FOLDER}/data.noun") as file:
        for line in file:
            if line.startswith(" "):
                continue
            fields = line.split(" | ")[0].split()
            at = 4 + 2 * int(fields[3], 16)
            pointers = [(fields[at + 1 + 4 * i], fields[at + 2 + 4 * i]) for i in range(int(fields[at]))]
            hypernyms = [offset for sign, offset in pointers if sign in ("@", "@i")]
            synsets[fields[0]] = (any(sign == "@i" for sign, _ in pointers), hypernyms)
    return synsets


def read_senses():
    """lemma: offsets of its senses, most frequent first"""
    senses = {}
    with open(f"{FOLDER}/index.noun") as file:
        for line in file:
            if not line.startswith(" "):
                fields = line.split()
                senses[fields[0]] = fields[6 + int(fields[3]):]
    return senses


def read_seen():
    """lemmas whose first sense was seen in WordNet's tagged text"""
    with open(f"{FOLDER}/cntlist.rev") as file:
        keys = [line.split()[:2] for line in file]
    return {key.split("%")[0] for key, sense in keys if sense == "1" and key.split("%")[1][0] == "1"}


def read_vocabulary():
    """word: its place in the vocabulary, for words that are one piece"""
    field = GGUFReader(MODEL).fields["tokenizer.ggml.tokens"]
    pieces = [bytes(field.parts[i]).decode("utf-8", "replace") for i in field.data]
    return {piece[1:]: place for place, piece in enumerate(pieces) if piece[:1] in ("\u0120", "\u2581")}


def nearest_group(offset, group_of_root, synsets):
    level, seen = [offset], {offset}
    while level:
        hits = [group_of_root[o] for o in level if o in group_of_root]
        if hits:
            return min(hits)
        level = [p for o in level for p in synsets[o][1] if p not in seen and not seen.add(p)]
    return None


def main():
    synsets, senses, seen, vocabulary = read_synsets(), read_senses(), read_seen(), read_vocabulary()
    group_of_root = {}
    for number, (_, roots) in enumerate(ROOTS):
        for lemma, sense in (root.split(":") for root in roots.split()):
            if len(senses.get(lemma, [])) >= int(sense):
                group_of_root.setdefault(senses[lemma][int(sense) - 1], number)

    def is_common(parts):
        if len(parts) == 1:
            return parts[0] in vocabulary or parts[0] in seen
        return all(vocabulary.get(part, COMMON) < COMMON for part in parts)

    for lemma, offsets in senses.items():
        parts = lemma.split("_")
        is_name = synsets[offsets[0]][0]
        if is_name or len(parts) > 2 or not all(re.fullmatch("[a-z]{3,14}", part) for part in parts):
            continue
        group = nearest_group(offsets[0], group_of_root, synsets)
        if group is not None and is_common(parts):
            print(ROOTS[group][0], " ".join(parts), sep="\t")


main()
