// Asks of a file, as text or as JSON lines.
#include "fuzz.hpp"
#include "udrl/inference/ask_lines.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile file("asks");
  return fuzz::expect_error_at_most([&] {
    inference::AskLines lines(file.put(fuzz::text_of(data, size)), {}, {"image", "headline"});
    while (lines.next()) {
    }
  });
}
