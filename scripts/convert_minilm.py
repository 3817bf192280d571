#!/usr/bin/env python3
"""Writes all-MiniLM-L6-v2 (a Hugging Face BERT folder) as a GGUF file that llama.cpp embeds text with.

For: the one sentence encoder that scores relevance; `scripts/fetch_models.sh` calls it.
Not for: other encoders, quantised types, or anything that needs `transformers` or torch.

The same input gives the same bytes (no dates, no host names), so the result has a SHA-256 of its own.
The position table is cut to the 256 word pieces that sentence-transformers reads: whoever truncates a
text to the file's context length does exactly what sentence-transformers does.

Usage: convert_minilm.py FOLDER OUT.gguf     (FOLDER holds model.safetensors, config.json, vocab.txt)
"""

import json
import os
import sys
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import load_file

CONTROL_TOKENS = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
UNUSED_TENSORS = {"embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias"}
MAX_WORD_PIECES = 256  # `max_seq_length` of the model's sentence_bert_config.json


def phantom_space(token: str) -> str:
    """WordPiece marks what continues a word (##x); llama.cpp marks what begins one (U+2581)."""
    if token in CONTROL_TOKENS:
        return token
    return token[2:] if token.startswith("##") else "\u2581" + token


def read_vocabulary(folder: Path, size: int) -> list[str]:
    tokens = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    if tokens[-1] == "":
        tokens.pop()
    if len(tokens) != size:
        sys.exit(f"{folder}/vocab.txt has {len(tokens)} tokens, config.json says {size}")
    return tokens


def write_vocabulary(writer: gguf.GGUFWriter, tokens: list[str]) -> None:
    kinds = [gguf.TokenType.CONTROL if t in CONTROL_TOKENS else gguf.TokenType.NORMAL for t in tokens]
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([phantom_space(t) for t in tokens])
    writer.add_token_types(kinds)
    writer.add_token_type_count(2)
    writer.add_unk_token_id(tokens.index("[UNK]"))
    writer.add_sep_token_id(tokens.index("[SEP]"))
    writer.add_pad_token_id(tokens.index("[PAD]"))
    writer.add_mask_token_id(tokens.index("[MASK]"))
    writer.add_bos_token_id(tokens.index("[CLS]"))
    writer.add_eos_token_id(tokens.index("[SEP]"))


def write_hyperparameters(writer: gguf.GGUFWriter, config: dict) -> None:
    writer.add_name("all-MiniLM-L6-v2")
    writer.add_license("apache-2.0")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(min(MAX_WORD_PIECES, config["max_position_embeddings"]))
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def write_tensors(writer: gguf.GGUFWriter, tensors: dict[str, np.ndarray], n_layers: int) -> None:
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.BERT, n_layers)
    for name in sorted(tensors):
        if name in UNUSED_TENSORS:
            continue
        target = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if target is None:
            sys.exit(f"unexpected tensor {name}: is this all-MiniLM-L6-v2?")
        data = tensors[name]
        if name == "embeddings.position_embeddings.weight":
            data = data[:MAX_WORD_PIECES]
        writer.add_tensor(target, np.ascontiguousarray(data, dtype=np.float32))


def convert(folder: Path, out: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    part = out.with_name(out.name + ".part")
    writer = gguf.GGUFWriter(part, "bert")
    write_hyperparameters(writer, config)
    write_vocabulary(writer, read_vocabulary(folder, config["vocab_size"]))
    write_tensors(writer, load_file(folder / "model.safetensors"), config["num_hidden_layers"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(part, out)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
