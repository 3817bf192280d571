// Where answers end that go on. Not for: what the back-ends make of it (answers_test.cpp, http_test.cpp).
#include "answer/answer_end.hpp"

#include "catch.hpp"

using namespace udrl::lm;

namespace {

Sampling at_newline() {
  Sampling sampling;
  sampling.stop_at_newline = true;
  return sampling;
}

Sampling after_object() {
  Sampling sampling;
  sampling.stop_after_object = true;
  return sampling;
}

/// What is left of a text that is written character by character, and whether it ended.
std::string written(const std::string& text, const Sampling& sampling) {
  std::string so_far;
  for (const char c : text) {
    const std::size_t before = so_far.size();
    so_far += c;
    if (cut_at_end(so_far, sampling, before)) return so_far + "|";
  }
  return so_far;
}

/// The same in one piece.
std::string cut(const std::string& text, const Sampling& sampling) {
  std::string kept = text;
  return cut_at_end(kept, sampling) ? kept + "|" : kept;
}

}  // namespace

TEST_CASE("text ends at the first line break behind some of it") {
  for (const auto way : {written, cut}) {
    CHECK(way("\n one\ntwo", at_newline()) == "\n one|");
    CHECK(way("one", at_newline()) == "one");
    CHECK(way(" \n\n", at_newline()) == " \n\n");
    CHECK(way("a\nb", {}) == "a\nb");
  }
}

TEST_CASE("text ends before the first of the texts that end it") {
  Sampling sampling;
  sampling.stop = {"END", "!", "\n\n"};
  for (const auto way : {written, cut}) {
    CHECK(way("one! two END", sampling) == "one|");
    CHECK(way("one END two!", sampling) == "one |");
    CHECK(way("one EN two", sampling) == "one EN two");
    CHECK(way("ENEND", sampling) == "EN|");
    CHECK(way("a\nb\n\nc", sampling) == "a\nb|");
    CHECK(way("!", sampling) == "|");
  }
  sampling.stop_at_newline = true;
  for (const auto way : {written, cut}) CHECK(way("one\ntwo!", sampling) == "one|");
}

TEST_CASE("what is settled is never taken back, and is no half of a character") {
  Sampling sampling;
  sampling.stop = {"END", "\n\n"};
  const auto shown = [&](const std::string& text) { return text.substr(0, settled(text, sampling)); };
  CHECK(shown("one") == "one");
  CHECK(shown("one E") == "one ");
  CHECK(shown("one EN") == "one ");
  CHECK(shown("one EX") == "one EX");
  CHECK(shown("one\n") == "one");
  CHECK(shown("") == "");
  const std::string emoji = "an é and 😀";
  for (std::size_t length = 0; length <= emoji.size(); ++length) {
    const std::string so_far = shown(emoji.substr(0, length));
    CHECK(emoji.starts_with(so_far));
    CHECK((so_far.size() == emoji.size() || (static_cast<unsigned char>(emoji[so_far.size()]) & 0xC0U) != 0x80U));
  }
  CHECK(shown(emoji) == emoji);
}

TEST_CASE("an object ends where its bracket closes, whatever its lines and strings hold") {
  for (const auto way : {written, cut}) {
    const std::string object = "{\n  \"a\": [1, {\"b\": \"}\\\"]\"}],\n  \"c\": \"x\"\n}";
    CHECK(way(object, after_object()) == object + "|");
    CHECK(way("\n" + object + "\nHere it is.", after_object()) == "\n" + object + "|");
    CHECK(way("```json\n" + object + "\n```", after_object()) == "```json\n" + object + "|");
    CHECK(way("{\"a\": 1} and more", after_object()) == "{\"a\": 1}|");
    CHECK(way("{\"a\": [1,", after_object()) == "{\"a\": [1,");
  }
}

TEST_CASE("what is no object ends at a line break") {
  for (const auto way : {written, cut}) {
    CHECK(way("Here is the JSON:\n{\"a\": 1}", after_object()) == "Here is the JSON:|");
    CHECK(way("``x\ny", after_object()) == "``x|");
    CHECK(way("```json\nno\n{", after_object()) == "```json\nno|");
  }
}
