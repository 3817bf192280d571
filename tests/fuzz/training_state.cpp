// Where a training run stands: what is read is written, and read again, as the same.
#include "fuzz.hpp"
#include "train/run/state.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  return fuzz::expect_error_at_most([&] {
    const train::TrainingState state = train::state_from_json_text(std::string(fuzz::text_of(data, size)), "a state");
    const std::string text = train::to_json_text(state);
    fuzz::require(train::to_json_text(train::state_from_json_text(text, "a state")) == text);
  });
}
