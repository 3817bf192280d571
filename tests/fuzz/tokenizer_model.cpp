// tokenizer.model, which sentencepiece reads; then text through it, there and back, and commands, which it may lack.
#include "fuzz.hpp"
#include "udrl/student/tokenizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  return fuzz::expect_error_at_most([&] {
    const auto tokenizer = student::Tokenizer::from_bytes(std::string(fuzz::text_of(data, size)), "tokenizer.model");
    for (const char* text : {" holiday sale", "\xE2\x9F\xA8gen\xE2\x9F\xA9 \xF0\x9F\x8E\x84", "", "\xFF\xC3"})
      (void)tokenizer.decode(tokenizer.encode(text));
    for (const char* commands : {"\xE2\x9F\xA8gen\xE2\x9F\xA9", "\xE2\x9F\xA8s\xE2\x9F\xA9\xE2\x9F\xA8none"})
      fuzz::expect_error_at_most([&] {
        (void)tokenizer.decode(tokenizer.encode(lm::Prompt{{commands, true}, {"sale", false}}));
      });
  });
}
