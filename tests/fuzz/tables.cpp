// Text and tables as other programs wrote them; the first byte says which.
#include "fuzz.hpp"
#include "udrl/data/csv.hpp"
#include "udrl/data/text_lines.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile file("table.csv");
  if (size == 0) return 0;
  const auto text = fuzz::text_of(data + 1, size - 1);
  const auto& path = file.put(text);
  constexpr char delimiters[] = {',', ';', '\t'};
  fuzz::expect_error_at_most([&] {
    const std::string whole = data::read_text(path);
    (void)data::delimiter_of(whole.substr(0, whole.find('\n')), "intent");
  });
  return fuzz::expect_error_at_most([&] {
    data::TableReader rows(path, delimiters[data[0] % 3]);
    for (std::vector<std::string> fields; rows.next(fields);)
      for (const std::string& field : fields) fuzz::require(!data::csv_cell(data::plain_cell(field)).empty());
  });
}
