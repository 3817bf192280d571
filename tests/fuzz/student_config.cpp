// config.json of a checkpoint, and the tensors that it implies.
#include "udrl/student/config.hpp"

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  return fuzz::expect_error_at_most(
      [&] { (void)student::config_from_json(fuzz::text_of(data, size), "config.json").parameter_count(); });
}
