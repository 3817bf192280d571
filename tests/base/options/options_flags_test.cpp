// Flags: every type, every refusal, the help text, and the nearest name.
#include <stdexcept>

#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "sample_options.hpp"
#include "udrl/base/options.hpp"

using namespace udrl;
using namespace udrl::test;

namespace {

using Arguments = std::vector<std::string>;

Sample parsed(const Arguments& arguments) {
  Sample o;
  OptionSet set = declare(o);
  REQUIRE(set.parse(arguments, "tool", nullptr));
  set.validate();
  return o;
}

std::string refused(const Arguments& arguments) {
  Sample o;
  OptionSet set = declare(o);
  return error_of([&] {
    set.parse(arguments, "tool", nullptr);
    set.validate();
  });
}

}  // namespace

TEST_CASE("flags set every type of option") {
  const Sample o = parsed({"--resume",        "--no-mask",   "--bins",         "7",
                           "--offset",        "-5",          "--seed",         "18446744073709551615",
                           "--learning-rate", "3e-4",        "--kind",         "global",
                           "--name",          "a, b # c",    "--input",        "x/y",
                           "--tasks",         "story,image", "--temperatures", "0.5,1.25",
                           "--layers",        "0,3,6",       "--weights",      "relevance=1,copying=0.5",
                           "--model.slots",   "8",           "--threads",      "9"});
  CHECK(o.resume);
  CHECK_FALSE(o.mask);
  CHECK(o.bins == 7);
  CHECK(o.offset == -5);
  CHECK(o.seed == 18446744073709551615u);
  CHECK(o.rate == 3e-4);
  CHECK(o.kind == "global");
  CHECK(o.name == "a, b # c");
  CHECK(o.input == "x/y");
  CHECK(o.tasks == Arguments{"story", "image"});
  CHECK(o.temperatures == std::vector<double>{0.5, 1.25});
  CHECK(o.layers == std::vector<int>{0, 3, 6});
  CHECK(o.weights == std::map<std::string, double>{{"relevance", 1}, {"copying", 0.5}});
  CHECK(o.slots == 8);
  CHECK(o.threads == 9);
}

TEST_CASE("no flags leave the defaults") {
  const Sample o = parsed({});
  CHECK(o.bins == 5);
  CHECK(o.tasks.size() == 2);
  CHECK(o.mask);
}

TEST_CASE("a value may follow an equals sign") {
  const Sample o =
      parsed({"--bins=3", "--name=x=y", "--weights=judge=2", "--resume=true", "--mask=false", "--offset=-9"});
  CHECK(o.bins == 3);
  CHECK(o.name == "x=y");
  CHECK(o.weights == std::map<std::string, double>{{"judge", 2}});
  CHECK(o.resume);
  CHECK_FALSE(o.mask);
  CHECK(o.offset == -9);
}

TEST_CASE("an empty value is a value") {
  const Sample o = parsed({"--name=", "--tasks", "", "--bins", "3"});
  CHECK(o.name.empty());
  CHECK(o.tasks.empty());
  CHECK(o.bins == 3);
}

TEST_CASE("texts keep brackets and quotes and leading dashes") {
  CHECK(parsed({"--name", "[a,b]"}).name == "[a,b]");
  CHECK(parsed({"--name", "\"q\""}).name == "\"q\"");
  CHECK(parsed({"--name", "'q'"}).name == "'q'");
  CHECK(parsed({"--name", "-x"}).name == "-x");
  CHECK(parsed({"--name", "{}"}).name == "{}");
  CHECK(parsed({"--name", "%%"}).name == "%%");
}

TEST_CASE("a list may be given by repeating its flag") {
  CHECK(parsed({"--tasks", "story", "--tasks", "image,template"}).tasks == Arguments{"story", "image", "template"});
}

TEST_CASE("a one-letter flag stands for its option") {
  CHECK(parsed({"-n", "9"}).draws == 9);
  CHECK(parsed({"-n9"}).draws == 9);
  CHECK(parsed({"-n=9"}).draws == 9);
  CHECK(parsed({"--draws", "9"}).draws == 9);
}

