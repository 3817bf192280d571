// Near duplicates by MinHash (Broder, 1997, "On the resemblance and containment of documents") with banding (Leskovec,
// Rajaraman, Ullman, "Mining of massive datasets", ch. 3). Not for: equal texts (dedup.hpp), or equal meaning.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "udrl/base/options.hpp"

namespace udrl::data {

/// Two texts are compared by the Jaccard similarity of their sets of shingles. A pair of similarity s is looked at with
/// probability 1 − (1 − s^rows)^bands, and is near if the share of equal hashes (standard error
/// √(s(1 − s)/(bands·rows))) reaches the threshold.
struct NearOptions {
  double threshold = 0.8;  ///< [0, 1]
  int shingle = 4;         ///< bytes of the folded text, its words joined by single spaces and framed by them
  int bands = 16;
  int rows = 4;
};

void declare(OptionSet& set, const std::string& prefix, NearOptions& options);

/// bands × rows minima.
using Signature = std::vector<std::uint32_t>;

class MinHash {
 public:
  explicit MinHash(const NearOptions& options);
  Signature signature(std::string_view text) const;
  /// One hash a band.
  std::vector<std::uint64_t> bands(const Signature& signature) const;
  /// Estimated Jaccard similarity, [0, 1].
  static double similarity(const Signature& a, const Signature& b);

 private:
  NearOptions options_;
  std::vector<std::uint64_t> factors_, offsets_;
};

/// `of` < `item`, is kept itself, and of those the most similar.
struct NearDuplicate {
  std::uint64_t item = 0, of = 0;
  double similarity = 0;
};

/// Few texts in memory, in which many others are looked up one by one.
class NearIndex {
 public:
  explicit NearIndex(const NearOptions& options);
  /// Texts are numbered from 0 in the order in which they are added.
  void add(std::string_view text);
  /// Those that `text` is near to, ascending.
  std::vector<std::size_t> near(std::string_view text) const;

 private:
  NearOptions options_;
  MinHash hash_;
  std::vector<Signature> signatures_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_band_;
};

/// Texts against each other, on disk: millions of them in flat memory. Not for: texts that take part in other ways
/// (near_search.hpp).
class NearFinder {
 public:
  /// Temporary files lie on the disk of `where`, an existing folder.
  NearFinder(const NearOptions& options, const std::filesystem::path& where);
  ~NearFinder();
  NearFinder(const NearFinder&) = delete;
  NearFinder& operator=(const NearFinder&) = delete;

  /// Texts are numbered from 0 in the order in which they are added.
  void add(std::string_view text);
  /// Each text that resembles an earlier one which is kept, in ascending order. Call once.
  std::vector<NearDuplicate> find();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace udrl::data
