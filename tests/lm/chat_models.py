"""Tiny random models of the families that serve as teachers and baselines, each with its own real chat template; and
what transformers makes of those templates.

For: tests/task/chat_templates_test.cpp (both commands) and tests/tools/architectures_test.sh (write). Not for: what such
a model answers (words without sense), or in which tokens it reads a chat.

A model has the architecture, the kind of tokenizer and the special tokens of its family, but two layers of width 64. The
templates are not in this repository: they come with the source of llama.cpp that set-up unpacked, which UDRL_LLAMA_SOURCE
replaces.

Usage: chat_models.py write FOLDER      FOLDER/NAME.gguf of each, and FOLDER/models.json: NAME and architecture
       chat_models.py check FILE.json   FILE.json holds what udrl made of them: see `differences`
Exit 0: done, all agrees; 1: it does not, and the first differences are printed; 77: a package or llama.cpp's source is
missing.
"""
import dataclasses
import datetime
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WIDTH, HEADS, KV_HEADS, HIDDEN, LAYERS, POSITIONS = 64, 4, 2, 128, 2, 8192

# What the models say. The bytes alone would be no text.
WORDS = """holiday sale poster photo logo label menu banner window shop street light shadow morning evening winter summer
garden lake forest tree leaf stone wood paper glass copper gold silver blue green red amber ivory black white warm soft bold
quiet small wide round old new with under over beside behind near two three letters lines border""".split()

LLAMA = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>",
         "<|python_tag|>"]
QWEN = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MISTRAL = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]",
           "[/TOOL_RESULTS]", "[TOOL_CALLS]"]
TEKKEN = [*MISTRAL, "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]", "[ARGS]", "[CALL_ID]", "[IMG]", "[THINK]",
          "[/THINK]"]


@dataclasses.dataclass
class Family:
    name: str
    template: str  # a file of llama.cpp's models/templates, or the name of a case of its tests/test-chat-template.cpp
    architecture: str
    tokenizer: str  # what llama.cpp calls the way that text is cut before BPE; "spm": sentencepiece
    control: list
    bos: str
    eos: str
    add_bos: bool = True
    spoken: tuple = ()  # further tokens that are one piece, but no control tokens
    head: int = WIDTH // HEADS
    bias: bool = False  # of query, key and value
    head_norms: bool = False
    rope_factors: bool = False  # Llama-3.1's stretched positions
    yarn: bool = False


def llama(name, template, **more):
    return Family(name, template, "llama", "llama-bpe", LLAMA, LLAMA[0], "<|eot_id|>", **more)


def qwen(name, template, architecture, **more):
    return Family(name, template, architecture, "qwen2", QWEN, "<|endoftext|>", "<|im_end|>", add_bos=False, **more)


def mistral(name, template, architecture="llama", **more):
    return Family(name, template, architecture, "tekken", TEKKEN, "<s>", "</s>", **more)


FAMILIES = [
    llama("llama-3", "Llama-3"),
    llama("llama-3.1", "meta-llama-Llama-3.1-8B-Instruct.jinja", rope_factors=True),
    llama("llama-3.2", "meta-llama-Llama-3.2-3B-Instruct.jinja", rope_factors=True),
    llama("llama-3.3", "meta-llama-Llama-3.3-70B-Instruct.jinja", rope_factors=True),
    qwen("qwen2.5", "Qwen-Qwen2.5-7B-Instruct.jinja", "qwen2", bias=True),
    qwen("qwen3", "Qwen-Qwen3-0.6B.jinja", "qwen3", head=32, head_norms=True, spoken=("<think>", "</think>")),
    # The template of Mistral's tokenizer v3, which Mistral-7B-Instruct-v0.3 has: it writes the spaces itself.
    Family("mistral-7b-v0.3",
           "Mistral-Large-Instruct-2407 (mistralai 'v3' template; modified to have system prompt at start)",
           "llama", "spm", MISTRAL, "<s>", "</s>"),
    mistral("mistral-nemo", "mistralai-Mistral-Nemo-Instruct-2407.jinja", head=32),
    mistral("mistral-small-3.2", "Mistral-Small-3.2-24B-Instruct-2506.jinja"),
    mistral("ministral-3", "mistralai-Ministral-3-14B-Reasoning-2512.jinja", "mistral3", head=32, yarn=True),
]


def missing(what):
    print(f"{what}: scripts/setup.sh --with-tests brings it")
    sys.exit(77)


def llama_source():
    key = [ROOT / "scripts/llama_key.sh", "--version"]
    version = subprocess.run(key, check=True, capture_output=True, text=True).stdout.strip()
    folder = Path(os.environ.get("UDRL_LLAMA_SOURCE") or ROOT / f".deps/llama-src-{version}/vendor/llama.cpp")
    if not folder.is_dir():
        missing("no source of llama.cpp")
    return folder


