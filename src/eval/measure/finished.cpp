// Opening a finished evaluation.
#include "finished.hpp"

#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::eval {
namespace {

using data::Fields, data::Json;

std::string main_part(const Fields& test_set) {
  const Json& parts = test_set.list("parts");
  if (parts.empty()) throw user_error("field \"parts\" is empty").expected("the parts of the test set");
  return Fields(parts.at(0), "part").text("name");
}

std::map<std::string, std::string> verdicts_of(const Json& scorers) {
  std::map<std::string, std::string> out;
  for (const auto& scorer : scorers.items()) out[scorer.key()] = Fields(scorer.value(), "scorer").text("verdict");
  return out;
}

/// Controls are not sampled.
std::map<std::string, Json> sampling_of(const Json& systems) {
  std::map<std::string, Json> out;
  for (const auto& row : systems.items())
    if (const Fields fields(row.value(), "system"); fields.has("sampling")) out[row.key()] = fields.object("sampling");
  return out;
}

FinishedRun run_from(const Json& json) {
  const Fields fields(json, "file of results"), primary(fields.object("primary"), "primary comparison"),
      lineage(fields.object("lineage"), "lineage");
  FinishedRun run;
  run.part = main_part({fields.object("test_set"), "test set"});
  run.verdict = primary.text("verdict"), run.row = primary.text("row"), run.reference = primary.text("reference");
  run.verdicts = verdicts_of(fields.object("scorers"));
  run.sampling = sampling_of(fields.object("systems"));
  run.config = lineage.object("config"), run.sha256 = lineage.object("sha256");
  run.version = lineage.text("version"), run.processor = lineage.text("processor");
  return run;
}

}  // namespace

FinishedRun open_finished(const std::filesystem::path& folder) {
  const auto results = folder / "results.json";
  if (!std::filesystem::exists(results) || !std::filesystem::exists(folder / "measured.jsonl"))
    throw user_error("no finished evaluation here")
        .at(folder.string())
        .expected("results.json and measured.jsonl")
        .hint("name a folder in which udrl-eval has ended");
  FinishedRun run = data::read_document(results, "evaluate again", run_from);
  run.folder = folder;
  return run;
}

void for_each_measured(const FinishedRun& run, const std::function<void(const Json& line)>& take) {
  data::JsonLinesReader reader(run.folder / "measured.jsonl");
  const auto taken = [&](const Json& line) {
    take(line);
    return true;
  };
  while (reader.next_as(taken)) continue;
}

}  // namespace udrl::eval
