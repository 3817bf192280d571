// manifest.json of a folder, and what is compared of it.
#include "udrl/data/manifest.hpp"

#include "fuzz.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/shares.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  return fuzz::expect_error_at_most([&] {
    const data::Manifest manifest = data::manifest_from_json(data::parse_json(fuzz::text_of(data, size)));
    const data::Json once = data::to_json(manifest);
    fuzz::require(data::differences(manifest, data::manifest_from_json(once)).empty());
    (void)data::differences(manifest, {});
    data::require_whole(manifest);
  });
}
