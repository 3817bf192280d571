// The table of what tag made, for people and for programs. Not for: making it (fit.cpp).
#include <algorithm>

#include "udrl/base/table.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/distill/tag.hpp"

namespace udrl::distill {
namespace {

using Cells = std::vector<std::string>;

Cells header(const TagTable& table) {
  Cells cells{"split", "task", "return", "records", "intents", "words", "real return"};
  if (table.rows.empty()) return cells;
  for (const auto& [name, value] : table.rows.front().mean_scores) cells.push_back(name);
  return cells;
}

Cells cells_of(const TagRow& row) {
  Cells cells{row.split,
              row.task,
              std::to_string(row.bin),
              std::to_string(row.records),
              std::to_string(row.intents),
              fixed(row.mean_words, 1),
              fixed(row.mean_return, 3)};
  for (const auto& [name, value] : row.mean_scores) cells.push_back(fixed(value, 3));
  return cells;
}

}  // namespace

std::string to_text(const TagTable& table) {
  std::vector<Cells> lines{header(table)};
  for (const TagRow& row : table.rows) lines.push_back(cells_of(row));
  std::string text = aligned_table(lines, 2);
  text += "subjects:";
  for (const char* split : {"train", "valid", "test"}) {
    const auto found = table.subjects.find(split);
    text += std::string(" ") + split + " " + std::to_string(found == table.subjects.end() ? 0 : found->second);
  }
  return text + "\n";
}

data::Json to_json(const TagTable& table) {
  data::Json rows = data::Json::array();
  for (const TagRow& row : table.rows) {
    rows.push_back({{"split", row.split},
                    {"task", row.task},
                    {"return", row.bin},
                    {"records", row.records},
                    {"intents", row.intents},
                    {"mean_words", row.mean_words},
                    {"mean_return", row.mean_return},
                    {"mean_scores", row.mean_scores}});
  }
  return {{"rows", std::move(rows)}, {"subjects", table.subjects}};
}

TagTable tag_table_from_json(const data::Json& json) {
  TagTable table;
  const data::Fields fields(json, "table");
  for (const data::Json& one : fields.list("rows")) {
    const data::Fields row(one, "row");
    table.rows.push_back({row.text("split"), row.text("task"), row.integer("return"), row.natural("records"),
                          row.natural("intents"), row.number("mean_words"), row.number("mean_return"),
                          row.numbers("mean_scores")});
  }
  table.subjects = fields.naturals("subjects");
  return table;
}

}  // namespace udrl::distill
