// Word swaps, and samples from records.
#include "catch.hpp"
#include "train/helpers.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;

namespace {

Sample sample(std::string intent, std::string subject, std::string answer) {
  return {"id", std::move(intent), std::move(subject), std::move(answer), 0, 0};
}

IntentAndAnswer swapped(const Sample& from, const std::vector<std::string>& words = {"otter"}) {
  RandomStream random(1, "test");
  return swap_entity(from, WordList(words), random);
}

}  // namespace

TEST_CASE("A phrase is replaced as a whole word, of either case, and keeps its plural") {
  std::string text = "Dogs and a dog: hotdog, DOG, dogs' dog-house, Dog.";
  CHECK(replace_phrase(text, "dog", "otter") == 6);
  CHECK(text == "Otters and a otter: hotdog, Otter, otters' otter-house, Otter.");
}

TEST_CASE("A whole word may stand in quotation marks, beside a dash or before an apostrophe") {
  std::string text = "“dog” — dog's, dog’s, 'dog'—dog… but not o'dog";
  CHECK(replace_phrase(text, "dog", "otter") == 5);
  CHECK(text == "“otter” — otter's, otter’s, 'otter'—otter… but not o'dog");
}

TEST_CASE("A plural of a word in s, x or z takes es") {
  std::string text = "two boxes";
  CHECK(replace_phrase(text, "box", "bus") == 1);
  CHECK(text == "two buses");
}

TEST_CASE("A subject that both hold is replaced in both by the same words") {
  const auto out = swapped(sample("sailing club poster", "sailing club", "Sailing clubs at sea, a Sailing Club logo"),
                           {"sea otter"});
  CHECK(out.swapped);
  CHECK(out.intent == "sea otter poster");
  CHECK(out.answer == "Sea otters at sea, a Sea otter logo");
}

TEST_CASE("A subject of two words draws two where the list gives one") {
  const auto out = swapped(sample("sailing club poster", "sailing club", "a sailing club"));
  CHECK(out.intent == "otter otter poster");
}

TEST_CASE("Where the answer lacks the subject, a shared content word is replaced") {
  const auto out = swapped(sample("sailing club poster for the fair", "sailing club", "a boat for the sailing season"));
  CHECK(out.intent == "otter club poster for the fair");
  CHECK(out.answer == "a boat for the otter season");
}

TEST_CASE("Nothing shared, or stop words only, leaves the texts as they are") {
  const auto out = swapped(sample("a club for the young", "club", "the boat for a day"));
  CHECK_FALSE(out.swapped);
  CHECK(out.intent == "a club for the young");
  CHECK(out.answer == "the boat for a day");
}

TEST_CASE("Words beyond ASCII are whole words too") {
  const auto out = swapped(sample("café menu", "café", "a cosy café"));
  CHECK(out.answer == "a cosy otter");
  std::string text = "cafés and cafe";
  CHECK(replace_phrase(text, "caf", "x") == 0);
}

TEST_CASE("A list of words that is too short is refused") {
  TempFolder folder;
  write_file_atomic(folder.path() / "nouns.txt", std::string_view("one\n\n# comment\ntwo\n"));
  CHECK_THROWS_AS(WordList::load(folder.path() / "nouns.txt"), Error);
}

TEST_CASE("A list of words with a mark and other line ends is read as without") {
  TempFolder folder;
  std::string words = "\xEF\xBB\xBF# comment\r";
  for (int i = 0; i < 100; ++i) words += "noun" + std::to_string(i) + (i % 2 == 0 ? "\r" : "\r\n");
  write_file_atomic(folder.path() / "nouns.txt", std::string_view(words));
  CHECK(WordList::load(folder.path() / "nouns.txt").size() == 100);
}

TEST_CASE("The shipped list of words loads") {
  const WordList words = WordList::load(std::string(UDRL_SOURCE_DIR) + "/data/words/nouns.txt");
  CHECK(words.size() > 1000);
}

TEST_CASE("A record without an answer, a return or a known task is refused") {
  data::Record good = record(1, "train");
  CHECK(sample_of(good, fitted()).return_bin == 1);
  data::Record bad = good;
  bad.answer = "";
  CHECK_THROWS_AS(sample_of(bad, fitted()), Error);
  bad = good;
  bad.commands.erase("return");
  CHECK_THROWS_AS(sample_of(bad, fitted()), Error);
  bad = good;
  bad.commands["return"] = 5;
  CHECK_THROWS_AS(sample_of(bad, fitted()), Error);
  bad = good;
  bad.task = "video";
  CHECK_THROWS_AS(sample_of(bad, fitted()), Error);
}
