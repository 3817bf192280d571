// SHA-256 through OpenSSL's EVP interface.
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <memory>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/reread.hpp"

namespace udrl {
namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) fail();
  }

  void update(std::string_view bytes) {
    if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) fail();
  }

  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1) fail();
    return to_hex(digest.data(), size);
  }

 private:
  [[noreturn]] static void fail() { throw failure("SHA-256 is not available").at("OpenSSL"); }

  static std::string to_hex(const unsigned char* bytes, unsigned size) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
      text += digits[bytes[i] >> 4];
      text += digits[bytes[i] & 15];
    }
    return text;
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

std::string sha256_file(const std::filesystem::path& file) {
  std::ifstream in(rereadable(file), std::ios::binary);
  if (!in || std::filesystem::is_directory(file)) throw file_error("cannot read the file", file, in ? EISDIR : errno);
  Sha256 hash;
  std::string block(std::size_t{1} << 20, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0)
    hash.update({block.data(), static_cast<std::size_t>(in.gcount())});
  if (in.bad()) throw file_error("cannot read the file", file, errno);
  return hash.hex();
}

std::string content_id(std::initializer_list<std::string_view> fields) {
  Sha256 hash;
  bool first = true;
  for (std::string_view field : fields) {
    if (!first) hash.update("\x1f");
    hash.update(field);
    first = false;
  }
  return hash.hex().substr(0, 32);
}

std::uint64_t leading_bits(std::string_view id) {
  std::uint64_t bits = 0;
  std::from_chars(id.data(), id.data() + std::min<std::size_t>(id.size(), 16), bits, 16);
  return bits;
}

}  // namespace udrl
