// tokenizer.json, of which a tokenizer.model is made again.
#include "fuzz.hpp"
#include "udrl/student/tokenizer_import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  return fuzz::expect_error_at_most(
      [&] { (void)student::tokenizer_model_from_json(fuzz::text_of(data, size), "tokenizer.json"); });
}
