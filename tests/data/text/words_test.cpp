// Words, stop words, stems and masks.
#include <thread>

#include "catch.hpp"
#include "udrl/data/text.hpp"
#include "udrl/data/whole_words.hpp"

using namespace udrl::data;
using Strings = std::vector<std::string>;

TEST_CASE("A word is a run without white space") {
  CHECK(words("A cosy, well-lit shop.") == std::vector<std::string_view>{"A", "cosy,", "well-lit", "shop."});
  CHECK(count_words("20% off — now") == 4);
  CHECK(count_words("") == 0);
  CHECK(count_words(" one ") == 1);
}

TEST_CASE("Word tokens are letters, digits and inner apostrophes, folded") {
  CHECK(word_tokens("The Baker's 'best' well-lit SHOP, 2nd!") ==
        Strings{"the", "baker's", "best", "well", "lit", "shop", "2nd"});
  CHECK(word_tokens("it’s") == Strings{"it's"});
  CHECK(word_tokens("Café ÜBER 日本") == Strings{"café", "über", "日本"});
  CHECK(word_tokens("… — !").empty());
  CHECK(word_tokens("caf\xE9 x") == Strings{"caf", "x"});
  CHECK(word_tokens("dogs' '") == Strings{"dogs"});
}

TEST_CASE("Stop words carry no content") {
  for (const char* word : {"a", "about", "don't", "the", "with", "yourselves"}) CHECK(is_stop_word(word));
  for (const char* word : {"holiday", "sale", "", "shop", "design"}) CHECK_FALSE(is_stop_word(word));
}

TEST_CASE("Stems join the inflections of a word") {
  CHECK(stem("bakeries") == stem("bakery"));
  CHECK(stem("sailing") == stem("sails"));
  CHECK(stem("photographer's") == stem("photographer"));
  CHECK(stem("shop") != stem("ship"));
  CHECK(stem("") == "");
}

TEST_CASE("Content stems are in order and each once") {
  CHECK(content_stems("A poster for the sailing club: sails and clubs") == Strings{"poster", "sail", "club"});
  CHECK(content_stems("of the and").empty());
}

TEST_CASE("An answer's own words are content words of which its request holds no inflection") {
  const OwnWords own("A kite over the harbour");
  for (const char* word : {"red", "sails"}) CHECK(own.has(word));
  for (const char* word : {"kites", "harbour", "the", "with"}) CHECK_FALSE(own.has(word));
}

TEST_CASE("Stemming is the same in many threads") {
  const Strings expected = content_stems("bakeries sailing photographers minimalist designs");
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&expected, &count] {
      for (int i = 0; i < 2000; ++i)
        count += content_stems("bakeries sailing photographers minimalist designs") != expected;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("The intent's content words are masked in every inflection") {
  CHECK(mask_words("Sailing boats at the Club's pier; clubs of sails.", "sailing club", "_") ==
        "_ boats at the _ pier; _ of _.");
  CHECK(mask_words("A flyer for the fair", "the flyer", "_") == "A _ for the fair");
  CHECK(mask_words("well-lit shop", "shop lit", "…") == "well-… …");
  CHECK(mask_words("nothing shared", "holiday sale") == "nothing shared");
  CHECK(mask_words("", "holiday") == "");
  CHECK(mask_words("CAFÉ by the sea", "café", "_") == "_ by the sea");
}

TEST_CASE("Whole words end where no letter, digit or byte beyond ASCII goes on") {
  CHECK(are_whole_words("tea shop", 0, 8));
  CHECK(are_whole_words("a tea's cup", 2, 5));
  CHECK_FALSE(are_whole_words("teas", 0, 3));
  CHECK_FALSE(are_whole_words("4tea", 1, 4));
  CHECK_FALSE(are_whole_words("teaé", 0, 3));
}
