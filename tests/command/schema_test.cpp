// The spelling of commands is fixed for ever: a checkpoint's vocabulary depends on it.
#include <set>

#include "catch.hpp"
#include "udrl/base/error.hpp"
#include "udrl/command/schema.hpp"

using namespace udrl::command;

namespace {

std::string joined(const udrl::lm::Prompt& prompt) {
  std::string text;
  for (const auto& segment : prompt) text += segment.text;
  return text;
}

std::vector<bool> is_control(const udrl::lm::Prompt& prompt) {
  std::vector<bool> out;
  for (const auto& segment : prompt) out.push_back(segment.control);
  return out;
}

std::string counted(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += count_before_word(i, words.size()).value_or("") + sequence_text(words[i]);
  return text;
}

}  // namespace

TEST_CASE("A sequence is spelled as the design says") {
  const auto prompt = sequence_prompt("holiday sale", {0, 18, 4});
  CHECK(joined(prompt) + sequence_text("A cosy shop window") ==
        " holiday sale⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨gen⟩ A cosy shop window");
  REQUIRE(prompt.size() == 2);
  CHECK_FALSE(prompt[0].control);
  CHECK(prompt[1].control);
}

TEST_CASE("What is not asked is spelled any") {
  CHECK(joined(sequence_prompt("x", {63, {}, {}})) == " x⟨task:63⟩⟨words:any⟩⟨return:any⟩⟨gen⟩");
}

TEST_CASE("Auxiliary returns follow the return") {
  CHECK(joined(sequence_prompt("x", {0, 9, 4, {2, std::nullopt}})) ==
        " x⟨task:0⟩⟨words:9⟩⟨return:4⟩⟨return2:2⟩⟨return3:any⟩⟨gen⟩");
}

TEST_CASE("A countdown stands where eight, sixteen and so on words are left, but not before the first") {
  CHECK(counted({"one", "two"}) == " one two");
  CHECK(counted({"a", "b", "c", "d", "e", "f", "g", "h"}) == " a b c d e f g h");
  CHECK(counted({"x", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"}) ==
        " x⟨left:16⟩ a b c d e f g h⟨left:8⟩ i j k l m n o p");
  CHECK(counted(std::vector<std::string>(90, "w")).starts_with(" w w w w w w w w w w⟨left:80⟩"));
}

TEST_CASE("What is written already stands between have and gen") {
  const auto prompt = sequence_prompt("holiday sale", {1, 15, 4}, "A cosy shop");
  CHECK(joined(prompt) == " holiday sale⟨task:1⟩⟨words:15⟩⟨return:4⟩⟨have⟩ A cosy shop⟨gen⟩");
  REQUIRE(prompt.size() == 4);
  CHECK_FALSE(prompt[2].control);
}

TEST_CASE("Words to mention stand before have and gen, as text") {
  Command command{0, 18, 4};
  command.mention = "snow, lights";
  const auto prompt = sequence_prompt("holiday sale", command);
  CHECK(joined(prompt) == " holiday sale⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨mention⟩ snow, lights⟨gen⟩");
  CHECK(is_control(prompt) == std::vector<bool>{false, true, false, true});
  const auto begun = sequence_prompt("holiday sale", command, "A cosy");
  CHECK(joined(begun) == " holiday sale⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨mention⟩ snow, lights⟨have⟩ A cosy⟨gen⟩");
  CHECK(is_control(begun) == std::vector<bool>{false, true, false, true, false, true});
}

TEST_CASE("Control pieces keep their order and are distinct") {
  const auto& pieces = control_pieces();
  REQUIRE(pieces.size() == 2 + 64 + 81 + 11 + 10 + 22 + 1);
  CHECK(pieces[0] == "⟨gen⟩");
  CHECK(pieces[1] == "⟨have⟩");
  CHECK(pieces[2] == "⟨task:0⟩");
  CHECK(pieces[66] == "⟨words:any⟩");
  CHECK(pieces[67] == "⟨words:1⟩");
  CHECK(pieces[147] == "⟨return:any⟩");
  CHECK(pieces[148] == "⟨return:0⟩");
  CHECK(pieces[158] == "⟨left:8⟩");
  CHECK(pieces[167] == "⟨left:80⟩");
  CHECK(pieces[168] == "⟨return2:any⟩");
  CHECK(pieces[189] == "⟨return3:9⟩");
  CHECK(pieces.back() == "⟨mention⟩");
  CHECK(std::set<std::string>(pieces.begin(), pieces.end()).size() == pieces.size());
}

TEST_CASE("A command outside the vocabulary is refused") {
  CHECK_THROWS_AS(words_piece(0), udrl::Error);
  CHECK_THROWS_AS(words_piece(81), udrl::Error);
  CHECK_THROWS_AS(return_piece(10), udrl::Error);
  CHECK_THROWS_AS(task_piece(64), udrl::Error);
  CHECK_THROWS_AS(task_piece(-1), udrl::Error);
}
