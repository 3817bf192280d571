// tokenizer.json and tokenizer_config.json: a sentencepiece BPE in the terms of the `tokenizers` library.
#include "export.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "udrl/data/fields.hpp"

namespace udrl::student {
namespace {

using Json = nlohmann::ordered_json;

struct Merge {
  double score;
  std::size_t left_length;
  int whole, left, right;
};

bool mergeable(PieceType type) { return type == PieceType::normal || type == PieceType::user_defined; }

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

void add_splits(const Tokenizer& tokenizer, int whole, std::vector<Merge>& merges) {
  const std::string& piece = tokenizer.piece(whole);
  for (std::size_t cut = 1; cut < piece.size(); ++cut) {
    if (!starts_character(piece[cut])) continue;
    const auto left = tokenizer.id(std::string_view(piece).substr(0, cut));
    const auto right = tokenizer.id(std::string_view(piece).substr(cut));
    if (!left || !right || !mergeable(tokenizer.type(*left)) || !mergeable(tokenizer.type(*right))) continue;
    merges.push_back({tokenizer.score(whole), cut, whole, *left, *right});
  }
}

Json added_token(const Tokenizer& tokenizer, int id) {
  return {{"id", id},
          {"content", tokenizer.piece(id)},
          {"single_word", false},
          {"lstrip", false},
          {"rstrip", false},
          {"normalized", false},
          {"special", true}};
}

Json added_tokens(const Tokenizer& tokenizer) {
  Json tokens = Json::array();
  for (int id = 0; id < tokenizer.vocab_size(); ++id)
    if (tokenizer.is_control(id) || tokenizer.type(id) == PieceType::unknown)
      tokens.push_back(added_token(tokenizer, id));
  return tokens;
}

Json model(const Tokenizer& tokenizer) {
  Json vocab = Json::object();
  for (int id = 0; id < tokenizer.vocab_size(); ++id) vocab[tokenizer.piece(id)] = id;
  Json merges = Json::array();
  for (const auto& [left, right] : merges_of(tokenizer)) merges.push_back({left, right});
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", tokenizer.piece(tokenizer.unk_id())},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", true},
          {"byte_fallback", true},
          {"ignore_merges", false},
          {"vocab", std::move(vocab)},
          {"merges", std::move(merges)}};
}

Json replace(const std::string& from, const std::string& to) {
  return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

Json bos_first(const Tokenizer& tokenizer) {
  const std::string& bos = tokenizer.piece(tokenizer.bos_id());
  const Json begin = {{"SpecialToken", {{"id", bos}, {"type_id", 0}}}};
  const Json first = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
  const Json second = {{"Sequence", {{"id", "B"}, {"type_id", 1}}}};
  const Json token = {{"id", bos}, {"ids", Json::array({tokenizer.bos_id()})}, {"tokens", Json::array({bos})}};
  return {{"type", "TemplateProcessing"},
          {"single", Json::array({begin, first})},
          {"pair", Json::array({begin, first, second})},
          {"special_tokens", {{bos, token}}}};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> merges_of(const Tokenizer& tokenizer) {
  std::vector<Merge> merges;
  for (int id = 0; id < tokenizer.vocab_size(); ++id)
    if (mergeable(tokenizer.type(id))) add_splits(tokenizer, id, merges);
  std::sort(merges.begin(), merges.end(), [](const Merge& a, const Merge& b) {
    return std::tuple(-a.score, a.whole, a.left_length) < std::tuple(-b.score, b.whole, b.left_length);
  });
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const Merge& merge : merges) pairs.emplace_back(tokenizer.piece(merge.left), tokenizer.piece(merge.right));
  return pairs;
}

std::string tokenizer_json(const Tokenizer& tokenizer) {
  const Json decoders = Json::array({replace("▁", " "), {{"type", "ByteFallback"}}, {{"type", "Fuse"}}});
  const Json json = {{"version", "1.0"},
                     {"truncation", nullptr},
                     {"padding", nullptr},
                     {"added_tokens", added_tokens(tokenizer)},
                     {"normalizer", replace(" ", "▁")},
                     {"pre_tokenizer", nullptr},
                     {"post_processor", bos_first(tokenizer)},
                     {"decoder", {{"type", "Sequence"}, {"decoders", decoders}}},
                     {"model", model(tokenizer)}};
  return data::json_document(json);
}

std::string tokenizer_config_json(const Tokenizer& tokenizer, int n_positions, const std::string& chat_template) {
  const Json json = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                     {"bos_token", tokenizer.piece(tokenizer.bos_id())},
                     {"eos_token", tokenizer.piece(tokenizer.eos_id())},
                     {"unk_token", tokenizer.piece(tokenizer.unk_id())},
                     // A piece that there is, so that no id changes; what is padded is masked.
                     {"pad_token", tokenizer.piece(tokenizer.eos_id())},
                     // Answers follow a prompt's end, and its commands stand there.
                     {"padding_side", "left"},
                     {"truncation_side", "left"},
                     {"clean_up_tokenization_spaces", false},
                     {"model_max_length", n_positions},
                     {"model_input_names", {"input_ids", "attention_mask"}},
                     {"chat_template", chat_template}};
  return data::json_document(json);
}

}  // namespace udrl::student
