// Exact duplicates are found whatever their case and spacing, within a scope, and by owner.
#include "udrl/data/dedup.hpp"

#include <map>

#include "catch.hpp"
#include "data/support.hpp"

using namespace udrl::data;
using namespace udrl::data::testing;

TEST_CASE("Texts are equal whatever their case and spacing, in one scope") {
  CHECK(text_key("A cosy shop") == text_key("  a COSY\tshop "));
  CHECK(text_key("A cosy shop") != text_key("A cosy ship"));
  CHECK(text_key("A cosy shop", "image") == text_key("a cosy shop", "image"));
  CHECK(text_key("A cosy shop", "image") != text_key("A cosy shop", "template"));
}

TEST_CASE("The first of equal texts is no duplicate, and others know whether their owner had it") {
  const TempFolder folder;
  DuplicateFinder finder(folder.path());
  const auto add = [&](std::uint64_t number, const char* text, std::uint32_t owner) {
    finder.add(number, text_key(text), owner);
  };
  add(0, "A cosy shop", 1);
  add(1, "Another", 1);
  add(2, "a cosy shop", 2);
  add(3, "A COSY SHOP", 2);
  add(7, "a cosy  shop", 1);
  add(9, "another shop", 1);
  std::map<std::uint64_t, bool> found;
  finder.find([&](std::uint64_t number, bool same_owner) { found[number] = same_owner; });
  CHECK(found == std::map<std::uint64_t, bool>{{2, false}, {3, true}, {7, true}});
}
