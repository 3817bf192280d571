// The self-test of llama.cpp's products, and the key of a processor. Not for: its process
// (tests/tools/self_test_test.sh).
#include "llama/product_check.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>

#include "catch.hpp"
#include "llama/processor_check.hpp"

using namespace udrl::lm;

TEST_CASE("Products of every type of weights are right on this processor") {
  const auto checks = check_products();
  CHECK(wrong_products(checks).empty());
  std::set<std::string> types;
  for (const auto& one : checks) types.insert(one.type);
  for (const char* type :
       {"f32", "f16", "bf16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q2_K", "q3_K", "q4_K", "q5_K", "q6_K"})
    CHECK(types.count(type) == 1);
}

TEST_CASE("A wrong product is named, one that is not a number too") {
  const ProductCheck right{"q4_K", "CPU", 1, 0.004}, wrong{"q4_K", "AMX", 5, 0.7},
      none{"f16", "CPU", 1, std::numeric_limits<double>::quiet_NaN()};
  CHECK(right.is_right());
  CHECK_FALSE(wrong.is_right());
  CHECK_FALSE(none.is_right());
  CHECK(wrong_products({right}).empty());
  CHECK(wrong_products({right, wrong}) == "q4_K in AMX, 5 columns: error 0.7");
}

TEST_CASE("A processor's key is its instruction sets, in any order and however often") {
  const std::string key = processor_key("x86_64", "processor\t: 0\nflags\t\t: avx2 fma\nbugs\t: x\n");
  CHECK(key.size() == 12);
  CHECK(key == processor_key("x86_64", "flags : fma avx2 fma\n"));
  CHECK(key != processor_key("x86_64", "flags : avx2 fma amx_tile\n"));
  CHECK(key != processor_key("aarch64", "flags : avx2 fma\n"));
  CHECK(processor_key("aarch64", "Features\t: asimd sve\n") == processor_key("aarch64", "Features : sve asimd"));
}
