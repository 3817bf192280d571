// Cells of CSV.
#include "udrl/data/csv.hpp"

namespace udrl::data {
namespace {

bool needs_guard(std::string_view text) {
  return !text.empty() && std::string_view("=+-@'\t\r").find(text.front()) != std::string_view::npos;
}

}  // namespace

std::string csv_cell(std::string_view text) {
  std::string out = needs_guard(text) ? "\"'" : "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::string plain_cell(std::string_view cell) {
  const bool guarded = cell.starts_with('\'') && needs_guard(cell.substr(1));
  return std::string(guarded ? cell.substr(1) : cell);
}

}  // namespace udrl::data
