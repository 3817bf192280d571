// MinHash signatures, and the two ways to find near duplicates: an index in memory and sorted bands on disk.
#include "udrl/data/near_duplicates.hpp"

#include <unistd.h>
#include <algorithm>
#include <limits>

#include "temporary_file.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/external_sort.hpp"
#include "udrl/data/text.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;

/// Of one bucket, a text is compared with so many earlier ones at most: a bucket of thousands holds one frame that all
/// share, and comparing all with all would take hours.
constexpr std::size_t most_compared = 64;

/// The finaliser of MurmurHash3: each bit of the input moves each bit of the output.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t hash = bytes.size();
  for (const char c : bytes) hash = mix(hash ^ static_cast<unsigned char>(c));
  return hash;
}

std::string framed(std::string_view text) {
  std::string out = " ";
  for (const std::string& word : word_tokens(text)) out += word + " ";
  return out;
}

class SignatureFile {
 public:
  SignatureFile(const NearOptions& options, const fs::path& where)
      : numbers_(static_cast<std::size_t>(options.bands * options.rows)),
        where_(where),
        file_(make_temporary_file(where)) {}
  void append(const Signature& signature) {
    if (std::fwrite(signature.data(), bytes(), 1, file_.get()) != 1) throw broken("write");
  }
  void flush() {
    if (std::fflush(file_.get()) != 0) throw broken("write");
  }
  Signature read(std::uint64_t item) const {
    Signature signature(numbers_);
    const auto got = ::pread(fileno(file_.get()), signature.data(), bytes(), static_cast<off_t>(item * bytes()));
    if (got != static_cast<ssize_t>(bytes())) throw broken("read");
    return signature;
  }

 private:
  std::size_t bytes() const { return numbers_ * sizeof(std::uint32_t); }
  Error broken(const std::string& how) const { return file_error("cannot " + how + " signatures", where_, errno); }

  std::size_t numbers_;
  fs::path where_;
  TemporaryFile file_;
};

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
  std::size_t equal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i] ? 1 : 0;
  return static_cast<double>(equal) / static_cast<double>(a.size());
}

NearIndex::NearIndex(const NearOptions& options) : options_(options), hash_(options) {}

std::optional<NearIndex::Match> NearIndex::find(std::string_view text) const {
  const Signature signature = hash_.signature(text);
  std::optional<Match> best;
  std::uint32_t best_number = 0;
  for (const std::uint64_t band : hash_.bands(signature)) {
    const auto bucket = buckets_.find(band);
    if (bucket == buckets_.end()) continue;
    for (const std::uint32_t number : bucket->second) {
      const double similarity = MinHash::similarity(signature, texts_[number].second);
      if (similarity < options_.threshold) continue;
      const bool better =
          !best || similarity > best->similarity || (similarity == best->similarity && number < best_number);
      if (better) best = Match{texts_[number].first, similarity}, best_number = number;
    }
  }
  return best;
}

void NearIndex::add(std::string_view text, std::uint64_t item) {
  const auto number = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(item, hash_.signature(text));
  for (const std::uint64_t band : hash_.bands(texts_.back().second)) buckets_[band].push_back(number);
}

struct NearFinder::Impl {
  Impl(const NearOptions& o, const fs::path& where)
      : options(o), hash(o), bands(where), pairs(where), signatures(o, where) {}

  /// Near pairs of one bucket, its items in ascending order. An item that is near an earlier one stands for no others
  /// here: a bucket of thousands of alike texts is compared with one of them.
  void compare(const std::vector<std::uint64_t>& bucket) {
    std::vector<std::pair<std::uint64_t, Signature>> earlier;
    for (const std::uint64_t item : bucket) {
      Signature signature = signatures.read(item);
      bool near = false;
      for (const auto& [other, its] : earlier) {
        if (MinHash::similarity(signature, its) < options.threshold) continue;
        pairs.add(item, other);
        near = true;
      }
      if (!near && earlier.size() < most_compared) earlier.emplace_back(item, std::move(signature));
    }
  }

  void compare_buckets() {
    std::vector<std::uint64_t> bucket;
    std::uint64_t key = 0;
    const auto finish = [&] {
      if (bucket.size() > 1) compare(bucket);
      bucket.clear();
    };
    bands.drain([&](const ExternalSorter::Entry& entry) {
      if (entry.key != key) finish();
      key = entry.key;
      bucket.push_back(entry.order);
    });
    finish();
  }

  NearOptions options;
  MinHash hash;
  ExternalSorter bands;  ///< (hash of the band, item)
  ExternalSorter pairs;  ///< (item, an earlier one that it resembles)
  SignatureFile signatures;
  std::uint64_t items = 0;
};

NearFinder::NearFinder(const NearOptions& options, const fs::path& where)
    : impl_(std::make_unique<Impl>(options, where)) {}

NearFinder::~NearFinder() = default;

void NearFinder::add(std::string_view text) {
  const Signature signature = impl_->hash.signature(text);
  impl_->signatures.append(signature);
  for (const std::uint64_t band : impl_->hash.bands(signature)) impl_->bands.add(band, impl_->items);
  ++impl_->items;
}

std::vector<NearFinder::Duplicate> NearFinder::find() {
  impl_->signatures.flush();
  impl_->compare_buckets();
  std::vector<bool> dropped(impl_->items);
  std::vector<Duplicate> duplicates;
  impl_->pairs.drain([&](const ExternalSorter::Entry& pair) {
    if (dropped[pair.order]) return;
    const double similarity = MinHash::similarity(impl_->signatures.read(pair.key), impl_->signatures.read(pair.order));
    if (!dropped[pair.key]) duplicates.push_back({pair.key, pair.order, similarity});
    else if (similarity > duplicates.back().similarity) duplicates.back() = {pair.key, pair.order, similarity};
    dropped[pair.key] = true;
  });
  return duplicates;
}

}  // namespace udrl::data
