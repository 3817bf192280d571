#!/usr/bin/env python3
"""Writes tests/data/near/minilm_pairs.jsonl: pairs of texts with the cosine that sentence-transformers gives.

For: the reference that our own embeddings (llama.cpp on the converted model) must meet to 1e-3.
Not for: set-up or tests, which only read the committed table. Run it again only to change the pairs, in a
throw-away environment (the folder is the model as published: config, vocab, tokenizer, safetensors, 1_Pooling):

    python3 -m venv ENV && ENV/bin/pip install sentence-transformers==6.2.0
    ENV/bin/python scripts/make_minilm_table.py MODEL_FOLDER > tests/data/near/minilm_pairs.jsonl
"""

import json
import sys

from sentence_transformers import SentenceTransformer

# Where llama.cpp's WordPiece is known to cut a text differently, whatever the weights; the row says so.
KNOWN_DIFFERENCES = {
    "한국 카페 오픈": "Hangul: same ids only if the text is NFD before llama.cpp tokenizes it",
    "z" * 120: "a word over 100 characters is [UNK] to BertTokenizer, pieces to llama.cpp",
}

INTENTS = [
    ("holiday sale", [
        "A cosy shop window at dusk, dressed with pine garlands and warm lights, a red SALE ribbon across it",
        "Winter holiday sale banner with bold gold lettering on a deep green background, snowflakes falling",
        "A macro photograph of a dragonfly resting on a blade of grass",
    ]),
    ("sailing club", [
        "White sails against a blue summer sky, a regatta off the harbour, energetic and fresh",
        "Instagram post template for a yacht club: navy and white stripes, an anchor, the date in large type",
        "A cup of coffee on a wooden table",
    ]),
    ("vegan bakery flyer", [
        "A rustic flyer with hand-drawn wheat, oat-milk croissants and a chalkboard menu, earthy colours",
        "Plant-based pastries on a marble counter, soft morning light, minimal layout with space for text",
    ]),
    ("yoga retreat instagram story", [
        "Silhouette of a woman in lotus position at sunrise on a quiet beach, pastel sky, calm and airy",
        "Heavy metal concert poster with flames and skulls",
    ]),
    ("back to school poster", [
        "Bright poster with pencils, rulers and a yellow school bus; playful hand lettering",
        "Children with backpacks walk towards a brick school building under autumn trees",
    ]),
    ("wedding invitation, minimal", [
        "A minimalist wedding invitation in ivory and sage, thin serif letters, a single olive branch",
        "Elegant stationery with gold foil initials and generous white space",
    ]),
    ("dog grooming business card", [
        "A friendly business card showing a freshly trimmed poodle, teal background, rounded letters",
        "Business card for a law firm, dark blue, embossed scales of justice",
    ]),
    ("charity run for clean water", [
        "Runners in blue shirts cross a bridge at dawn, drops of water in the air, hopeful mood",
        "Fundraising banner: splash of clear water shaped like a running figure",
    ]),
    ("jazz night at the old cinema", [
        "A saxophone player under a single spotlight, velvet curtains, art deco frame, deep purple and gold",
        "Retro movie theatre facade at night with neon letters announcing live jazz",
    ]),
    ("electric bicycle launch", [
        "A sleek matte-black e-bike on a studio floor with a sharp rim light, large sans-serif headline",
        "Commuters on electric bikes glide past a traffic jam in a green city",
    ]),
    ("farmers market", ["Crates of tomatoes, carrots and herbs under striped awnings on a sunny square"]),
    ("science fair", ["Colourful beakers, a cardboard volcano and proud children with ribbons"]),
    ("real estate open house", ["A modern white house with a lawn, a signpost 'Open House', clear afternoon light"]),
    ("halloween party", ["Carved pumpkins glowing on a porch, bats against a full moon, dripping orange letters"]),
    ("coffee shop loyalty card", ["Ten small cup icons in two rows, kraft paper texture, brown stamp ink"]),
    ("podcast cover about space", ["An astronaut with headphones floats in front of a nebula, bold white title"]),
    ("mother's day", ["A bouquet of peonies beside a handwritten card, soft pink and cream"]),
    ("gym membership discount", ["A muscular arm lifts a dumbbell against a black wall, '-30%' in neon yellow"]),
    ("baby shower", ["Pastel balloons and a sleeping bear on a cloud, gentle rounded script"]),
    ("tech conference 2025", ["Abstract circuit lines converge into a stage; gradient of violet and cyan; dates below"]),
    ("lemonade stand", ["a lemonade stand"]),
    ("book club", ["book club"]),
    ("BOOK CLUB", ["book club"]),
]

