// Exact duplicates are found whatever their case and spacing, within a scope.
#include "udrl/data/dedup.hpp"
#include "catch.hpp"

using namespace udrl::data;

TEST_CASE("A text is new once") {
  SeenTexts seen;
  CHECK(seen.insert("A cosy shop"));
  CHECK_FALSE(seen.insert("A cosy shop"));
  CHECK_FALSE(seen.insert("  a COSY\tshop "));
  CHECK(seen.insert("A cosy ship"));
  CHECK(seen.size() == 2);
}

TEST_CASE("Scopes do not see each other") {
  SeenTexts seen;
  CHECK(seen.insert("A cosy shop", "image"));
  CHECK(seen.insert("A cosy shop", "template"));
  CHECK_FALSE(seen.insert("A cosy shop", "image"));
}
