// How errors read, and which exit code they carry.
#include "udrl/base/error.hpp"

#include "catch.hpp"

using namespace udrl;

TEST_CASE("an error shows its parts on a line each") {
  const Error error =
      user_error("words is out of range").at("tag.toml:3").expected("1 to 80").got("91").hint("ask for less");
  CHECK(std::string(error.what()) ==
        "tag.toml:3: words is out of range\n"
        "  expected: 1 to 80\n"
        "  got:      91\n"
        "  hint:     ask for less");
  CHECK(error.where() == "tag.toml:3");
  CHECK(error.cure() == "ask for less");
}

TEST_CASE("an error shows only the parts it has") {
  CHECK(std::string(failure("it broke").what()) == "it broke");
  CHECK(std::string(failure("it broke").hint("mend it").what()) == "it broke\n  hint:     mend it");
}

TEST_CASE("an error can be completed after it was made") {
  Error error = failure("it broke");
  error.at("here").got("smoke");
  CHECK(std::string(error.what()) == "here: it broke\n  got:      smoke");
}

TEST_CASE("the kind of an error is its exit code") {
  CHECK(failure("").exit_code() == 1);
  CHECK(user_error("").exit_code() == 2);
  const Error stopped = stopped_error("stopped at record 5", "run the same command again");
  CHECK(stopped.exit_code() == 3);
  CHECK(stopped.cure() == "run the same command again");
}
