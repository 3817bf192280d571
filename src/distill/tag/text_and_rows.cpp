// Passes over the text after the first.
#include "text_and_rows.hpp"

#include <utility>

namespace udrl::distill {
namespace {

Error changed_input() {
  return failure("the input changed while it was being tagged")
      .hint("let nothing write to it, and run the same command again");
}

}  // namespace

std::optional<LineBatch> TextAndRows::next() {
  auto lines = lines_.next_batch();
  const std::uint64_t first = done_;
  done_ += lines ? lines->size() : 0;
  if (done_ > rows_.size() || (!lines && done_ < rows_.size())) throw changed_input();
  if (!lines) return std::nullopt;
  return LineBatch{first, std::move(*lines), rows_.read(first, done_ - first)};
}

data::Record record_of(const data::Line& line, const RecordRow& row) {
  data::Record record = data::sample_of(line);
  if (row_id(record) != row.id) throw changed_input();
  return record;
}

}  // namespace udrl::distill