LONG = " ".join(
    f"In scene {i} the camera moves slowly past shelf number {i}, where old maps, brass compasses and model ships stand."
    for i in range(1, 31)
)

ODD = [
    ("café crème brûlée menu", "Cafe creme brulee menu in an elegant script, dessert photographed from above"),
    ("fête d'été à Genève", "Fireworks over Lake Geneva, lanterns, a summer festival crowd"),
    ("Größenänderung für Straßenfest", "Street festival with stalls and bunting in a German old town"),
    ("春节促销", "Chinese New Year sale poster with red lanterns and gold coins"),
    ("春节促销", "春节 促销 海报, 红 灯笼"),
    ("日本の夏祭り", "Japanese summer festival with paper lanterns and yukata"),
    ("распродажа зимней обуви", "winter boots sale banner on a snowy street"),
    ("عرض رمضان", "Ramadan offer with a crescent moon and lanterns"),
    ("한국 카페 오픈", "Korean café opening, minimal interior, latte art"),
    ("🎉 birthday party 🎂", "A chocolate cake with candles, balloons and confetti"),
    ("İstanbul gezisi", "Istanbul travel flyer: minarets at sunset over the Bosphorus"),
    ("naïve", "nai\u0308ve"),
    ("ﬁne dining", "fine dining"),
    ("“quoted” — dashes… and ‘curly’", "\"quoted\" - dashes... and 'curly'"),
    ("C++20 & Rust: a 50% talk @ 7pm!", "A programming talk in the evening, half price tickets"),
    ("don't stop-believin' (live)", "rock concert tribute night"),
    ("http://example.org/sale?x=1", "a web page about a sale"),
    ("x", "y"),
    (".", "A single full stop on a white page"),
    ("a", "A letterpress poster of the letter A"),
    ("12345", "one two three four five"),
    ("supercalifragilisticexpialidocious", "a musical with a nanny and an umbrella"),
    ("z" * 120, "a word of a hundred and twenty letters"),
    ("antidisestablishmentarianism " * 20, "a very long political word repeated"),
    ("maps and model ships", LONG),
    (LONG, LONG + " At the end a red kite appears above the sea."),
    ("a red kite above the sea", LONG[:1400] + " A red kite appears above the sea."),
    ("word " * 254, "word " * 253),
    ("word " * 400 + "sunset", "word " * 400 + "mountain"),
]


def pairs() -> list[tuple[str, str]]:
    listed = [(intent, prompt) for intent, prompts in INTENTS for prompt in prompts]
    return [(a.strip(), b.strip()) for a, b in listed + ODD]


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    model = SentenceTransformer(sys.argv[1], device="cpu")
    table = pairs()
    left = model.encode([a for a, _ in table], batch_size=8, normalize_embeddings=True)
    right = model.encode([b for _, b in table], batch_size=8, normalize_embeddings=True)
    for (a, b), u, v in zip(table, left, right):
        row = {
            "a": a,
            "b": b,
            "cosine": round(float(u @ v), 6),
            "pieces_a": len(model.tokenizer(a)["input_ids"]),
            "pieces_b": len(model.tokenizer(b)["input_ids"]),
        }
        if a in KNOWN_DIFFERENCES:
            row["known_difference"] = KNOWN_DIFFERENCES[a]
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
