#include "export/proof.hpp"

#include <set>

#include "catch.hpp"
#include "export/odd_texts.hpp"
#include "student/tiny.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/lm/probe.hpp"

using namespace udrl;
using namespace udrl::student;

namespace {

const tiny::Folder& folder() {
  static const tiny::Folder folder;
  static const bool written = (tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config())), true);
  (void)written;
  return folder;
}

std::string refusal(const Checkpoint& checkpoint, const std::filesystem::path& file, GgufType type = GgufType::f32) {
  try {
    prove_export(checkpoint, type, file, "shown.gguf");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::failure);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every type of export is proved before it is written") {
  const auto type = GENERATE(GgufType::f32, GgufType::f16, GgufType::q8_0, GgufType::q4_0);
  const GgufExport made = export_gguf(folder().path(), {.type = type, .file = folder() / "proved.gguf"});
  INFO(to_string(type) << ": " << made.proof.value().divergence);
  CHECK(made.proof->texts == 10'000);
  CHECK(made.proof->positions > 20);
  CHECK(made.proof->divergence <= allowed_divergence(type));
  CHECK(made.proof->divergence >= 0);
}

TEST_CASE("types of fewer bits make smaller files") {
  std::uint64_t before = 1ULL << 40U;
  for (const GgufType type : {GgufType::f32, GgufType::f16, GgufType::q8_0, GgufType::q4_0}) {
    const auto made = export_gguf(folder().path(), {.type = type, .file = folder() / "size.gguf", .prove = false});
    CHECK_FALSE(made.proof);
    CHECK(made.bytes < before);
    before = made.bytes;
  }
}

TEST_CASE("a file with other weights is refused") {
  const tiny::Folder other;
  tiny::Weights weights(tiny::config());
  weights.at("transformer.h.1.mlp.c_fc.weight")[0] += 3;
  tiny::write(other.path(), tiny::config(), weights);
  const auto file = export_gguf(other.path(), {.type = GgufType::f32, .prove = false}).file;
  const std::string said = refusal(open_checkpoint(folder().path()), file);
  CHECK(said.find("does not answer as the checkpoint does") != std::string::npos);
  CHECK(said.find("shown.gguf") != std::string::npos);
}

TEST_CASE("a file that cuts texts into other tokens is refused") {
  std::vector<std::string> texts = tiny::texts();
  for (std::string& text : texts) text += " another ending";
  const Tokenizer other = Tokenizer::from_bytes(
      train_tokenizer(texts, command::control_pieces(), {.vocab_size = tiny::tokenizer().vocab_size()}), "other");
  const tiny::Folder place;
  const tiny::Weights weights(tiny::config());
  const auto views = weights.views();
  write_checkpoint(place.path(), {tiny::config(), other, tiny::commands(), tiny::card(), views});
  const auto file = export_gguf(place.path(), {.type = GgufType::f32, .prove = false}).file;
  CHECK(refusal(open_checkpoint(folder().path()), file).find("into other tokens") != std::string::npos);
}

TEST_CASE("odd texts are the same each time, and of every kind") {
  const auto texts = odd_texts(tiny::tokenizer(), 3000, 7);
  CHECK(texts == odd_texts(tiny::tokenizer(), 3000, 7));
  CHECK(texts != odd_texts(tiny::tokenizer(), 3000, 8));
  std::string all;
  for (const std::string& text : texts) all += text;
  for (const char* part : {"⟨task:", "<0x41>", "\xE2\x80\x8D", "\t", "\xE2\x96\x81", "\xF0\x9F"})
    CHECK(all.find(part) != std::string::npos);
  CHECK(std::set<std::string>(texts.begin(), texts.end()).size() > 2500);
}

TEST_CASE("a probe says what it cannot open") {
  CHECK_THROWS_AS(lm::Probe("nowhere.gguf"), Error);
  write_file_atomic(folder() / "no.gguf", "GGUF and no more");
  CHECK_THROWS_AS(lm::Probe(folder() / "no.gguf"), Error);
}
