// The README.md of a folder of shards: which of its files are data, for load_dataset("FOLDER") and data hubs, which
// else take manifest.json for a record. Not for: what the records mean (docs/formats.md).
#pragma once

#include <filesystem>
#include <string>

namespace udrl::data {

/// Writes it if the folder, or those one down (tagged/train …), hold shards that are not empty. A README.md that
/// somebody else wrote stays.
void write_dataset_card(const std::filesystem::path& folder, const std::string& stage);

}  // namespace udrl::data
