// Bands sorted on disk bring together what may be near; signatures are then compared. Not for: texts.
#include "udrl/data/near_search.hpp"

#include <cstring>
#include <vector>

#include "udrl/base/process.hpp"
#include "udrl/data/external_sort.hpp"

namespace udrl::data {
namespace {

/// Of one bucket, a text is compared with so many earlier ones at most: a bucket of thousands holds one frame that all
/// share, and comparing all with all would take hours.
constexpr std::size_t most_compared = 64;
constexpr std::size_t most_references = 1024;

constexpr std::uint64_t candidate = std::uint64_t{1} << 63;  ///< in an order: references come first in their bucket
constexpr std::uint64_t check_every = 1 << 16;

using SideOf = std::function<std::optional<Side>(std::uint64_t)>;

/// The items of one bucket after the other: `use(bucket)`.
class Buckets {
 public:
  Buckets(SignatureFile& signatures, const SideOf& side_of) : bands_(signatures.where()) {
    const MinHash hash(signatures.options());
    signatures.for_each([&](std::uint64_t item, const Signature& signature) {
      check(item);
      const std::optional<Side> side = side_of(item);
      if (!side) return;
      const std::uint64_t order = side->is_reference ? item : item | candidate;
      for (const std::uint64_t band : hash.bands(signature)) bands_.add(in_scope(band, side->scope), order);
    });
  }

  template <class Use>
  void for_each(Use use) {
    std::vector<std::uint64_t> bucket;
    std::uint64_t key = 0, done = 0;
    bands_.drain([&](const ExternalSorter::Entry& entry) {
      check(done++);
      if (entry.key != key) use(bucket), bucket.clear();
      key = entry.key;
      bucket.push_back(entry.order);
    });
    use(bucket);
  }

 private:
  static void check(std::uint64_t done) {
    if (done % check_every == 0) check_stop("the search for near duplicates was stopped", "run the same command again");
  }
  /// An odd factor keeps bands of one scope apart.
  static std::uint64_t in_scope(std::uint64_t band, Scope scope) {
    return band * (2 * scope + 1) + scope * 0x9e3779b97f4a7c15ULL;
  }

  ExternalSorter bands_;  ///< (hash of the band in its scope, item)
};

/// Near pairs of one bucket, its items in ascending order. An item that is near an earlier one stands for no others
/// here: a bucket of thousands of alike texts is compared with one of them.
template <class Take>
void compare_all(SignatureFile& signatures, const std::vector<std::uint64_t>& bucket, Take take) {
  if (bucket.size() < 2) return;
  std::vector<std::pair<std::uint64_t, Signature>> earlier;
  for (const std::uint64_t item : bucket) {
    Signature signature = signatures.read(item & ~candidate);
    bool near = false;
    for (const auto& [other, its] : earlier) {
      if (MinHash::similarity(signature, its) < signatures.options().threshold) continue;
      take(item & ~candidate, other);
      near = true;
    }
    if (!near && earlier.size() < most_compared) earlier.emplace_back(item & ~candidate, std::move(signature));
  }
}

/// Marks the candidates of one bucket that are near one of its references.
void compare_with_references(SignatureFile& signatures, const std::vector<std::uint64_t>& bucket,
                             std::vector<bool>& near) {
  if (bucket.empty() || (bucket.front() & candidate) != 0 || (bucket.back() & candidate) == 0) return;
  std::vector<Signature> references;
  for (const std::uint64_t order : bucket) {
    const std::uint64_t item = order & ~candidate;
    if (item == order) {
      if (references.size() < most_references) references.push_back(signatures.read(item));
      continue;
    }
    if (near[item]) continue;
    const Signature signature = signatures.read(item);
    for (const Signature& reference : references) {
      if (MinHash::similarity(signature, reference) < signatures.options().threshold) continue;
      near[item] = true;
      break;
    }
  }
}

}  // namespace

SignatureFile::SignatureFile(const NearOptions& options, const std::filesystem::path& where)
    : options_(options), where_(where), file_(where, numbers() * sizeof(std::uint32_t)) {}

void SignatureFile::append(const Signature& signature) { file_.append(std::as_bytes(std::span(signature))); }

Signature SignatureFile::read(std::uint64_t item) {
  Signature signature(numbers());
  file_.read(item, std::as_writable_bytes(std::span(signature)));
  return signature;
}

void SignatureFile::for_each(const std::function<void(std::uint64_t, const Signature&)>& use) {
  Signature signature(numbers());
  file_.for_each([&](std::uint64_t item, std::span<const std::byte> bytes) {
    std::memcpy(signature.data(), bytes.data(), bytes.size());
    use(item, signature);
  });
}

void find_near_duplicates(SignatureFile& signatures, const std::function<std::optional<Scope>(std::uint64_t)>& scope_of,
                          const std::function<void(const NearDuplicate&)>& take) {
  ExternalSorter pairs(signatures.where());  // (item, an earlier one that it resembles)
  const SideOf side_of = [&](std::uint64_t item) -> std::optional<Side> {
    const std::optional<Scope> scope = scope_of(item);
    return scope ? std::optional(Side{*scope, false}) : std::nullopt;
  };
  Buckets(signatures, side_of).for_each([&](const std::vector<std::uint64_t>& bucket) {
    compare_all(signatures, bucket, [&](std::uint64_t item, std::uint64_t other) { pairs.add(item, other); });
  });
  std::vector<bool> dropped(signatures.size());
  std::optional<NearDuplicate> found;  // of the item whose pairs come now: the best so far
  pairs.drain([&](const ExternalSorter::Entry& pair) {
    if (dropped[pair.order]) return;
    const double similarity = MinHash::similarity(signatures.read(pair.key), signatures.read(pair.order));
    if (found && found->item != pair.key) take(*found), found.reset();
    if (!found || similarity > found->similarity) found = NearDuplicate{pair.key, pair.order, similarity};
    dropped[pair.key] = true;
  });
  if (found) take(*found);
}

void find_near_references(SignatureFile& signatures, const std::function<std::optional<Side>(std::uint64_t)>& side_of,
                          const std::function<void(std::uint64_t)>& take) {
  std::vector<bool> near(signatures.size());
  Buckets(signatures, side_of).for_each([&](const std::vector<std::uint64_t>& bucket) {
    compare_with_references(signatures, bucket, near);
  });
  for (std::uint64_t item = 0; item < near.size(); ++item) {
    if (near[item]) take(item);
  }
}

}  // namespace udrl::data
