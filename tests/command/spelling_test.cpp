// Answers as a student writes them, and as people read them.
#include "udrl/command/spelling.hpp"

#include <vector>

#include "catch.hpp"

using namespace udrl::command;

TEST_CASE("Answers begin in lower case for the student and with a capital for people") {
  CHECK(as_written("Holiday sale window") == "holiday sale window");
  CHECK(as_written("A cosy shop") == "a cosy shop");
  CHECK(as_written("DIY day") == "DIY day");
  CHECK(as_written("3D render") == "3D render");
  CHECK(as_written("Éclair") == "Éclair");
  CHECK(as_written("") == "");
  CHECK(as_shown("holiday sale") == "Holiday sale");
  CHECK(as_shown("50% off") == "50% off");
}

TEST_CASE("In JSON a space stands before the words of values, so that they are spelt as everywhere else") {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {R"({"subject": "holiday sale", "colors": ["red", "blue"]})",
       R"({"subject": " holiday sale", "colors": [" red", " blue"]})"},
      {R"(["a", "b"])", R"([" a", " b"])"},
      {R"({"n": 3, "b": true, "empty": "", "last": "x"})", R"({"n": 3, "b": true, "empty": "", "last": " x"})"},
      {R"({"quoted": "a \"b\" c", "path": "c:\\"})", R"({"quoted": " a \"b\" c", "path": " c:\\"})"},
      {R"({"nested": {"a" : "b: \"c\""}})", R"({"nested": {"a" : " b: \"c\""}})"}};
  for (const auto& [answer, written] : texts) {
    CHECK(as_written(answer) == written);
    CHECK(as_shown(written) == answer);
  }
  CHECK(as_written(R"(He said "no" to it)") == R"(he said "no" to it)");
}

TEST_CASE("What is not whole yet is spelt the same way") {
  const std::string whole = R"({"subject": "holiday sale", "colors": ["red", "blue"]})";
  const std::string written = as_written(whole);
  for (std::size_t length = 0; length <= written.size(); ++length)
    CHECK(whole.starts_with(as_shown(written.substr(0, length))));
  CHECK(as_written(R"({"subject": "holi)") == R"({"subject": " holi)");
  CHECK(as_written(R"({"subject": ")") == R"({"subject": ")");
}

TEST_CASE("A quote that opens a value is no word") {
  for (const char* word : {"\"", "[\"", "{\""}) CHECK(is_quote_alone(word));
  for (const char* word : {"", "\"a", "a\"", "-", "[", "{\"subject\":"}) CHECK_FALSE(is_quote_alone(word));
}
