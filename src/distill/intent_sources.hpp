// A user's own intents: text, CSV or JSONL, read line by line. Not for: lists to combine (intent_lists.hpp).
#pragma once

#include <filesystem>

#include "intent_lists.hpp"

namespace udrl::distill {

/// One intent a line (any name), a CSV file (*.csv; RFC 4180) whose header has a column `intent`, or JSON lines
/// (*.jsonl, *.jsonl.gz, a folder of shards) with a field `intent`. `group`, `subject`, `format`, `occasion` and
/// `style` are taken where given; without a subject, the intent is its own. Throws `Error` (user) with file and line.
void intents_from_file(const std::filesystem::path& file, const TakeIntent& take);

}  // namespace udrl::distill
