// The embedding of a byte-level vocabulary for our pieces.
#include "udrl/student/vocabulary_transfer.hpp"

#include <nlohmann/json.hpp>

#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "student/tiny.hpp"
#include "udrl/base/files.hpp"
#include "udrl/command/schema.hpp"

using namespace udrl;
using namespace udrl::student;
using udrl::test::contains;
using udrl::test::error_of;
using Ids = std::vector<int>;

namespace {

/// "Ġ" is a space, "Ċ" a line feed, "Ã©" an é.
const std::map<std::string, int> spelt{
    {"<|endoftext|>", 0}, {"Ġba", 1}, {"Ġ", 2}, {"b", 3},  {"a", 4}, {"Ċ", 5}, {"s", 6},
    {"sho", 7},           {"h", 8},   {"o", 9}, {"Ã©", 10}};
constexpr std::size_t width = 3;

std::vector<float> rows() {
  std::vector<float> values;
  for (std::size_t i = 0; i < spelt.size() * width; ++i) values.push_back(static_cast<float>(i * i) / 7.0F);
  return values;
}

std::vector<float> row(const std::vector<float>& values, int id) {
  const auto from = values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(id) * width);
  return {from, from + width};
}

std::vector<float> mean_row(const Ids& ids) {
  std::vector<float> out;
  for (std::size_t i = 0; i < width; ++i) {
    double sum = 0;
    for (const int id : ids) sum += rows()[static_cast<std::size_t>(id) * width + i];
    out.push_back(static_cast<float>(sum / static_cast<double>(ids.size())));
  }
  return out;
}

TransferredEmbedding transferred(double deviation = 0.02, std::uint64_t seed = 1) {
  const std::vector<float> values = rows();
  return transfer_embedding(tiny::tokenizer(), ByteLevelVocabulary(spelt), {values, width}, {deviation, seed});
}

}  // namespace

TEST_CASE("bytes are spelt as GPT-2 spells them") {
  const ByteLevelVocabulary vocabulary(spelt);
  CHECK(vocabulary.id(" ba") == 1);
  CHECK(vocabulary.id("\n") == 5);
  CHECK(vocabulary.id("é") == 10);
  CHECK_FALSE(vocabulary.id("Ġba"));
}

TEST_CASE("a text is split greedily, the longest token first, and what is in none is left out") {
  const ByteLevelVocabulary vocabulary(spelt);
  CHECK(vocabulary.split(" ba") == Ids{1});
  CHECK(vocabulary.split("shoba é") == Ids{7, 3, 4, 2, 10});
  CHECK(vocabulary.split("sh zo") == Ids{6, 8, 2, 9});
  CHECK(vocabulary.split("zz").empty());
  CHECK(vocabulary.split("").empty());
}

TEST_CASE("a piece stands for its text, a byte for itself, a control piece for nothing") {
  const Tokenizer& tokenizer = tiny::tokenizer();
  const auto text = [&](const char* piece) { return text_of_piece(tokenizer, tokenizer.id(piece).value()); };
  CHECK(text("▁ba") == " ba");
  CHECK(text("▁") == " ");
  CHECK(text("<0x0A>") == "\n");
  CHECK(text("<0xC3>") == "\xC3");
  CHECK(text("⟨gen⟩").empty());
  CHECK(text("⟨s⟩").empty());
  CHECK(text("⟨unk⟩").empty());
}

TEST_CASE("the same text has the same embedding, a text in parts their mean") {
  const Tokenizer& tokenizer = tiny::tokenizer();
  const TransferredEmbedding made = transferred();
  const ByteLevelVocabulary from(spelt);
  CHECK(row(made.values, tokenizer.id("▁ba").value()) == row(rows(), 1));
  CHECK(row(made.values, tokenizer.id("<0x0A>").value()) == row(rows(), 5));
  CHECK(row(made.values, tokenizer.id("sho").value()) == row(rows(), 7));
  int split = 0;
  for (int id = 0; id < tokenizer.vocab_size(); ++id) {
    const Ids parts = from.split(text_of_piece(tokenizer, id));
    if (parts.size() < 2) continue;
    ++split;
    CHECK(row(made.values, id) == mean_row(parts));
  }
  CHECK(split > 0);
  CHECK(made.averaged == split);
  CHECK(made.same + made.averaged + made.fresh == tokenizer.vocab_size());
}

TEST_CASE("a piece of no known text begins near the mean, elsewhere for each piece and seed, the same each time") {
  const Ids every{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const int gen = tiny::tokenizer().id(command::gen_piece).value(), have = gen + 1;
  CHECK(row(transferred(0).values, gen) == mean_row(every));
  const std::vector<float> noisy = row(transferred().values, gen);
  for (std::size_t i = 0; i < width; ++i) CHECK(noisy[i] == Approx(mean_row(every)[i]).margin(0.2));
  CHECK(noisy != row(transferred().values, have));
  CHECK(noisy != row(transferred(0.02, 2).values, gen));
  CHECK(noisy == row(transferred().values, gen));
}

TEST_CASE("vocab.json and tokenizer.json are read, other tokenizers refused") {
  const tiny::Folder folder;
  const auto said = [&] { return error_of([&] { ByteLevelVocabulary::load(folder.path(), 11); }); };
  CHECK(contains(said(), "save_pretrained"));
  write_file_atomic(folder / "vocab.json", nlohmann::json(spelt).dump());
  CHECK(ByteLevelVocabulary::load(folder.path(), 11).id(" ba") == 1);
  CHECK(contains(error_of([&] { ByteLevelVocabulary::load(folder.path(), 10); }), "10 embeddings"));
  nlohmann::json json{{"model", {{"type", "BPE"}, {"vocab", spelt}}}, {"decoder", {{"type", "ByteLevel"}}}};
  write_file_atomic(folder / "tokenizer.json", json.dump());
  CHECK(ByteLevelVocabulary::load(folder.path(), 11).id("sho") == 7);
  SECTION("another decoder") { json["decoder"] = nullptr; }
  SECTION("another model") { json["model"]["type"] = "WordPiece"; }
  write_file_atomic(folder / "tokenizer.json", json.dump());
  CHECK(contains(said(), "byte-level BPE"));
  write_file_atomic(folder / "tokenizer.json", std::string(100000, '['));
  CHECK(contains(said(), "tokenizer.json"));
}

TEST_CASE("the vocabulary that transformers saved has every byte") {
  const auto vocabulary =
      ByteLevelVocabulary::load(std::string(UDRL_SOURCE_DIR) + "/tests/student/goldens/gpt2_folder", 320);
  for (int byte = 0; byte < 256; ++byte) CHECK(vocabulary.id(std::string(1, static_cast<char>(byte))));
  CHECK(vocabulary.split(" with light").size() == 3);
}
