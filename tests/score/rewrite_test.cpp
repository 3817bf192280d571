// Texts rewritten on purpose.
#include "udrl/score/rewrite.hpp"

#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "udrl/data/text.hpp"

using namespace udrl;
using namespace udrl::score;

namespace {

data::Intent intent(const std::string& text, const std::string& subject) {
  data::Intent out;
  out.intent = text, out.subject = subject;
  return out;
}

std::string damaged(double share, const std::vector<std::string>& donors = {"x", "y", "z"}) {
  return with_words_replaced("A red kite over a harbour, with sails at dusk", "kite festival", share, donors,
                             RandomStream(1, "order"));
}

}  // namespace

TEST_CASE("shuffled words change places, and what stands between them stays") {
  const std::string text = "One two, three; four \"five\" six.";
  const auto shuffled = [&](double share) { return with_words_shuffled(text, share, RandomStream(1, "order")); };
  const std::string all = shuffled(1);
  CHECK(all != text);
  const auto sorted = [](const std::string& of) {
    std::vector<std::string> words = data::word_tokens(of);
    std::sort(words.begin(), words.end());
    return words;
  };
  CHECK(sorted(all) == sorted(text));
  const auto between = [](std::string of) {
    for (const std::string& word : data::word_tokens(of)) of.replace(data::fold_case(of).find(word), word.size(), "w");
    return of;
  };
  CHECK(between(all) == "w w, w; w \"w\" w.");
  CHECK(shuffled(0) == text);
  CHECK(with_words_shuffled("alone", 1, RandomStream(1, "order")) == "alone");
  CHECK(with_words_shuffled("", 1, RandomStream(1, "order")).empty());
}

TEST_CASE("a subject is swapped wherever it stands as whole words, in any case") {
  CHECK(with_subject("Rock climbing: a rock climbing wall", "rock climbing", "tea") == "Tea: a tea wall");
  CHECK(with_subject("Rocks and rock", "rock", "tea") == "Rocks and tea");
  CHECK(with_subject("Rocks", "rock", "tea") == "Rocks");
  CHECK(with_subject("anything", "", "tea") == "anything");
  CHECK(holds_words("A Rock climbing wall", "rock climbing"));
  CHECK_FALSE(holds_words("Rocks", "rock"));
}

TEST_CASE("own content words are neither the intent's nor stop words") {
  CHECK(own_content_words("A red kite over a harbour, with kites", "kite festival") ==
        std::vector<std::string_view>{"red", "harbour"});
}

TEST_CASE("a share of the own content words is replaced, and a larger share replaces the same and more") {
  CHECK(damaged(0) == "A red kite over a harbour, with sails at dusk");
  const std::string all = damaged(1);
  for (const char* kept : {"kite", "over", "with"}) CHECK(all.find(kept) != std::string::npos);
  for (const char* gone : {"red", "harbour", "sails", "dusk"}) CHECK(all.find(gone) == std::string::npos);
  CHECK(all.find(", with") != std::string::npos);  // punctuation stays
  std::vector<std::string_view> before;
  for (const double share : {0.25, 0.5, 0.75, 1.0}) {
    const std::string text = damaged(share);
    std::vector<std::string_view> left;
    for (const char* word : {"red", "harbour", "sails", "dusk"})
      if (text.find(word) != std::string::npos) left.push_back(word);
    CHECK(left.size() == static_cast<std::size_t>(4 - std::lround(4 * share)));
    for (const std::string_view word : left)
      CHECK((before.empty() || std::find(before.begin(), before.end(), word) != before.end()));
    if (!left.empty()) before = left;
  }
  CHECK(damaged(1, {}) == damaged(0));
}

TEST_CASE("common forms are made of what answers share, whatever they are about") {
  const std::vector<Answered> answers{{intent("a", "tea"), "Cup of tea, warm soft light"},
                                      {intent("b", "rowing"), "Poster of rowing in warm soft light"},
                                      {intent("c", "chess"), "Poster of chess in warm soft light"}};
  const CommonForms forms{answers};
  CHECK(forms.framed("go club") == "Poster of go club in warm soft light");
  CHECK(forms.with_tail("go club") == "go club, warm soft light");
  CHECK(CommonForms().framed("go club") == "go club");
  CHECK(CommonForms().with_tail("go club") == "go club");
}

TEST_CASE("an ending that the intent holds is no common tail") {
  const std::vector<Answered> answers{{intent("night market", "market"), "A view of the busy night market"},
                                      {intent("night train", "train"), "A ride on the busy night market"}};
  CHECK(CommonForms(answers).with_tail("x") == "x");
}

TEST_CASE("an answer is adapted to an intent that is like its own") {
  CHECK(made_over("The best wine tasting in town", "wine tasting logo", "wine bar logo") ==
        "The best wine bar in town");
  CHECK(made_over("Fresh bread every day", "bakery flyer", "rowing club flyer") == "Fresh bread every day");
  CHECK(made_over("Bakery opens at six", "bakery flyer", "rowing club flyer") == "Rowing club opens at six");
  CHECK(made_over("Bakery opens at six", "bakery flyer", "flyer") == "Bakery opens at six");
}