TEST_CASE("a name of one letter is a one-letter flag") {
  int n = 0;
  bool x = true;
  OptionSet set;
  set.add("n", n, "");
  set.add("x", x, "");
  set.parse({"-n", "3", "--no-x"}, "tool", nullptr);
  CHECK(n == 3);
  CHECK_FALSE(x);
}

TEST_CASE("an unknown flag is refused with the nearest known one") {
  CHECK(contains(refused({"--bin", "3"}), "2 unknown flag \"--bin\"\n  hint:     did you mean --bins?"));
  CHECK(contains(refused({"--learning_rate=0.1"}), "did you mean --learning-rate?"));
  CHECK(contains(refused({"--slots", "3"}), "did you mean --model.slots?"));
  CHECK(contains(refused({"--zzzzzzzz"}), "--help lists"));
}

TEST_CASE("an argument that belongs to no flag is refused") {
  CHECK(contains(refused({"tag"}), "2 unexpected argument \"tag\""));
  CHECK(contains(refused({"--tasks", "image", "story"}), "unexpected argument \"story\""));
}

TEST_CASE("a wrong type is refused with what was expected") {
  CHECK(refused({"--bins", "many"}) ==
        "2 --bins: bins has the wrong type\n  expected: a whole number\n  got:      \"many\"");
  CHECK(contains(refused({"--bins", "2.5"}), "got:      2.5"));
  CHECK(contains(refused({"--bins", "3x"}), "wrong type"));
  CHECK(contains(refused({"--learning-rate", "fast"}), "expected: a number"));
  CHECK(contains(refused({"--resume=maybe"}), "resume"));
  CHECK(contains(refused({"--layers", "1,two"}), "a list, each a whole number"));
  CHECK(contains(refused({"--weights", "relevance"}), "hint:     write name=number"));
  CHECK(contains(refused({"--weights", "relevance=big"}), "a table of numbers"));
}

TEST_CASE("a value out of range is refused with the range") {
  CHECK(refused({"--bins", "11"}) == "2 --bins: bins is out of range\n  expected: 1 to 10\n  got:      11");
  CHECK(contains(refused({"--bins", "99999999999"}), "bins is out of range"));
  CHECK(contains(refused({"--seed", "-1"}), "expected: 0 to 18446744073709551615"));
  CHECK(contains(refused({"--temperatures", "0.5,2.5"}), "got:      2.5"));
  CHECK(contains(refused({"--weights", "judge=11"}), "got:      11"));
  CHECK(contains(refused({"--learning-rate", "nan"}), "out of range"));
  CHECK(contains(refused({"--learning-rate", "inf"}), "out of range"));
}

TEST_CASE("a value that is no choice is refused with the nearest one") {
  CHECK(
      refused({"--kind", "globl"}) ==
      "2 --kind: kind cannot be \"globl\"\n  expected: one of advantage, global\n  hint:     did you mean \"global\"?");
  CHECK(contains(refused({"--tasks", "image,poem"}), "tasks cannot be \"poem\""));
  CHECK(contains(refused({"--weights", "beauty=1"}), "weights cannot be \"beauty\""));
}

TEST_CASE("a flag without its value is refused") {
  CHECK(contains(refused({"--resume", "--bins"}), "2 --bins: no value is given"));
  CHECK(contains(refused({"--bins="}), "got:      \"\""));
  CHECK(contains(refused({"-n"}), "2 -n: no value is given"));
  CHECK(contains(refused({"--name", "--bins", "3"}), "--name: no value is given"));
}

TEST_CASE("a flag given twice is refused") { CHECK(contains(refused({"--bins", "3", "--bins", "4"}), "given twice")); }

TEST_CASE("a flag that is refused changes nothing") {
  Sample o;
  OptionSet set = declare(o);
  CHECK_THROWS_AS(set.parse({"--temperatures", "1,5"}, "tool", nullptr), Error);
  CHECK(o.temperatures == std::vector<double>{0.7, 1});
}

