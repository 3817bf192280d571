#include "udrl/student/tokenizer.hpp"

#include "catch.hpp"
#include "student/tiny.hpp"
#include "udrl/base/error.hpp"
#include "udrl/command/schema.hpp"

using namespace udrl;
using namespace udrl::student;

namespace {

std::string train(const std::vector<std::string>& texts, int vocab_size) {
  return train_tokenizer(texts, command::control_pieces(), {.vocab_size = vocab_size});
}

}  // namespace

TEST_CASE("ids are fixed: unknown, begin, end, control pieces, bytes") {
  const Tokenizer& tokenizer = tiny::tokenizer();
  CHECK(tokenizer.vocab_size() == 700);
  CHECK(tokenizer.unk_id() == 0);
  CHECK(tokenizer.bos_id() == 1);
  CHECK(tokenizer.eos_id() == 2);
  const auto& controls = command::control_pieces();
  for (int i = 0; i < static_cast<int>(controls.size()); ++i) {
    REQUIRE(tokenizer.piece(3 + i) == controls[static_cast<std::size_t>(i)]);
    REQUIRE(tokenizer.is_control(3 + i));
  }
  const int first_byte = 3 + static_cast<int>(controls.size());
  CHECK(tokenizer.piece(first_byte) == "<0x00>");
  CHECK(tokenizer.type(first_byte + 255) == PieceType::byte);
  CHECK(tokenizer.type(first_byte + 256) == PieceType::normal);
}

TEST_CASE("training is repeatable, and does not depend on the order of the texts") {
  std::vector<std::string> texts = tiny::texts();
  const std::string model = train(texts, 600);
  CHECK(model == train(texts, 600));
  std::reverse(texts.begin(), texts.end());
  CHECK(model == train(texts, 600));
}

TEST_CASE("a text comes back as it was") {
  const Tokenizer& tokenizer = tiny::tokenizer();
  for (const std::string& text : tiny::strings()) REQUIRE(tokenizer.decode(tokenizer.encode(text)) == text);
}

TEST_CASE("no text spells a control piece") {
  const Tokenizer& tokenizer = tiny::tokenizer();
  for (int id = 0; id < tokenizer.vocab_size(); ++id)
    for (const int found : tokenizer.encode(" a" + tokenizer.piece(id) + "b")) {
      REQUIRE_FALSE(tokenizer.is_control(found));
      REQUIRE(found != tokenizer.unk_id());
    }
}

TEST_CASE("brackets stand alone, so that no client can merge them into a control or byte piece") {
  const Tokenizer& tokenizer = tiny::tokenizer();
  REQUIRE(tokenizer.id("<"));  // the texts hold "<b>bold</b>"
  for (int id = 0; id < tokenizer.vocab_size(); ++id) {
    const std::string& piece = tokenizer.piece(id);
    const bool bracket = piece.find_first_of("<>") != std::string::npos || piece.find("⟨") != std::string::npos;
    if (bracket && tokenizer.type(id) == PieceType::normal) REQUIRE(piece.size() == 1);
  }
}

TEST_CASE("a prompt of segments becomes begin, text, commands") {
  const Tokenizer& tokenizer = tiny::tokenizer();
  const auto ids = tokenizer.encode(command::sequence_prompt("sun", {0, 18, 4}, "mar"));
  std::string pieces;
  for (const int id : ids) pieces += tokenizer.piece(id);
  CHECK(pieces == "⟨s⟩▁sun⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨have⟩▁mar⟨gen⟩");
  CHECK(tokenizer.encode(lm::Prompt{{"⟨gen⟩", true}}, false) == std::vector<int>{3});
  CHECK(tokenizer.decode(ids) == " sun mar");
}

TEST_CASE("a control segment holds control pieces and nothing else") {
  const Tokenizer& tokenizer = tiny::tokenizer();
  const std::string text = GENERATE("⟨words:81⟩", "⟨gen⟩ and text", "text⟨gen⟩", "▁sun", "⟨gen", "⟨unk⟩", "<0x41>");
  CHECK_THROWS_AS(tokenizer.encode(lm::Prompt{{text, true}}), Error);
}

TEST_CASE("too few texts for the vocabulary name the largest that they fill") {
  const std::vector<std::string> few{" a few words", " and a few more"};
  try {
    train(few, 4096);
    FAIL("trained");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::user);
    const std::string cure = error.cure();
    const auto digits = cure.find_first_of("0123456789");
    REQUIRE(digits != std::string::npos);
    const int largest = std::stoi(cure.substr(digits));
    CHECK(Tokenizer::from_bytes(train(few, largest), "few").vocab_size() == largest);
    CHECK_THROWS_AS(train(few, largest + 1), Error);
  }
}

TEST_CASE("options out of range and empty data are refused") {
  const std::vector<std::string> texts = tiny::texts();
  CHECK_THROWS_AS(train(texts, 427), Error);
  CHECK_THROWS_AS(train(texts, 430), Error);  // fewer than the characters need
  CHECK_THROWS_AS(train({}, 700), Error);
  CHECK_THROWS_AS(train({"", "\n"}, 700), Error);
  CHECK_THROWS_AS(train_tokenizer(texts, command::control_pieces(), {.vocab_size = 700, .character_coverage = 1.5}),
                  Error);
  CHECK_THROWS_AS(train_tokenizer(texts, command::control_pieces(), {.vocab_size = 700, .max_piece_length = 0}), Error);
}

TEST_CASE("a file that is no tokenizer is refused") {
  CHECK_THROWS_AS(Tokenizer::load("/nowhere/tokenizer.model"), Error);
  CHECK_THROWS_AS(Tokenizer::from_bytes("", "x"), Error);
  CHECK_THROWS_AS(Tokenizer::from_bytes("not a model", "x"), Error);
  const std::string& whole = tiny::tokenizer().bytes();
  CHECK_THROWS_AS(Tokenizer::from_bytes(whole.substr(0, whole.size() / 2), "x"), Error);
}

TEST_CASE("a tokenizer is known by the hash of its bytes") {
  const Tokenizer again = Tokenizer::from_bytes(tiny::tokenizer().bytes(), "again");
  CHECK(again.sha256() == tiny::tokenizer().sha256());
  CHECK(again.sha256().size() == 64);
}
