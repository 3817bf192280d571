// Words that fit a request: which are proposed, how readily, and what a damaged table is told.
#include "udrl/student/ideas.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "student/tiny.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/text.hpp"
#include "udrl/student/safetensors.hpp"

using namespace udrl;
using namespace udrl::student;
using test::contains;
using test::error_of;
using Words = std::vector<std::string>;

namespace {

constexpr int sea = 0, cold = 1, paper = 2, lens = 3;  // where a word's vector points to
constexpr std::size_t dimensions = 8;

struct Word {
  const char* word;
  int direction;
  float cosine;  ///< with it
  bool is_said = true;
};

/// Requests hold sailing, winter, poster and photography.
const std::vector<Word>& words() {
  static const std::vector<Word> list{
      {"boat", sea, 0.93F},          {"boats", sea, 0.92F},    {"camera", lens, 0.9F},      {"captain", sea, 0.8F},
      {"harbor", sea, 0.97F},        {"lights", cold, 0.8F},   {"margin", paper, 0.9F},     {"photograph", lens, 0.97F},
      {"photographer", lens, 0.96F}, {"photography", lens, 1}, {"poster", paper, 1, false}, {"sailing", sea, 1, false},
      {"snow", cold, 0.9F},          {"winter", cold, 1}};
  return list;
}

std::size_t row_of(const std::string& word) {
  std::size_t row = 0;
  while (words()[row].word != word) ++row;
  return row;
}

/// What is left of each vector points elsewhere.
IdeaWords table() {
  IdeaWords table;
  table.dimensions = dimensions;
  table.tasks = {"image", "headline", "fields"};
  table.said.resize(3);
  for (const Word& one : words()) {
    table.words.emplace_back(one.word);
    std::vector<float> vector(dimensions, 0.0F);
    vector[static_cast<std::size_t>(one.direction)] = one.cosine;
    vector[4 + table.words.size() % 4] = std::sqrt(1 - one.cosine * one.cosine);
    table.vectors.insert(table.vectors.end(), vector.begin(), vector.end());
    table.rarity.push_back(1);
    table.said[0].push_back(one.is_said ? 10.0F : 0.0F);
    table.said[1].push_back(std::string(one.word) == "snow" ? 3.0F : 0.0F);
    table.said[2].push_back(0);
  }
  table.embedder = "an embedder";
  return table;
}

Ideas loaded(const IdeaWords& words) {
  const tiny::Folder folder;
  write_ideas(folder / "ideas", words);
  return Ideas::load(folder / "ideas");
}

const Ideas& ideas() {
  static const Ideas all = loaded(table());
  return all;
}

Words proposed(const Ideas& from, const std::string& intent, int count = 3, double temperature = 0,
               std::uint64_t seed = 1, const std::string& task = "image") {
  RandomStream random(seed, "ideas");
  return from.propose({intent, task, count, temperature}, random);
}

Words proposed(const std::string& intent, int count = 3, double temperature = 0, std::uint64_t seed = 1,
               const std::string& task = "image") {
  return proposed(ideas(), intent, count, temperature, seed, task);
}

/// A good table, written again with other words about it.
template <class Change>
void write_changed(const std::filesystem::path& file, Change change) {
  const tiny::Folder folder;
  write_ideas(folder / "good", table());
  const SafetensorsFile good(folder / "good");
  std::vector<TensorView> tensors = good.tensors();
  Metadata metadata = good.metadata();
  change(tensors, metadata);
  write_safetensors(file, tensors, metadata);
}

std::vector<float> random_unit(std::size_t width, const std::string& key) {
  RandomStream random(3, key);
  std::vector<float> vector;
  for (std::size_t i = 0; i < width; ++i) vector.push_back(static_cast<float>(random.normal()));
  const float length = std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0F));
  for (float& value : vector) value /= length;
  return vector;
}

}  // namespace

TEST_CASE("a table comes back, and proposes the nearest words first") {
  CHECK(ideas().embedder() == "an embedder");
  CHECK(ideas().parameters() == words().size() * dimensions);
  CHECK(proposed("sailing", 1) == Words{"harbor"});
  CHECK(proposed("winter", 2) == Words{"snow", "lights"});
  CHECK(proposed("The SAILING of a winter!", 2) == Words{"harbor", "boat"});
}

TEST_CASE("the same table gives the same bytes") {
  const tiny::Folder folder;
  write_ideas(folder / "a", table());
  write_ideas(folder / "b", table());
  CHECK(read_file(folder / "a") == read_file(folder / "b"));
}

