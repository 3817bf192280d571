// JSON from outside: what is read is written and read again as the same.
#include "fuzz.hpp"
#include "udrl/data/fields.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  const auto text = fuzz::text_of(data, size);
  return fuzz::expect_error_at_most([&] {
    (void)data::ordered_json_or_discarded(text);
    (void)data::is_json(text);
    const std::string line = data::json_line(data::parse_json(text));
    fuzz::require(data::json_line(data::parse_json(line)) == line);
    fuzz::require(!data::json_or_discarded(text).is_discarded());
  });
}
