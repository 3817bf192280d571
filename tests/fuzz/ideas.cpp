// A table of ideas (ideas.safetensors): what loads proposes words, and its figures are figures.
#include "udrl/student/ideas.hpp"

#include <cmath>
#include <set>

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile file("ideas.safetensors");
  return fuzz::expect_error_at_most([&] {
    const student::Ideas ideas = student::Ideas::load(file.put(fuzz::text_of(data, size)));
    RandomStream random(1, "fuzz");
    for (const char* task : {"image", "fields"}) {
      const auto words = ideas.propose({"boat harbor sale", task, 4, 1}, random);
      fuzz::require(words.size() <= 4);
      fuzz::require(std::set<std::string>(words.begin(), words.end()).size() == words.size());
      for (const double one : ideas.readiness("boat harbor sale", words)) fuzz::require(std::isfinite(one));
    }
  });
}
