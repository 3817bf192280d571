// Cells of CSV, there and back.
#include "udrl/data/csv.hpp"

#include <fstream>
#include <vector>

#include "base/files/temp_folder.hpp"
#include "catch.hpp"
#include "udrl/data/text_lines.hpp"

using namespace udrl::data;

TEST_CASE("any text comes back from a cell, and none begins as a formula does") {
  const udrl::test::TempFolder folder;
  const std::vector<std::string> texts = {"plain", "a, b; c", "say \"no\"", "two\nlines", "",     "=HYPERLINK(\"x\")",
                                          "+1",    "-1",      "@SUM(A1)",   "\tcell",     "'tis", "'=quoted",
                                          "''",    "\"",      "ünïcode"};
  const auto file = folder.path() / "cells.csv";
  {
    std::ofstream out(file);
    for (const std::string& text : texts) out << csv_cell(text) << "," << csv_cell(text) << "\n";
  }
  TableReader reader(file, ',');
  std::vector<std::string> fields;
  for (const std::string& text : texts) {
    REQUIRE(reader.next(fields));
    REQUIRE(fields.size() == 2);
    CHECK(plain_cell(fields[0]) == text);
    CHECK(plain_cell(fields[1]) == text);
    CHECK((fields[0].empty() || std::string("=+-@\t\r").find(fields[0].front()) == std::string::npos));
  }
  CHECK_FALSE(reader.next(fields));
}

TEST_CASE("a cell that no guard was put before stays as it is") {
  CHECK(plain_cell("A") == "A");
  CHECK(plain_cell("'A") == "'A");
  CHECK(plain_cell("=1") == "=1");
}

TEST_CASE("the delimiter is the one under which the header holds the column") {
  CHECK(delimiter_of("id,rating", "rating") == ',');
  CHECK(delimiter_of("id;\"Rating\"", "rating") == ';');
  CHECK(delimiter_of("id\trating", "rating") == '\t');
  CHECK_FALSE(delimiter_of("id,words", "rating"));
}
