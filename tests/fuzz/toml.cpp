// TOML as data, as the options of a stage, and as one value of a command line.
#include "udrl/base/toml.hpp"

#include "base/options/option_text.hpp"
#include "base/options/sample_options.hpp"
#include "fuzz.hpp"
#include "udrl/data/fields.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile file("a.toml");
  const auto& path = file.put(fuzz::text_of(data, size));
  fuzz::expect_error_at_most(
      [&] { (void)detail::read_toml_value(std::string(fuzz::text_of(data, size)), "--teacher.extra"); });
  fuzz::expect_error_at_most([&] { (void)data::parse_json(toml_file_as_json(path)); });
  return fuzz::expect_error_at_most([&] {
    test::Sample sample;
    OptionSet set = test::declare(sample);
    set.read_toml(path);
    set.validate();
    (void)data::parse_json(set.to_json());
  });
}
