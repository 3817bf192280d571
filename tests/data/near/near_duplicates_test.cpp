// Near duplicates and the external sort they rest on: against all pairs, in any memory. Not for: equal texts.
#include "udrl/data/near_duplicates.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "data/support.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/external_sort.hpp"
#include "udrl/data/near_search.hpp"

using namespace udrl;
using namespace udrl::data;
using namespace udrl::data::testing;

namespace {

/// The set of shingles, as documented: four bytes of " word word ".
std::set<std::string> shingles(const std::string& text) {
  std::set<std::string> out;
  const std::string frame = " " + text + " ";
  for (std::size_t at = 0; at + 4 <= frame.size(); ++at) out.insert(frame.substr(at, 4));
  return out;
}

double jaccard(const std::string& a, const std::string& b) {
  const auto x = shingles(a), y = shingles(b);
  std::vector<std::string> both;
  std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(both));
  return static_cast<double>(both.size()) / static_cast<double>(x.size() + y.size() - both.size());
}

std::string random_text(RandomStream& random, int words) {
  std::string text;
  for (int i = 0; i < words; ++i) {
    if (i > 0) text += ' ';
    for (int letter = 0; letter < 5; ++letter) text += static_cast<char>('a' + random.below(26));
  }
  return text;
}

/// Texts of which every third is an earlier one with a word replaced.
std::vector<std::string> texts_with_variants(int count) {
  RandomStream random(1, "texts");
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) {
    texts.push_back(random_text(random, 12));
    if (i % 3 == 2) texts.back() = texts[random.below(texts.size() - 1)].substr(0, 65) + " other";
  }
  return texts;
}

/// What a search finds of one pair: a band in common, and signatures that are alike.
bool is_near(const NearOptions& options, const std::string& a, const std::string& b) {
  const MinHash hash(options);
  const Signature x = hash.signature(a), y = hash.signature(b);
  const auto bands_x = hash.bands(x), bands_y = hash.bands(y);
  const bool meet =
      std::mismatch(bands_x.begin(), bands_x.end(), bands_y.begin(), std::not_equal_to<>()).first != bands_x.end();
  return meet && MinHash::similarity(x, y) >= options.threshold;
}

}  // namespace

