// A user's own list of intents: the first byte says what the file is called.
#include "distill/intents/sources.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile text("a.txt"), csv("a.csv"), tsv("a.TSV"), lines("a.jsonl"), json("a.json"), gz("a.csv.gz"),
      other("a");
  static fuzz::ScratchFile* const files[] = {&text, &csv, &tsv, &lines, &json, &gz, &other};
  if (size == 0) return 0;
  const auto& path = files[data[0] % std::size(files)]->put(fuzz::text_of(data + 1, size - 1));
  return fuzz::expect_error_at_most(
      [&] { distill::intents_from_file(path, [](const data::Intent& intent) { (void)data::to_json(intent); }); });
}
