// Opening a finished evaluation.
#include "finished.hpp"

#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::eval {

FinishedRun open_finished(const std::filesystem::path& folder) {
  const auto results = folder / "results.json";
  if (!std::filesystem::exists(results) || !std::filesystem::exists(folder / "measured.jsonl"))
    throw user_error("no finished evaluation here")
        .at(folder.string())
        .expected("results.json and measured.jsonl")
        .hint("name a folder in which udrl-eval has ended");
  FinishedRun run{folder, data::read_json(results), {}};
  try {
    run.main_part = run.results.at("test_set").at("parts").at(0).at("name");
  } catch (const data::Json::exception& error) {
    throw data::wrong_json(error).at(results.string()).hint("evaluate again");
  }
  return run;
}

void read_measured(const FinishedRun& run, const std::function<void(const data::Json& line)>& take) {
  data::JsonLinesReader reader(run.folder / "measured.jsonl");
  const auto taken = [&](const data::Json& line) {
    take(line);
    return true;
  };
  while (reader.next_as(taken)) continue;
}

}  // namespace udrl::eval
