// Ids are told apart as a set of texts tells them, in a fifth of its memory.
#include "udrl/data/id_numbers.hpp"

#include <map>
#include <string>

#include "catch.hpp"
#include "udrl/base/files.hpp"

using udrl::content_id;
using udrl::data::IdNumbers;

namespace {

/// Of every shape: content_ids, numbers in a row as hexadecimal digits, other texts.
std::string id_of(int number) {
  const std::string digits = std::to_string(number);
  if (number % 3 == 0) return content_id({digits});
  if (number % 3 == 1) return std::string(32 - digits.size(), '0') + digits;
  return "by hand " + digits;
}

}  // namespace

TEST_CASE("Each id has the number of its first appearance, whatever its shape") {
  IdNumbers ids;
  std::map<std::string, std::uint32_t> expected;
  bool as_expected = true;
  for (int i = 0; i < 30'000; ++i) {
    const std::string id = id_of(i % 2 == 0 ? i : i / 3);  // many again
    const auto [entry, is_new] = expected.emplace(id, static_cast<std::uint32_t>(expected.size()));
    as_expected = as_expected && ids.contains(id) != is_new;
    as_expected = as_expected && ids.add(id) == std::pair(entry->second, is_new);
  }
  CHECK(as_expected);
  CHECK(ids.size() == expected.size());
  bool all_found = true;
  for (const auto& [id, number] : expected) all_found = all_found && ids.find(id) == number;
  CHECK(all_found);
  for (int i = 30'000; i < 31'000; ++i) all_found = all_found && !ids.contains(id_of(i));
  CHECK(all_found);
}

TEST_CASE("Ids that differ in one digit, in case or in length are different ones") {
  const std::string zeros(32, '0'), id = content_id({"holiday sale"});
  std::string upper = id;
  for (char& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  IdNumbers ids;
  CHECK_FALSE(ids.contains(zeros));
  std::uint32_t number = 0;
  for (const std::string& other : {id, zeros, zeros.substr(1) + "1", "1" + zeros.substr(1), zeros.substr(1),
                                   zeros + "0", upper, id + " ", std::string()}) {
    INFO(other);
    CHECK_FALSE(ids.contains(other));
    const auto [given, is_new] = ids.add(other);
    CHECK(given == number);
    CHECK(is_new);
    ++number;
  }
  CHECK(ids.find(id) == 0U);
  CHECK(ids.find("") == 8U);
  CHECK(ids.size() == 9);
}

TEST_CASE("An id takes at most 30 bytes") {
  IdNumbers ids;
  for (int i = 0; i < 200'000; ++i) ids.add(content_id({std::to_string(i)}));
  REQUIRE(ids.size() == 200'000);
  const double each = static_cast<double>(ids.bytes()) / static_cast<double>(ids.size());
  INFO(each << " bytes an id");
  CHECK(each < 30);
  CHECK(each > 20);
}
