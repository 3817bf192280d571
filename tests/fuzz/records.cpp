// Lines of shards, as every stage reads them: what is read is written and read again as the same.
#include <sstream>

#include "fuzz.hpp"
#include "udrl/data/fields.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  std::istringstream lines{std::string(fuzz::text_of(data, size))};
  for (std::string line; std::getline(lines, line);) {
    fuzz::expect_error_at_most([&] { (void)data::to_json(data::intent_from_json(data::parse_json(line))); });
    fuzz::expect_error_at_most([&] {
      const std::string once = data::to_line(data::to_json(data::record_from_json(data::parse_json(line))));
      fuzz::require(data::to_line(data::to_json(data::record_from_json(data::parse_json(once)))) == once);
    });
  }
  return 0;
}
