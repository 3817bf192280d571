#include "udrl/student/tokenizer.hpp"

#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "student/tiny.hpp"
#include "tokenizer/model_bytes.hpp"
#include "udrl/base/error.hpp"
#include "udrl/command/schema.hpp"

using namespace udrl;
using namespace udrl::student;

namespace {

std::string train(const std::vector<std::string>& texts, int vocab_size) {
  return train_tokenizer(texts, command::control_pieces(), {.vocab_size = vocab_size});
}

/// A text or a message as a field of a protobuf message.
std::string field(char number, const std::string& content) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(content.size())} + content;
}

// One unit whose offset leads gigabytes away, and a text.
const std::string hostile_table("\x04\0\0\0\xFF\xFF\xFF\x7Fx\0", 10);

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

TEST_CASE("a tokenizer with a table of characters is refused before sentencepiece follows it") {
  const std::string& whole = tiny::tokenizer().bytes();
  const std::string table = field(2, hostile_table);
  const std::string with_table =
      GENERATE_COPY(whole + field(3, table), field(3, table) + whole, whole + field(5, table),
                    whole + field(3, field(1, "own") + table), whole + field(3, table) + field(3, field(2, "")),
                    whole + std::string("\x9A\0", 2) + field(3, table).substr(1));
  CHECK(kind_of(with_table) == ModelBytes::with_table);
  const std::string said = test::error_of([&] { Tokenizer::from_bytes(with_table, "some/tokenizer.model"); });
  INFO(said);
  CHECK(said.starts_with("2 some/tokenizer.model"));
  CHECK(test::contains(said, "precompiled_charsmap"));
  CHECK(test::contains(said, "normalization_rule_name=identity"));
}

TEST_CASE("a tokenizer with an empty table, or with fields of later versions, loads") {
  const std::string& whole = tiny::tokenizer().bytes();
  const std::string longer = GENERATE_COPY(whole + field(3, field(2, "")), whole + field(5, field(1, "identity")),
                                           whole + field(15, field(2, hostile_table)), whole + "\x79" + "12345678");
  CHECK(kind_of(longer) == ModelBytes::plain);
  CHECK(Tokenizer::from_bytes(longer, "x").encode(" sun") == tiny::tokenizer().encode(" sun"));
}

TEST_CASE("bytes that are no whole message of protobuf are refused") {
  const std::string& whole = tiny::tokenizer().bytes();
  const std::string damage =
      GENERATE(std::string("\x1A"), std::string("\x1A\x05own", 5), std::string("\0", 1), std::string("\x80", 1),
               std::string(11, '\xFF'), std::string("\x1B\x1C"), std::string("\x1D\x01"), std::string("\x19\x01"),
               std::string("\x9A\x80\x80\x80\x10\x01x"), field(3, "\x12\x7F"));
  CHECK(kind_of(whole + damage) == ModelBytes::broken);
  CHECK_THROWS_AS(Tokenizer::from_bytes(whole + damage, "x"), Error);
}

TEST_CASE("a tokenizer that is longer than any is refused before sentencepiece takes memory for its pieces") {
  std::string pieces;
  while (pieces.size() <= 16U << 20U) pieces.append("\x0A\0", 2);
  const std::string said = test::error_of([&] { Tokenizer::from_bytes(pieces, "some/tokenizer.model"); });
  CHECK(said.starts_with("2 some/tokenizer.model: the tokenizer is too long"));
  CHECK(test::contains(said, "at most 16 MiB"));
}

TEST_CASE("what sentencepiece throws of pieces is an error as any other") {
  const std::string unigram = field(2, "\x18\x01"), piece = field(1, field(1, std::string("\0x", 2)));
  CHECK_THROWS_AS(Tokenizer::from_bytes(tiny::tokenizer().bytes() + unigram + piece, "x"), Error);
}

TEST_CASE("a tokenizer is known by the hash of its bytes") {
  const Tokenizer again = Tokenizer::from_bytes(tiny::tokenizer().bytes(), "again");
  CHECK(again.sha256() == tiny::tokenizer().sha256());
  CHECK(again.sha256().size() == 64);
}
