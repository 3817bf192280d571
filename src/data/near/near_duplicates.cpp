// MinHash signatures of texts. Not for: finding those that are alike (near_search.cpp).
#include "udrl/data/near_duplicates.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "udrl/base/random.hpp"
#include "udrl/data/hash.hpp"
#include "udrl/data/near_search.hpp"
#include "udrl/data/text.hpp"

namespace udrl::data {
namespace {

std::string framed(std::string_view text) {
  std::string out = " ";
  for (const std::string& word : word_tokens(text)) out += word + " ";
  return out;
}

}  // namespace

void declare(OptionSet& set, const std::string& prefix, NearOptions& o) {
  set.add(prefix + ".threshold", o.threshold, "similarity (Jaccard, of shingles) from which two texts are near")
      .range(0, 1);
  set.add(prefix + ".shingle", o.shingle, "bytes of a shingle").range(1, 64);
  set.add(prefix + ".bands", o.bands, "bands of a signature").range(1, 256);
  set.add(prefix + ".rows", o.rows, "hashes of a band").range(1, 64);
}

MinHash::MinHash(const NearOptions& options) : options_(options) {
  RandomStream random(0, "minhash");
  for (int i = 0; i < options.bands * options.rows; ++i) {
    factors_.push_back(random.bits64() | 1);
    offsets_.push_back(random.bits64());
  }
}

Signature MinHash::signature(std::string_view text) const {
  const std::string frame = framed(text);
  const auto width = static_cast<std::size_t>(options_.shingle);
  Signature minima(factors_.size(), std::numeric_limits<std::uint32_t>::max());
  for (std::size_t at = 0; at == 0 || at + width <= frame.size(); ++at) {
    const std::uint64_t shingle = hash_bytes(std::string_view(frame).substr(at, width));
    for (std::size_t i = 0; i < minima.size(); ++i) {
      const auto hash = static_cast<std::uint32_t>((factors_[i] * shingle + offsets_[i]) >> 32);
      minima[i] = std::min(minima[i], hash);
    }
  }
  return minima;
}

std::vector<std::uint64_t> MinHash::bands(const Signature& signature) const {
  std::vector<std::uint64_t> hashes;
  const auto rows = static_cast<std::size_t>(options_.rows);
  for (std::size_t band = 0; band * rows < signature.size(); ++band) {
    std::uint64_t hash = mix(band + 1);
    for (std::size_t row = 0; row < rows; ++row) hash = mix(hash ^ signature[band * rows + row]);
    hashes.push_back(hash);
  }
  return hashes;
}

double MinHash::similarity(const Signature& a, const Signature& b) {
  std::uint32_t equal = 0;  // as wide as what is compared, which is what vectors want
  for (std::size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i] ? 1 : 0;
  return static_cast<double>(equal) / static_cast<double>(a.size());
}

NearIndex::NearIndex(const NearOptions& options) : options_(options), hash_(options) {}

void NearIndex::add(std::string_view text) {
  signatures_.push_back(hash_.signature(text));
  for (const std::uint64_t band : hash_.bands(signatures_.back())) by_band_[band].push_back(signatures_.size() - 1);
}

std::vector<std::size_t> NearIndex::near(std::string_view text) const {
  const Signature signature = hash_.signature(text);
  std::set<std::size_t> found;
  for (const std::uint64_t band : hash_.bands(signature)) {
    const auto bucket = by_band_.find(band);
    if (bucket == by_band_.end()) continue;
    for (const std::size_t item : bucket->second)
      if (MinHash::similarity(signature, signatures_[item]) >= options_.threshold) found.insert(item);
  }
  return {found.begin(), found.end()};
}

struct NearFinder::Impl {
  MinHash hash;
  SignatureFile signatures;
};

NearFinder::NearFinder(const NearOptions& options, const std::filesystem::path& where)
    : impl_(std::make_unique<Impl>(Impl{MinHash(options), SignatureFile(options, where)})) {}

NearFinder::~NearFinder() = default;

void NearFinder::add(std::string_view text) { impl_->signatures.append(impl_->hash.signature(text)); }

std::vector<NearDuplicate> NearFinder::find() {
  std::vector<NearDuplicate> duplicates;
  const auto everywhere = [](std::uint64_t) { return std::optional<Scope>(0); };
  find_near_duplicates(impl_->signatures, everywhere, [&](const NearDuplicate& d) { duplicates.push_back(d); });
  return duplicates;
}

}  // namespace udrl::data