def template_of(family):
    source = llama_source()
    if family.template.endswith(".jinja"):
        return (source / "models/templates" / family.template).read_text(encoding="utf-8")
    cases = (source / "tests/test-chat-template.cpp").read_text(encoding="utf-8")
    name = re.escape(f'/* .name= */ "{family.template}",')
    case = re.search(name + r'\s*/\* \.template_str= \*/ ("(?:[^"\\]|\\.)*")', cases)
    if case is None:
        sys.exit(f"{family.name}: llama.cpp's tests have no template \"{family.template}\" any more")
    return json.loads(case.group(1))


def letters_of_bytes():
    """GPT-2's printable characters that stand for bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in printable]
    return {**{byte: chr(byte) for byte in printable}, **{byte: chr(256 + i) for i, byte in enumerate(rest)}}


class Vocabulary:
    """Tokens, their types, and how gladly each is said."""

    def __init__(self, family, gguf):
        self.types = gguf.TokenType
        self.tokens, self.kinds, self.wishes, self.merges = [], [], [], []
        if family.tokenizer == "spm":
            self.sentencepiece(family)
        else:
            self.byte_level(family)
        self.wishes[self.tokens.index(family.eos)] = 4.2

    def add(self, token, kind, wish=-6.0):
        if token not in self.tokens:
            self.tokens.append(token)
            self.kinds.append(kind)
            self.wishes.append(wish)

    def spell(self, token):
        """With what it is merged from."""
        for end in range(1, len(token) + 1):
            self.add(token[:end], self.types.NORMAL)

    def words(self, space):
        for word in WORDS:
            self.spell(space + word)
            self.wishes[self.tokens.index(space + word)] = 3.0

    def byte_level(self, family):
        letters = letters_of_bytes()
        for byte in range(256):
            self.add(letters[byte], self.types.NORMAL)
        self.words(letters[ord(" ")])
        self.merges = [f"{token[:-1]} {token[-1]}" for token in self.tokens[256:]]
        for token in family.control:
            self.add(token, self.types.CONTROL)
        for token in family.spoken:
            self.add(token, self.types.USER_DEFINED)

    def sentencepiece(self, family):
        for token in family.control:
            self.add(token, self.types.UNKNOWN if token == "<unk>" else self.types.CONTROL)
        for byte in range(256):
            self.add(f"<0x{byte:02X}>", self.types.BYTE)
        for letter in ["\u2581", *map(chr, range(33, 127))]:
            self.add(letter, self.types.NORMAL)
        for word in ["Yes", "No"]:  # as in real vocabularies, where no digit is one piece with the space before it
            self.spell("\u2581" + word)
        self.words("\u2581")

    def write(self, family, writer):
        spm = family.tokenizer == "spm"
        writer.add_tokenizer_model("llama" if spm else "gpt2")
        writer.add_tokenizer_pre("default" if spm else family.tokenizer)
        writer.add_token_list(self.tokens)
        writer.add_token_types(self.kinds)
        if spm:
            writer.add_token_scores([-float(i) for i in range(len(self.tokens))])
        else:
            writer.add_token_merges(self.merges)
        writer.add_bos_token_id(self.tokens.index(family.bos))
        writer.add_eos_token_id(self.tokens.index(family.eos))
        writer.add_add_bos_token(family.add_bos)


def write_shape(family, writer):
    writer.add_name(f"Tiny random {family.name}")
    writer.add_context_length(POSITIONS)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(family.head)
    writer.add_value_length(family.head)
    writer.add_rope_dimension_count(family.head)
    writer.add_rope_freq_base(500000.0)
    writer.add_layer_norm_rms_eps(1e-5)


def write_yarn(writer, gguf):
    writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
    writer.add_rope_scaling_factor(16.0)
    writer.add_rope_scaling_yarn_beta_fast(32.0)
    writer.add_rope_scaling_yarn_beta_slow(1.0)
    writer.add_rope_scaling_yarn_log_mul(1.0)
    writer.add_rope_scaling_orig_ctx_len(POSITIONS // 16)
    writer.add_attn_temperature_scale(0.1)


def tensors(family, vocabulary):
    """Column 0 is the same in each state, so that the first weight of a row of the output is what its token is worth."""
    import numpy as np

    random = np.random.default_rng(sum(family.name.encode()))

    def matrix(rows, columns, deviation=0.15):
        return random.normal(0, deviation, (rows, columns)).astype(np.float32)

    def into_state(columns):
        made = matrix(WIDTH, columns)
        made[0] = 0
        return made

    ones = np.ones(WIDTH, np.float32)
    queries, keys = HEADS * family.head, KV_HEADS * family.head
    embedding, output = matrix(len(vocabulary.tokens), WIDTH, 1.0), matrix(len(vocabulary.tokens), WIDTH, 0.1)
    embedding[:, 0], output[:, 0] = 4, vocabulary.wishes
    yield "token_embd.weight", embedding
    yield "output_norm.weight", ones
    yield "output.weight", output
    if family.rope_factors:
        yield "rope_freqs.weight", np.linspace(1, 8, family.head // 2, dtype=np.float32)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        yield block + "attn_norm.weight", ones
        for part, rows in [("attn_q", queries), ("attn_k", keys), ("attn_v", keys)]:
            yield block + part + ".weight", matrix(rows, WIDTH)
            if family.bias:
                yield block + part + ".bias", matrix(1, rows)[0]
        if family.head_norms:
            yield block + "attn_q_norm.weight", np.ones(family.head, np.float32)
            yield block + "attn_k_norm.weight", np.ones(family.head, np.float32)
        yield block + "attn_output.weight", into_state(queries)
        yield block + "ffn_norm.weight", ones
        yield block + "ffn_gate.weight", matrix(HIDDEN, WIDTH)
        yield block + "ffn_up.weight", matrix(HIDDEN, WIDTH)
        yield block + "ffn_down.weight", into_state(HIDDEN)


def write_model(family, file):
    import gguf

    writer = gguf.GGUFWriter(file, family.architecture)
    write_shape(family, writer)
    if family.yarn:
        write_yarn(writer, gguf)
    vocabulary = Vocabulary(family, gguf)
    vocabulary.write(family, writer)
    writer.add_chat_template(template_of(family))
    for name, values in tensors(family, vocabulary):
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write(folder):
    try:
        from gguf import GGUFWriter  # noqa: F401  (tests/lm/gguf is no such package)
    except ImportError:
        missing("no Python package gguf")
    llama_source()
    for family in FAMILIES:
        write_model(family, folder / f"{family.name}.gguf")
    models = [{"name": family.name, "architecture": family.architecture} for family in FAMILIES]
    (folder / "models.json").write_text(json.dumps(models, indent=1) + "\n")
    return 0


def set_clock(seconds):
    """What transformers' strftime_now sees. Llama-3.2's template prints today's date, and so does the default system
    message of Mistral-Small: udrl cannot be told another one, so transformers is told udrl's. Llama-3.1 and 3.3 print a
    date of their own."""
    from transformers.utils import chat_template_utils

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(seconds, tz)

    chat_template_utils.datetime = Clock


def tokenizer_of(family):
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    # What Qwen's tokenizer_config.json calls bos_token is null.
    special = {"bos_token": family.bos, "eos_token": family.eos} if family.add_bos else {"eos_token": family.eos}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), **special)
    tokenizer.chat_template = template_of(family)
    return tokenizer


def first_difference(a, b):
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return f"from character {at} on: {a[at:at + 60]!r}, transformers: {b[at:at + 60]!r}"


def difference(tokenizer, chat, started, ended):
    """What transformers renders otherwise than udrl; None where it is the same at the time of either end of udrl's run."""
    for seconds in {started, ended}:
        set_clock(seconds)
        try:
            text = tokenizer.apply_chat_template(chat["messages"], add_generation_prompt=True, tokenize=False,
                enable_thinking=False, date_string="26 Jul 2024")
        except Exception as error:  # jinja2.exceptions.TemplateError
            if str(error) in chat.get("refusal", ""):
                return None
            text = f"refused: {error}"
        if text == chat.get("text"):
            return None
    return first_difference(chat.get("text") or f"refused: {chat['refusal']}", text)


def differences(found):
    """{"started", "ended": seconds since 1970, "chats": [{"model", "about", "messages", and "text" or "refusal"}]}"""
    tokenizers = {family.name: tokenizer_of(family) for family in FAMILIES}
    for chat in found["chats"]:
        what = difference(tokenizers[chat["model"]], chat, found["started"], found["ended"])
        if what is not None:
            yield f"{chat['model']}, {chat['about']}: {what}"
    for name in tokenizers.keys() - {chat["model"] for chat in found["chats"]}:
        yield f"{name}: udrl rendered nothing"


def check(file):
    try:
        import transformers  # noqa: F401
    except ImportError:
        missing("no Python package transformers")
    found = json.loads(file.read_text(encoding="utf-8"))
    different = list(differences(found))
    for line in different[:10]:
        print(line)
    print(f"{len(found['chats'])} chats, {len(different)} differences")
    return 1 if different else 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("write", "check"):
        sys.exit(__doc__)
    sys.exit({"write": write, "check": check}[sys.argv[1]](Path(sys.argv[2])))
