// A store of tokens. Its checksum is set right here, or it would hide all that is read behind it.
#include "train/data/token_store.hpp"

#include <cstring>

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile file("a.tokens");
  std::string bytes(fuzz::text_of(data, size));
  constexpr std::size_t end = 4 * sizeof(std::uint64_t), place_of_sum = 2 * sizeof(std::uint64_t);
  if (size < end) return 0;
  std::uint64_t sum = 0xCBF29CE484222325;
  for (std::size_t i = 0; i + 1 < size - end; i += 2) {
    std::uint16_t value = 0;
    std::memcpy(&value, bytes.data() + i, sizeof value);
    sum = (sum ^ value) * 0x100000001B3;
  }
  std::memcpy(bytes.data() + size - end + place_of_sum, &sum, sizeof sum);
  return fuzz::expect_error_at_most([&] {
    const train::TokenStore store(file.put(bytes), 300);
    std::size_t read = 0;
    for (std::uint32_t i = 0; i < store.size(); ++i) {
      const train::StoredSample sample = store[i];
      for (const auto& part : {sample.intent, sample.subject, sample.answer})
        for (const train::TokenId token : part) fuzz::require(token < 300);
      for (const auto bin : sample.auxiliary) read += bin;
      for (const char c : sample.id) read += static_cast<unsigned char>(c);
    }
    static volatile std::size_t kept;
    kept = read;
  });
}
