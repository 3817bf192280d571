// Near duplicates among signatures on disk: millions of texts in flat memory (a bit a text). Not for: signatures
// themselves (near_duplicates.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "udrl/data/entry_file.hpp"
#include "udrl/data/near_duplicates.hpp"

namespace udrl::data {

/// Signatures by number, from 0 in the order in which they are appended. A file without a name below `where`, as are
/// all those that a search makes.
class SignatureFile {
 public:
  SignatureFile(const NearOptions& options, const std::filesystem::path& where);
  void append(const Signature& signature);
  Signature read(std::uint64_t item);
  std::uint64_t size() const { return file_.size(); }
  /// In order.
  void for_each(const std::function<void(std::uint64_t item, const Signature& signature)>& use);

  const NearOptions& options() const { return options_; }
  const std::filesystem::path& where() const { return where_; }

 private:
  std::size_t numbers() const { return static_cast<std::size_t>(options_.bands * options_.rows); }
  NearOptions options_;
  std::filesystem::path where_;
  EntryFile file_;
};

/// Items of different scopes (for example tasks) are not compared.
using Scope = std::uint64_t;

/// Gives each item that resembles an earlier one which is kept, in ascending order. `scope_of` is asked once for each
/// item, in ascending order; an item without a scope takes no part.
void find_near_duplicates(SignatureFile& signatures,
                          const std::function<std::optional<Scope>(std::uint64_t item)>& scope_of,
                          const std::function<void(const NearDuplicate&)>& take);

struct Side {
  Scope scope = 0;
  bool is_reference = false;  ///< what the others are held against
};
/// Gives each item, but the references, that resembles a reference, in ascending order. Of a bucket (see NearOptions)
/// the first thousand references count: a larger one holds a frame that all share.
void find_near_references(SignatureFile& signatures,
                          const std::function<std::optional<Side>(std::uint64_t item)>& side_of,
                          const std::function<void(std::uint64_t item)>& take);

}  // namespace udrl::data
