// Asks from files of text and of JSON lines.
#include "udrl/inference/ask_lines.hpp"

#include "base/files/temp_folder.hpp"
#include "catch.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::inference;

namespace {

Ask usual() {
  Ask ask;
  ask.task = "image";
  ask.words = "20";
  ask.want_words = 9;
  return ask;
}

std::vector<PlacedAsk> asks_of(const std::string& name, const std::string& content, const Ask& ask = usual(),
                               const std::vector<std::string>& tasks = {}) {
  const test::TempFolder folder;
  AskLines lines(folder.file(name, content), ask, tasks);
  CHECK(lines.ready());
  std::vector<PlacedAsk> asks;
  while (auto next = lines.next()) asks.push_back(*next);
  return asks;
}

std::string refusal(const std::string& name, const std::string& content, const Ask& ask = usual()) {
  try {
    asks_of(name, content, ask);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::user);
    return error.what();
  }
  return "";
}

bool names(const std::string& message, const std::string& part) {
  INFO(message);
  return message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a line that names no task is asked for each in turn") {
  Ask any = usual();
  any.task.clear();
  const auto asks =
      asks_of("mine.jsonl", "{\"intent\": \"a\"}\n{\"intent\": \"b\", \"task\": \"search\"}\n{\"intent\": \"c\"}\n",
              any, {"image", "headline"});
  std::vector<std::string> told;
  for (const PlacedAsk& one : asks) told.push_back(one.ask.intent + " " + one.ask.task);
  CHECK(told == std::vector<std::string>{"a image", "a headline", "b search", "c image", "c headline"});
  CHECK(names(asks[4].place, ":3"));
}

TEST_CASE("text is an intent a line, under the usual command") {
  const auto asks = asks_of("mine", "holiday sale\n\n \t\nred shoes, {blue}\r\nlast");
  REQUIRE(asks.size() == 3);
  CHECK(asks[0].ask.intent == "holiday sale");
  CHECK(asks[1].ask.intent == "red shoes, {blue}");
  CHECK(asks[1].place.ends_with("mine:4"));
  CHECK(asks[2].ask.intent == "last");
  CHECK(asks[2].ask.task == "image");
  CHECK(asks[2].ask.want_words == 9);
}

TEST_CASE("JSON lines may say the command too, as a number or a word") {
  const auto asks = asks_of("mine",
                            "\n{\"intent\": \"holiday sale\"}\n"
                            "{\"intent\": \"x\", \"task\": \"search\", \"words\": 7, \"return\": 3, \"have\": \"A\"}\n"
                            "{\"intent\": \"x\", \"words\": \"any\", \"return\": \"lowest\", \"subject\": 5}\n");
  REQUIRE(asks.size() == 3);
  CHECK(asks[0].ask.words == "20");
  CHECK(asks[0].ask.return_spec == "top");
  CHECK(asks[0].ask.want_words == 9);
  CHECK(asks[1].ask.task == "search");
  CHECK(asks[1].ask.words == "7");
  CHECK(asks[1].ask.want_words == 0);
  CHECK(asks[1].ask.return_spec == "3");
  CHECK(asks[1].ask.have == "A");
  CHECK(asks[2].ask.words == "any");
  CHECK(asks[2].ask.return_spec == "lowest");
  CHECK(asks[2].place.ends_with("mine:4"));
}

TEST_CASE("what is wrong in a line is said with its place") {
  CHECK(names(refusal("mine", "{\"intent\": \"x\"}\nplain\n"), "mine:2"));
  CHECK(names(refusal("mine.jsonl", "plain\n"), "not JSON"));
  CHECK(names(refusal("mine", "{\"intnt\": \"x\"}\n"), "\"intent\" is missing"));
  CHECK(names(refusal("mine", "{\"intent\": \"x\", \"words\": 7.5}\n"), "\"words\""));
  CHECK(names(refusal("mine", "{\"intent\": \"x\", \"task\": 7}\n"), "mine:1"));
  CHECK(names(refusal("mine", "x\n", Ask{}), "--task"));
  CHECK(names(refusal("mine.CSV", "intent,subject\nx,y\n"), "--from"));
  CHECK(names(refusal("mine.json", "[{\"intent\": \"x\"}]\n"), "must be a JSON object"));
  CHECK(asks_of("mine", "").empty());
}
