// critic.json: what loads says a figure of any state of its width.
#include "udrl/student/critic.hpp"

#include <cmath>

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile file("critic.json");
  return fuzz::expect_error_at_most([&] {
    const student::Critic critic = student::load_critic(file.put(fuzz::text_of(data, size)));
    const std::vector<float> zeros(critic.state.size(), 0.0F);
    fuzz::require(critic.worth(0, zeros) == 0);
  });
}
