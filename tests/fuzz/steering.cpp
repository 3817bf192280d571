// steering.json, and the words that are looked up in it.
#include "fuzz.hpp"
#include "udrl/command/certificate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile file("steering.json");
  return fuzz::expect_error_at_most([&] {
    const auto certificate = command::load_certificate(file.put(fuzz::text_of(data, size)));
    for (const auto& curve : certificate.curves) (void)certificate.words_to_ask(curve.task, 18);
  });
}