TEST_CASE("no word of the intent is proposed, nor an inflection of one") {
  for (const char* intent : {"photography", "photograph", "Photographer"}) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      const Words all = proposed(intent, 20, seed == 0 ? 0 : 2, seed);
      CHECK_FALSE(all.empty());
      for (const std::string& word : all) CHECK_FALSE(word.starts_with("photo"));
    }
    CHECK(proposed(intent, 1) == Words{"camera"});
  }
  CHECK(proposed("winter", 1) == Words{"snow"});
}

TEST_CASE("proposed words have distinct stems") {
  CHECK(proposed("sailing", 3) == Words{"harbor", "boat", "captain"});  // "boats" says nothing new
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Words all = proposed("sailing", 20, 3, seed);
    std::set<std::string> stems;
    for (const std::string& word : all) stems.insert(data::stem(word));
    CHECK(stems.size() == all.size());
  }
}

TEST_CASE("nothing is proposed where nothing is known or wanted") {
  CHECK(proposed("sailing", 3, 0, 1, "no such task").empty());
  CHECK(proposed("sailing", 3, 0, 1, "fields").empty());
  CHECK(proposed("quantum chromodynamics").empty());
  CHECK(proposed("the of and").empty());
  CHECK(proposed("").empty());
  CHECK(proposed("sailing", 0).empty());
}

TEST_CASE("a task proposes what its own answers say") {
  CHECK(proposed("sailing", 3, 0, 1, "headline") == Words{"snow"});
}

TEST_CASE("the same random stream proposes the same words, another one others") {
  std::set<Words> all;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    all.insert(proposed("sailing", 2, 1, seed));
    CHECK(proposed("sailing", 2, 1, seed) == proposed("sailing", 2, 1, seed));
  }
  CHECK(all.size() > 3);
  std::set<Words> greedy;
  for (std::uint64_t seed = 0; seed < 30; ++seed) greedy.insert(proposed("sailing", 2, 0, seed));
  CHECK(greedy.size() == 1);
}

TEST_CASE("nearer words are proposed first more often") {
  std::map<std::string, int> first;
  for (std::uint64_t seed = 0; seed < 400; ++seed) ++first[proposed("sailing", 1, 1, seed).front()];
  CHECK(first["harbor"] > first["captain"]);
  CHECK(first["captain"] > first["snow"]);
}

TEST_CASE("of two words as near, the one that more answers say comes first") {
  IdeaWords words = table();
  std::copy_n(words.vectors.begin() + static_cast<std::ptrdiff_t>(row_of("harbor") * dimensions), dimensions,
              words.vectors.begin() + static_cast<std::ptrdiff_t>(row_of("captain") * dimensions));
  words.said[0][row_of("captain")] = 1000;
  CHECK(proposed(loaded(words), "sailing", 1) == Words{"captain"});
}

TEST_CASE("a rare word of an intent says more than a common one") {
  IdeaWords words = table();
  words.rarity[row_of("poster")] = 0.1F;
  CHECK(proposed(loaded(words), "sailing poster", 2) == Words{"harbor", "boat"});
  std::swap(words.rarity[row_of("poster")], words.rarity[row_of("sailing")]);
  CHECK(proposed(loaded(words), "sailing poster", 1) == Words{"margin"});
}

TEST_CASE("readiness is shared among the words that can be proposed") {
  const Words asked{"snow", "harbor", "unheard", "sailing", "boat"};
  const std::vector<double> shares = ideas().readiness("Sailing!", asked);
  REQUIRE(shares.size() == asked.size());
  CHECK(std::accumulate(shares.begin(), shares.end(), 0.0) == Approx(1));
  CHECK(shares[1] > shares[4]);
  CHECK(shares[4] > shares[0]);
  CHECK(shares[0] > 0);
  CHECK(shares[2] == 0);
  CHECK(shares[3] == 0);  // no answer says it
  CHECK(ideas().readiness("unheard of", asked) == std::vector<double>(asked.size(), 0.0));
  CHECK(ideas().readiness("sailing", Words{"unheard"}) == std::vector<double>{0});
  CHECK(ideas().readiness("sailing", Words{}).empty());
}

TEST_CASE("eight bits a number lose little of a cosine") {
  constexpr std::size_t width = 96;
  IdeaWords words;
  words.dimensions = width;
  words.tasks = {"image"};
  for (char a = 'a'; a <= 'z'; ++a) {
    words.words.push_back(std::string("word") + a);
    const auto vector = random_unit(width, words.words.back());
    words.vectors.insert(words.vectors.end(), vector.begin(), vector.end());
  }
  words.rarity.assign(26, 1);
  words.said.assign(1, std::vector<float>(26, 1));
  const Ideas kept = loaded(words);
  const std::vector<double> shares = kept.readiness("worda", words.words);
  const auto first = random_unit(width, "worda");
  for (std::size_t i = 0; i < 26; ++i) {
    const auto other = random_unit(width, words.words[i]);
    const double cosine = std::inner_product(first.begin(), first.end(), other.begin(), 0.0);
    const double of_kept = 1 + std::log(shares[i] / shares[0]) / 8;  // a share is exp(8 cosine), and the first has 1
    CHECK(of_kept == Approx(cosine).margin(0.01));
  }
}

