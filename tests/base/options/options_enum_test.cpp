// Options that are enumerations: by name everywhere, and refused like any other choice.
#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/options.hpp"

using namespace udrl;
using udrl::test::contains;

namespace {

enum class Speed { slow, fast_enough };
constexpr auto names_of(Speed) { return enum_names("slow", "fast-enough"); }

struct Options {
  Speed speed = Speed::fast_enough;
  std::vector<Speed> others{Speed::slow};
};

OptionSet declare(Options& o) {
  OptionSet set;
  set.add_enum("speed", o.speed, "how fast");
  set.add_enum("others", o.others, "as well");
  return set;
}

}  // namespace

TEST_CASE("names and values of an enumeration belong together") {
  CHECK(to_string(Speed::fast_enough) == "fast-enough");
  CHECK(from_name<Speed>("slow") == Speed::slow);
  CHECK_FALSE(from_name<Speed>("Slow"));
  CHECK(all_names<Speed>() == std::vector<std::string>{"slow", "fast-enough"});
}

TEST_CASE("an enumeration is set, shown and kept by name") {
  Options o;
  OptionSet set = declare(o);
  CHECK(contains(set.help_text(), "fast-enough"));
  CHECK(contains(set.to_json(), "\"speed\": \"fast-enough\""));
  set.parse({"--speed", "slow", "--others", "fast-enough,slow"}, "tool", nullptr);
  set.validate();
  CHECK(o.speed == Speed::slow);
  CHECK(o.others == std::vector<Speed>{Speed::fast_enough, Speed::slow});
  CHECK(contains(set.to_json(), R"("others": ["fast-enough", "slow"])"));
}

TEST_CASE("a name that is none is refused, and changes nothing") {
  Options o;
  OptionSet set = declare(o);
  const auto refused = [&](const std::vector<std::string>& arguments) {
    try {
      set.parse(arguments, "tool", nullptr);
    } catch (const Error& error) {
      return std::string(error.what()) + " " + error.cure();
    }
    return std::string();
  };
  CHECK(contains(refused({"--speed", "slwo"}), "slow"));
  CHECK(contains(refused({"--others", "slow,quick"}), "quick"));
  CHECK(o.speed == Speed::fast_enough);
  CHECK(o.others == std::vector<Speed>{Speed::slow});
}

TEST_CASE("an enumeration that came later is compared only where it is set") {
  Options o;
  OptionSet set;
  set.add_enum("speed", o.speed, "how fast").came_later();
  CHECK_FALSE(contains(set.to_json(false), "speed"));
  o.speed = Speed::slow;  // what it is now, not what it was when it was declared
  CHECK(contains(set.to_json(false), "slow"));
}
