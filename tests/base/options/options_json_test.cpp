// The resolved config: complete, sorted, and read back to the same values.
#include <limits>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "sample_options.hpp"
#include "udrl/base/options.hpp"

using namespace udrl;
using namespace udrl::test;
using nlohmann::json;

TEST_CASE("the resolved config holds every option") {
  Sample o;
  OptionSet set = declare(o);
  set.parse({"--bins", "7", "--weights", "judge=0.5,copying=2"}, "tool", nullptr);
  const json config = json::parse(set.to_json());
  CHECK(config.size() == 17);
  CHECK(config["bins"] == 7);
  CHECK(config["resume"] == false);
  CHECK(config["model.slots"] == 32);
  CHECK(config["kind"] == "advantage");
  CHECK(config["input"] == "data/scored");
  CHECK(config["tasks"] == json({"image", "template"}));
  CHECK(config["temperatures"] == json({0.7, 1.0}));
  CHECK(config["weights"] == json({{"judge", 0.5}, {"copying", 2.0}}));
}

TEST_CASE("what cannot change the output can be left out") {
  Sample o;
  const OptionSet set = declare(o);
  CHECK(json::parse(set.to_json(true)).contains("threads"));
  CHECK_FALSE(json::parse(set.to_json(false)).contains("threads"));
}

TEST_CASE("an option that came later is compared only where it is used") {
  Sample o;
  OptionSet set = declare(o);
  CHECK(json::parse(set.to_json(true))["kept"] == "file");
  set.parse({"--kept", "file"}, "tool", nullptr);
  CHECK_FALSE(json::parse(set.to_json(false)).contains("kept"));
  set.parse({"--kept", "bf16"}, "tool", nullptr);
  CHECK(json::parse(set.to_json(false))["kept"] == "bf16");
}

TEST_CASE("numbers in the resolved config read back exactly") {
  const double value = GENERATE(0.1, 1.0 / 3, 3e-4, 1e22, -2.5, 0.0, 5e-324, 1.7976931348623157e308, 123456789.0);
  double target = value;
  OptionSet set;
  set.add("x", target, "");
  const json config = json::parse(set.to_json());
  CHECK(config["x"].is_number_float());
  CHECK(config["x"].get<double>() == value);
}

TEST_CASE("the largest integers read back exactly") {
  std::uint64_t seed = std::numeric_limits<std::uint64_t>::max();
  std::int64_t offset = std::numeric_limits<std::int64_t>::min();
  OptionSet set;
  set.add("seed", seed, "");
  set.add("offset", offset, "");
  const json config = json::parse(set.to_json());
  CHECK(config["seed"].get<std::uint64_t>() == seed);
  CHECK(config["offset"].get<std::int64_t>() == offset);
}

TEST_CASE("texts in the resolved config read back exactly") {
  std::string text = "quote \" back \\ line\n tab\t bell\x07 ⟨ü⟩";
  OptionSet set;
  set.add("text", text, "");
  CHECK(json::parse(set.to_json())["text"].get<std::string>() == text);
}

TEST_CASE("keys are sorted and equal values give equal bytes") {
  int a = 1, b = 2;
  OptionSet one, other;
  one.add("b", b, "");
  one.add("a", a, "");
  other.add("a", a, "");
  other.add("b", b, "");
  CHECK(one.to_json() == other.to_json());
  CHECK(one.to_json() == "{\n  \"a\": 1,\n  \"b\": 2\n}");
  CHECK(OptionSet().to_json() == "{}");
}