TEST_CASE("An external sort gives every entry once and in order, in any memory") {
  const TempFolder folder;
  const std::size_t memory = GENERATE(std::size_t{1} << 26, std::size_t{4096}, std::size_t{1});
  RandomStream random(7, "sort");
  std::vector<std::tuple<std::uint64_t, std::uint64_t, std::string>> expected;
  {
    ExternalSorter sorter(folder.path(), memory);
    for (std::uint64_t i = 0; i < 500; ++i) {
      const std::string payload(random.below(40), static_cast<char>('a' + i % 26));
      expected.emplace_back(random.below(100), i, payload);
      sorter.add(std::get<0>(expected.back()), i, payload);
    }
    std::sort(expected.begin(), expected.end());
    std::size_t at = 0;
    sorter.drain([&](const ExternalSorter::Entry& entry) {
      REQUIRE(at < expected.size());
      CHECK(std::tuple(entry.key, entry.order, entry.payload) == expected[at++]);
    });
    CHECK(at == expected.size());
  }
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("However many runs there are, few files are open") {
  const TempFolder folder;
  rlimit usual{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
  rlimit few = usual;
  few.rlim_cur = 256;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  std::uint64_t at = 0;
  {
    ExternalSorter sorter(folder.path(), 1);  // each entry is a run
    for (std::uint64_t i = 0; i < 1500; ++i) sorter.add(i * 7 % 1500, 0, std::to_string(i));
    sorter.drain([&](const ExternalSorter::Entry& entry) { CHECK(entry.key == at++); });
  }
  ::setrlimit(RLIMIT_NOFILE, &usual);
  CHECK(at == 1500);
}

TEST_CASE("MinHash estimates the Jaccard similarity") {
  NearOptions options;
  options.bands = 128;
  const MinHash hash(options);
  const auto texts = texts_with_variants(60);
  for (std::size_t i = 0; i < texts.size(); i += 3) {
    for (std::size_t j = 0; j < texts.size(); j += 2) {
      const double estimate = MinHash::similarity(hash.signature(texts[i]), hash.signature(texts[j]));
      CHECK(estimate == Approx(jaccard(texts[i], texts[j])).margin(0.1));  // 512 hashes: more than 4 standard errors
    }
  }
  CHECK(MinHash::similarity(hash.signature("Holiday  sale!"), hash.signature("holiday sale")) == 1.0);
  CHECK(hash.signature("").size() == 512);
}

TEST_CASE("The finder on disk drops what all pairs would") {
  const TempFolder folder;
  NearOptions options;
  options.threshold = 0.6;
  const auto texts = texts_with_variants(300);

  NearFinder finder(options, folder.path());
  for (const std::string& text : texts) finder.add(text);
  std::map<std::uint64_t, std::uint64_t> found;
  for (const auto& duplicate : finder.find()) {
    CHECK(duplicate.of < duplicate.item);
    CHECK(found.count(duplicate.of) == 0);  // what it resembles is kept
    CHECK(duplicate.similarity >= options.threshold);
    found[duplicate.item] = duplicate.of;
  }

  int expected = 0, agreed = 0;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const bool near = std::any_of(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(i),
                                  [&](const std::string& other) { return jaccard(texts[i], other) > 0.75; });
    const bool far = std::none_of(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(i),
                                  [&](const std::string& other) { return jaccard(texts[i], other) > 0.4; });
    const bool like_a_kept_one = std::any_of(
        kept.begin(), kept.end(), [&](std::size_t other) { return is_near(options, texts[i], texts[other]); });
    CHECK(like_a_kept_one == (found.count(i) > 0));
    expected += near ? 1 : 0;
    agreed += near && found.count(i) > 0 ? 1 : 0;
    if (far) CHECK(found.count(i) == 0);
    if (!like_a_kept_one) kept.push_back(i);
  }
  REQUIRE(expected > 30);
  CHECK(agreed == expected);
}

TEST_CASE("Texts are held against references of their scope alone") {
  const TempFolder folder;
  NearOptions options;
  options.threshold = 0.6;
  const auto texts = texts_with_variants(300);
  const auto side_of = [](std::uint64_t item) -> std::optional<Side> {
    if (item % 7 == 6) return std::nullopt;
    return Side{item % 2, item % 5 < 2};
  };
  const MinHash hash(options);
  SignatureFile signatures(options, folder.path());
  for (const std::string& text : texts) signatures.append(hash.signature(text));
  std::vector<std::uint64_t> found;
  find_near_references(signatures, side_of, [&](std::uint64_t item) { found.push_back(item); });

  std::vector<std::uint64_t> expected;
  for (std::uint64_t i = 0; i < texts.size(); ++i) {
    bool near = false;
    for (std::uint64_t other = 0; other < texts.size(); ++other) {
      const auto a = side_of(i), b = side_of(other);
      near = near || (a && b && !a->is_reference && b->is_reference && a->scope == b->scope &&
                      is_near(options, texts[i], texts[other]));
    }
    if (near) expected.push_back(i);
  }
  CHECK(expected.size() > 10);
  CHECK(found == expected);
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("Entries on disk are read, changed and gone through by number") {
  const TempFolder folder;
  constexpr std::uint64_t count = 100'000;  // more than a buffer
  EntryFile file(folder.path(), sizeof(std::uint64_t));
  const auto bytes = [](auto& value) { return std::as_writable_bytes(std::span(&value, 1)); };
  for (std::uint64_t i = 0; i < count; ++i) file.append(bytes(i));
  std::uint64_t value = 77;
  file.change(5, 0, bytes(value));
  file.append(bytes(value));
  file.update([&](std::uint64_t number, std::span<std::byte> entry) {
    const std::uint64_t changed = 2 * number;
    if (number == 90'000) std::memcpy(entry.data(), &changed, sizeof changed);
  });
  file.read(90'000, bytes(value));
  CHECK(value == 180'000);
  std::uint64_t next = 0, wrong = 0;
  file.for_each([&](std::uint64_t number, std::span<const std::byte> entry) {
    std::memcpy(&value, entry.data(), sizeof value);
    const std::uint64_t expected = number == 5 || number == count ? 77 : number == 90'000 ? 180'000 : number;
    wrong += number == next++ && value == expected ? 0 : 1;
  });
  CHECK(wrong == 0);
  CHECK(next == file.size());
  CHECK(fs::is_empty(folder.path()));
}