TEST_CASE("a word without a direction is near nothing, and says nothing of an intent") {
  IdeaWords words = table();
  const auto zeros = [&](const std::string& word) {
    std::fill_n(words.vectors.begin() + static_cast<std::ptrdiff_t>(row_of(word) * dimensions), dimensions, 0.0F);
  };
  zeros("sailing");
  zeros("snow");
  const Ideas some = loaded(words);
  CHECK(proposed(some, "sailing").empty());
  CHECK(proposed(some, "winter", 1) == Words{"lights"});
}

TEST_CASE("a table that cannot be used is refused with its name") {
  const tiny::Folder folder;
  const std::filesystem::path file = folder / "ideas.safetensors";
  IdeaWords words = table();
  const auto changed = [&](auto change) { write_changed(file, change); };
  SECTION("there is none") {}
  SECTION("it is another kind of file") { write_file_atomic(file, "these are no tensors, but a text"); }
  SECTION("it is cut") {
    write_ideas(file, words);
    std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  }
  SECTION("its words are not in order") {
    std::swap(words.words[2], words.words[3]);
    write_ideas(file, words);
  }
  SECTION("a word stands twice") {
    words.words[3] = words.words[2];
    write_ideas(file, words);
  }
  SECTION("a rarity is no number") {
    words.rarity[4] = std::numeric_limits<float>::quiet_NaN();
    write_ideas(file, words);
  }
  SECTION("a rarity is below zero") {
    words.rarity[4] = -1;
    write_ideas(file, words);
  }
  SECTION("a count is without end") {
    words.said[1][2] = std::numeric_limits<float>::infinity();
    write_ideas(file, words);
  }
  SECTION("there are more vectors than words") {
    changed([](auto&, Metadata& metadata) { metadata["words"] = "boat\nboats\n"; });
  }
  SECTION("there are more tasks than counts") {
    changed([](auto&, Metadata& metadata) { metadata["tasks"] += "letter\n"; });
  }
  SECTION("it is of another version") {
    changed([](auto&, Metadata& metadata) { metadata["format"] = "udrl ideas 99"; });
  }
  SECTION("it holds the weights of a model") {
    changed([](auto&, Metadata& metadata) { metadata = {{"format", "pt"}}; });
  }
  SECTION("it does not say whose vectors they are") {
    changed([](auto&, Metadata& metadata) { metadata.erase("embedder"); });
  }
  SECTION("a tensor is missing") {
    changed([](auto& tensors, auto&) { std::erase_if(tensors, [](const auto& one) { return one.name == "rarity"; }); });
  }
  SECTION("its vectors are of another type") {
    const std::vector<float> floats(table().words.size() * dimensions, 0.5F);
    changed([&](std::vector<TensorView>& tensors, auto&) {
      std::erase_if(tensors, [](const TensorView& one) { return one.name == "vectors"; });
      tensors.push_back(view_f32("vectors", {static_cast<std::int64_t>(table().words.size()), dimensions}, floats));
    });
  }
  const std::string told = error_of([&] { (void)Ideas::load(file); });
  INFO(told);
  CHECK(told.starts_with("2 "));
  CHECK(contains(told, "ideas.safetensors"));
}

TEST_CASE("a damaged table is used or refused") {
  const tiny::Folder folder;
  write_ideas(folder / "good", table());
  const std::string whole = read_file(folder / "good");
  RandomStream random(5, "damage");
  for (int i = 0; i < 300; ++i) {
    std::string damaged = whole;
    if (i % 3 == 0) damaged.resize(random.below(whole.size()));
    else damaged[random.below(whole.size())] ^= static_cast<char>(1 + random.below(255));
    write_file_atomic(folder / "damaged", damaged);
    try {
      const Ideas some = Ideas::load(folder / "damaged");
      CHECK(proposed(some, "sailing poster", 4, 1).size() <= 4);
      CHECK(some.readiness("sailing", Words{"boat", "snow"}).size() == 2);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::user);
    }
  }
}

TEST_CASE("one word in four is to be mentioned, at most five") {
  const std::vector<std::pair<int, int>> wanted{{1, 1}, {4, 1}, {6, 1}, {10, 2}, {20, 5}, {80, 5}};
  for (const auto& [answer, told] : wanted) CHECK(words_to_mention(answer) == told);
}
