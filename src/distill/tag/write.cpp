// The last pass over the text: records take their tags, in threads.
#include "steps.hpp"

#include <array>
#include <optional>

#include "text_and_rows.hpp"
#include "udrl/base/in_order.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::distill {
namespace {

/// A line to write, and where to; without a split the record is not kept.
struct Tagged {
  std::optional<Split> split;
  std::string line;
};

Tagged tagged(const data::Line& line, const RecordRow& row, const std::vector<command::AuxiliaryReturn>& auxiliary) {
  if (!row.kept()) return {};
  data::Record record = record_of(line, row);
  record.return_value = row.real_return[0];
  record.words = row.words;
  record.commands = {{"return", row.bin[0]}, {"words", row.words}};
  for (std::size_t i = 0; i < auxiliary.size(); ++i) {
    record.commands[auxiliary[i].name] = row.bin[i + 1];
    record.extra["returns"][auxiliary[i].name] = row.real_return[i + 1];
  }
  record.split = split_names[static_cast<std::size_t>(row.split)];
  return {row.split, data::to_line(data::to_json(record))};
}

std::vector<Tagged> tag_batch(const LineBatch& batch, const std::vector<command::AuxiliaryReturn>& auxiliary) {
  std::vector<Tagged> out;
  for (std::size_t i = 0; i < batch.lines.size(); ++i) out.push_back(tagged(batch.lines[i], batch.rows[i], auxiliary));
  return out;
}

}  // namespace

void write_splits(Pool& pool, const std::vector<std::string>& input,
                  const std::vector<command::AuxiliaryReturn>& auxiliary, const std::filesystem::path& out,
                  Observer& observer) {
  std::array<std::optional<data::ShardWriter>, split_names.size()> writers;
  Pass pass(observer, "tag: write", "writing", pool.rows.size());
  TextAndRows text(pool, input);
  in_order([&] { return text.next(); }, [&](const LineBatch& batch) { return tag_batch(batch, auxiliary); },
           [&](const std::vector<Tagged>& lines) {
             for (const Tagged& line : lines) {
               pass.step();
               if (!line.split) continue;
               const auto split = static_cast<std::size_t>(*line.split);
               if (!writers[split]) writers[split].emplace(out / split_names[split]);
               writers[split]->append_line(line.line);
             }
           });
  for (auto& writer : writers) {
    if (writer) writer->close();
  }
}

}  // namespace udrl::distill
