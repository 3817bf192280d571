// Shards, plain or gzipped. Half of the changes are made to what is packed: else a checksum would stop them all.
#include <zlib.h>

#include <random>

#include "fuzz.hpp"
#include "udrl/data/gzip.hpp"
#include "udrl/data/shards.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

/// At most as much as an input may have; "" where it is not gzip.
std::string unpacked(const std::uint8_t* data, std::size_t size, std::size_t most) {
  z_stream stream{};
  std::string out(most, '\0');
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return {};
  stream.next_in = const_cast<Bytef*>(data);
  stream.avail_in = static_cast<uInt>(size);
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  inflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  std::minstd_rand random(seed);
  std::string inside = random() % 2 == 0 ? std::string() : unpacked(data, size, most);
  if (inside.empty()) return LLVMFuzzerMutate(data, size, most);
  const std::size_t length = inside.size();
  inside.resize(most);
  inside.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(inside.data()), length, most));
  const std::string packed = udrl::data::gzipped(inside);
  if (packed.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::copy(packed.begin(), packed.end(), data);
  return packed.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile plain("part-00000.jsonl"), packed("part-00000.jsonl.gz");
  auto& file = size > 0 && data[0] == 0x1F ? packed : plain;
  const auto& path = file.put(fuzz::text_of(data, size));
  fuzz::expect_error_at_most([&] { (void)data::read_intents(path); });
  fuzz::expect_error_at_most([&] {
    data::JsonLinesReader lines(path, {true, file.folder() / "rejects.jsonl"});
    while (lines.next()) fuzz::require(!lines.position().empty());
    (void)lines.rejected();
  });
  fuzz::expect_error_at_most([&] { (void)data::read_records(path, {true, file.folder() / "rejects.jsonl"}); });
  return 0;
}
