// What a stage writes into: the folder's lock and its manifest in one object, so that none can be had without the
// other. Not for: folders that are read, or the manifest's format (manifest.hpp).
#pragma once

#include <filesystem>

#include "udrl/base/held_folder.hpp"
#include "udrl/data/manifest.hpp"

namespace udrl::data {

/// New: writes the manifest (complete = false). There from an earlier run of the same config, seed, models and inputs:
/// takes its manifest, to go on, and removes what killed runs left of files in the making. Of another config that ended
/// before it wrote anything else: begun anew. No other process can open it while this lives.
class OutputFolder : public HeldFolder {
 public:
  /// Throws `Error` (user) where another process writes into it, and where it was made with other settings: that names
  /// each difference and says to choose another folder or remove this one.
  OutputFolder(const std::filesystem::path& folder, Manifest wanted);
  /// For a stage that needs long to know what it wants: holding comes first, so that a second process is told at once.
  OutputFolder(HeldFolder folder, Manifest wanted);

  Manifest manifest;
  /// Writes the manifest as it is.
  void save() const;
  /// Writes it as that of a complete folder, and beside shards the README.md that load_dataset("FOLDER") reads.
  void finish();
};

}  // namespace udrl::data
