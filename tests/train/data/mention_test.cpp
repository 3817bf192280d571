// Which words a sequence tells in hindsight.
#include "data/mention.hpp"

#include <cstdlib>
#include <map>
#include <set>

#include "catch.hpp"
#include "train/helpers.hpp"
#include "udrl/data/text.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;
using Words = std::vector<std::string>;

namespace {

Sample sample(std::string intent, std::string answer) { return {"id", std::move(intent), "", std::move(answer), 0, 0}; }

/// What many draws tell.
std::vector<Words> told(const Sample& of, const student::Ideas* ideas = nullptr) {
  std::vector<Words> all;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    RandomStream random(seed, "told");
    all.push_back(words_to_tell(of, ideas, random));
  }
  return all;
}

std::set<std::string> distinct(const std::vector<Words>& all) {
  std::set<std::string> out;
  for (const Words& one : all) out.insert(one.begin(), one.end());
  return out;
}

bool is_none(const std::vector<Words>& all) { return distinct(all).empty(); }

}  // namespace

TEST_CASE("One to five distinct words are told, as often each, in any order") {
  const std::vector<Words> all = told(sample("poster", "Snow, lanterns, kettles, boats, harbors, waves and clouds"));
  std::map<std::size_t, int> sizes;
  std::map<std::string, int> first;
  for (const Words& one : all) {
    CHECK(std::set<std::string>(one.begin(), one.end()).size() == one.size());
    ++sizes[one.size()];
    ++first[one.front()];
  }
  CHECK(sizes.size() == 5);
  for (std::size_t size = 1; size <= 5; ++size) CHECK(std::abs(sizes[size] - 100) < 40);
  CHECK(first.size() == 7);
  for (const auto& [word, times] : first) CHECK(std::abs(times - 71) < 35);
}

TEST_CASE("Only content words are told that the intent does not hold, each stem once") {
  CHECK(distinct(told(sample("Harbor photographs", "BOATS at the harbors, photographed at dusk by a boat; 4k"))) ==
        std::set<std::string>{"boats", "dusk"});
}

TEST_CASE("A short answer tells what it has") {
  for (const Words& one : told(sample("poster", "a snow poster"))) CHECK(one == Words{"snow"});
}

TEST_CASE("Nothing is told of JSON, nor where there is nothing to tell") {
  CHECK(is_none(told(sample("poster", R"({"subject": "snow"})"))));
  CHECK(is_none(told(sample("poster", R"(["snow"])"))));
  CHECK(is_none(told(sample("snow poster", "The snow, and a poster of it"))));
  CHECK(is_none(told(sample("poster", "it is what it is"))));
  CHECK(is_none(told(sample("poster", ""))));
}

TEST_CASE("With ideas those words are told that they propose, the nearer ones more often") {
  const student::Ideas ideas = ideas_of(idea_words(
      {{"boats", {0.9F, 0.4F}}, {"dusk", {0.7F, -0.7F}}, {"harbor", {1, 0}}, {"rust", {0.99F, 0.1F}}, {"snow", {0, 1}}},
      {"rust"}));
  const std::vector<Words> all = told(sample("harbor", "Snow and rust on boats at dusk, unheard of"), &ideas);
  CHECK(distinct(all) == std::set<std::string>{"boats", "dusk", "snow"});
  std::map<std::string, int> first;
  for (const Words& one : all) {
    CHECK_FALSE(one.empty());
    ++first[one.front()];
  }
  CHECK(first["boats"] > 2 * first["dusk"]);
  CHECK(first["dusk"] > first["snow"]);
  CHECK(is_none(told(sample("quantum", "Snow and rust on boats at dusk"), &ideas)));
  CHECK(is_none(told(sample("harbor", "Rust, unheard of"), &ideas)));
}

TEST_CASE("The same stream tells the same words") {
  const Sample one = sample("poster", "Snow, lanterns, kettles, boats");
  CHECK(told(one) == told(one));
  CHECK(distinct(told(one)).size() == 4);
}

TEST_CASE("Of told words those are kept that an answer holds, as whole words") {
  CHECK(told_in({"snow", "boat", "dusk"}, "At dusk the boats, and SNOW") == "snow, dusk");
  CHECK(told_in({"sailing club", "sailing"}, "A Sailing club's boat") == "sailing");
  CHECK(told_in({"sailing club", "sailing", "club sailing"}, "A Sailing club, a boat") == "sailing club, sailing");
  CHECK(told_in({"", "snow"}, "snow") == "snow");
  CHECK(told_in({"snow"}, "").empty());
  CHECK(told_in({}, "snow").empty());
}
