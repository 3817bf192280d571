// A user's own intents: text, CSV or JSON, read line by line. Not for: lists to combine (lists.hpp).
#pragma once

#include <filesystem>

#include "lists.hpp"

namespace udrl::distill {

/// Intents of a file, recognised by its name in any case and by its content (a name that says another thing than the
/// content is refused, as is a name that says nothing of plain text), gzipped or not:
///   *.txt               one intent a line
///   *.csv, *.tsv        a header with a column `intent`; fields apart by comma, semicolon or tab, as the header shows
///   *.jsonl, *.ndjson   an object a line with a field `intent`
///   *.json              the same, or an array of objects or of texts, which is read into memory whole
///   a folder            shards
/// `group`, `subject`, `format`, `occasion` and `style` are taken where given; without a subject, the intent is its
/// own. Throws `Error` (user) with file and line: no UTF-8, a field of another type than text, a column or key that
/// stands twice, an intent that is far too long, nothing at all.
void intents_from_file(const std::filesystem::path& file, const TakeIntent& take);

}  // namespace udrl::distill
