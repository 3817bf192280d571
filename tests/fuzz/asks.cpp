// Asks of a file: told by its first line, named as JSON lines that must say their task, named as the
// table that it must not be.
#include "fuzz.hpp"
#include "udrl/inference/ask_lines.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile told("asks"), named("asks.jsonl"), table("asks.csv");
  for (auto* file : {&told, &named, &table})
    fuzz::expect_error_at_most([&] {
      const std::vector<std::string> tasks{"image", "headline"};
      inference::AskLines lines(file->put(fuzz::text_of(data, size)), {},
                                file == &named ? std::vector<std::string>{} : tasks);
      while (lines.next()) {
      }
    });
  return 0;
}