TEST_CASE("all required options that are missing are named at once") {
  std::string output;
  std::filesystem::path input;
  int words = 0;
  OptionSet set;
  set.add("output", output, "").required();
  set.add("input_folder", input, "").required();
  set.add("words", words, "").required();
  CHECK(contains(error_of([&] { set.validate(); }), "2 not given: --output, --input-folder, --words"));
  set.parse({"--output", "x", "--words", "0"}, "tool", nullptr);
  CHECK(contains(error_of([&] { set.validate(); }), "not given: --input-folder\n"));
  input = "set by the program";
  CHECK(error_of([&] { set.validate(); }) == "nothing thrown");
}

TEST_CASE("defaults are checked too") {
  int words = 99;
  OptionSet set;
  set.add("words", words, "").range(1, 80);
  CHECK(contains(error_of([&] { set.validate(); }), "2 default: words is out of range"));
}

TEST_CASE("an optional choice may stay empty") {
  std::string pooling;
  OptionSet set;
  set.add("pooling", pooling, "").choices({"mean", "last"});
  CHECK(error_of([&] { set.validate(); }) == "nothing thrown");
}

TEST_CASE("declaring a name twice is a bug") {
  int a = 0;
  OptionSet set;
  set.add("a", a, "");
  CHECK_THROWS_AS(set.add("a", a, ""), std::logic_error);
  CHECK_THROWS_AS(set.add("config", a, ""), std::logic_error);
}

TEST_CASE("a set can be moved and keeps its targets") {
  Sample o;
  OptionSet set = declare(o);
  OptionSet moved = std::move(set);
  moved.parse({"--bins", "2"}, "tool", nullptr);
  CHECK(o.bins == 2);
}

TEST_CASE("help shows flags with defaults and ranges in two columns") {
  Sample o;
  OptionSet set = declare(o);
  std::string help;
  CHECK_FALSE(set.parse({"--bins", "3", "--help"}, "udrl-distill tag", &help));
  CHECK(contains(help, "Usage: udrl-distill tag [options]\n"));
  CHECK(contains(help, "  --bins N                    how many return bins (1 to 10; default 5)\n"));
  CHECK(contains(help, "one of advantage, global; default advantage"));
  CHECK(contains(help, "  -n, --draws N"));
  CHECK(contains(help, "on by default; --no-mask turns it off"));
  CHECK(contains(help, "default relevance=1)"));
  CHECK(contains(help, "default 0.7,1)"));
  CHECK(contains(help, "\nOptions [model]:\n  --model.slots N"));
  CHECK(contains(help, "--config FILE"));
}

TEST_CASE("help is wrapped at a hundred columns") {
  int n = 0;
  OptionSet set;
  std::string words;
  for (int i = 0; i < 60; ++i) words += "wörd ";
  set.add("a_name_that_is_rather_long_for_its_column", n, words);
  std::istringstream lines(set.help_text());
  for (std::string line; std::getline(lines, line);)
    CHECK(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }) <= 100);
}

TEST_CASE("help needs no required option") {
  std::string output, help;
  OptionSet set;
  set.add("output", output, "where to").required();
  CHECK_FALSE(set.parse({"-h"}, "tool", &help));
  CHECK(contains(help, "where to (required)"));
}

TEST_CASE("the nearest word is found by edits and by parts") {
  const Arguments words{"bins", "max_tokens", "model.slots", "temperature"};
  CHECK(nearest("bin", words) == "bins");
  CHECK(nearest("bnis", words) == "bins");
  CHECK(nearest("max-token", words) == "max_tokens");
  CHECK(nearest("MAX_TOKENS", words) == "max_tokens");
  CHECK(nearest("slots", words) == "model.slots");
  CHECK(nearest("modle.slots", words) == "model.slots");
  CHECK(nearest("temp", words) == "temperature");
  CHECK(nearest("quantization", words).empty());
  CHECK(nearest("", words).empty());
  CHECK(nearest("bins", {}).empty());
  CHECK(nearest("", {"n"}).empty());
  CHECK(nearest("m", {"n"}).empty());
}
