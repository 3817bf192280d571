// The header of a GGUF file, before llama.cpp loads it. Its reader is llama.cpp's own, compiled here to be watched.
#include "fuzz.hpp"
#include "lm/gguf/file.hpp"
#include "lm/llama/processor_check.hpp"

/// Of all that llama.cpp is started with, only the trial of the processor, a program of its own, is left out.
void udrl::lm::check_processor() {}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile file("a.gguf");
  return fuzz::expect_error_at_most([&] { lm::check_gguf_file(file.put(fuzz::text_of(data, size))); });
}
