// Rows as bytes of one size: the row itself, then its scores.
#include "rows.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace udrl::distill {
namespace {

static_assert(std::is_trivially_copyable_v<RecordRow> && std::is_standard_layout_v<RecordRow> &&
              sizeof(RecordRow) == 72);

RecordRow row_in(std::span<const std::byte> entry) {
  RecordRow row;
  std::memcpy(&row, entry.data(), sizeof row);
  return row;
}

void scores_in(std::span<const std::byte> entry, std::vector<double>& scores) {
  if (!scores.empty()) std::memcpy(scores.data(), entry.data() + sizeof(RecordRow), scores.size() * sizeof(double));
}

}  // namespace

RowId row_id(const data::Record& record) {
  RowId id{};
  std::copy_n(record.id.begin(), std::min(record.id.size(), id.size()), id.begin());
  return id;
}

RowFile::RowFile(const std::filesystem::path& where, std::size_t scores)
    : scores_(scores), file_(where, sizeof(RecordRow) + scores * sizeof(double)) {}

void RowFile::append(const RecordRow& row, std::span<const double> scores) {
  assert(scores.size() == scores_);
  std::vector<std::byte> entry(sizeof row + scores.size_bytes());
  std::memcpy(entry.data(), &row, sizeof row);
  std::ranges::copy(std::as_bytes(scores), entry.begin() + sizeof row);
  file_.append(entry);
}

std::vector<RecordRow> RowFile::read(std::uint64_t first, std::uint64_t count) {
  const std::size_t entry_bytes = sizeof(RecordRow) + scores_ * sizeof(double);
  std::vector<std::byte> bytes(count * entry_bytes);
  file_.read(first, bytes);
  std::vector<RecordRow> rows;
  for (std::size_t at = 0; at < bytes.size(); at += entry_bytes) rows.push_back(row_in(std::span(bytes).subspan(at)));
  return rows;
}

void RowFile::set_outcome(std::uint64_t number, RowOutcome outcome) {
  file_.change(number, offsetof(RecordRow, outcome), std::as_bytes(std::span(&outcome, 1)));
}

void RowFile::set_bin(std::uint64_t number, int which, int bin) {
  const auto small = static_cast<std::int8_t>(bin);
  file_.change(number, offsetof(RecordRow, bin) + static_cast<std::size_t>(which), std::as_bytes(std::span(&small, 1)));
}

void RowFile::set_score(std::uint64_t number, std::size_t which, double score) {
  file_.change(number, sizeof(RecordRow) + which * sizeof score, std::as_bytes(std::span(&score, 1)));
}

void RowFile::for_each(const Use& use) {
  std::vector<double> scores(scores_);
  file_.for_each([&](std::uint64_t number, std::span<const std::byte> entry) {
    scores_in(entry, scores);
    use(number, row_in(entry), scores);
  });
}

void RowFile::update(const Change& change) {
  std::vector<double> scores(scores_);
  file_.update([&](std::uint64_t number, std::span<std::byte> entry) {
    scores_in(entry, scores);
    RecordRow row = row_in(entry);
    change(number, row, scores);
    std::memcpy(entry.data(), &row, sizeof row);
  });
}

}  // namespace udrl::distill
