// The stage: read, examine, judge, write.
#include "udrl/inspect/doctor.hpp"

#include <sstream>

#include "checks.hpp"
#include "report.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/table.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/output_folder.hpp"

namespace udrl::inspect {
namespace {

using data::Json;
using data::Manifest;

Manifest wanted_manifest(const DoctorOptions& options, const score::Models& models, const RunContext& context) {
  Manifest manifest = data::manifest_of("doctor", context);
  manifest.seed = options.seed;
  manifest.models = distill::hashes_of(models);
  manifest.inputs = data::hash_inputs(options.input);
  return manifest;
}

void write_all(const DoctorOptions& options, const Findings& findings, const DoctorResult& result) {
  Json json = {{"overall", to_json(result.overall)}, {"checks", Json::array()}, {"figures", to_json(findings)}};
  for (const Check& check : result.checks) json["checks"].push_back(to_json(check));
  data::write_json(options.out / "doctor.json", json);
  write_file_atomic(options.out / "doctor.html", doctor_html(findings, result.overall, result.checks));
}

DoctorResult result_from_json(const Json& json) {
  const data::Fields fields(json, "file of findings");
  DoctorResult result;
  result.overall = check_from_json(fields.object("overall"));
  for (const Json& check : fields.list("checks")) result.checks.push_back(check_from_json(check));
  return result;
}

DoctorResult examine_into(HeldFolder held, const DoctorOptions& options, const score::Models& models,
                          const RunContext& context) {
  data::OutputFolder out(std::move(held), wanted_manifest(options, models, context));
  DoctorResult result;
  if (out.manifest.complete) {
    result =
        data::read_document(out / "doctor.json", "remove the folder, and examine the data again", result_from_json);
    result.manifest = out.manifest;
    return result;
  }
  const DoctorCases cases = read_cases(options, context.observer);
  const Findings findings =
      make_findings(options, cases, distill::resources_for(options, models, nullptr), context.observer);
  result.checks = make_checks(findings);
  result.overall = overall_check(result.checks, findings);
  write_all(options, findings, result);
  out.manifest.counts = {{"records", cases.records}, {"examined", cases.draws()}, {"groups", cases.groups.size()}};
  if (cases.bad_lines > 0) out.manifest.counts["bad_lines"] = cases.bad_lines;
  out.finish();
  result.manifest = out.manifest;
  return result;
}

}  // namespace

void declare(OptionSet& set, DoctorOptions& o) {
  set.add("input", o.input, "scored folders, pooled").required().runtime_only();
  set.add("out", o.out, "folder to write: doctor.html to read, doctor.json with every figure")
      .required()
      .runtime_only();
  set.add("scorers", o.scorers, "values to examine; default: all in every record that judge the answer");
  declare(set, static_cast<distill::ScorerNeeds&>(o));
  set.add("intents", o.intents, "pairs of intent and task examined, and as many deep ones besides").range(2, 1e6);
  set.add("deep_draws", o.deep_draws,
          "draws that make an intent and task a deep one: ranks among fewer draws are compared with its ranks")
      .range(3, 1000);
  set.add("pairs", o.pairs, "answers a task that are damaged, and scored against other intents").range(0, 1e6);
  set.add("bins", o.bins, "returns that can be asked for, as in tag").range(2, 10);
  set.add("resamples", o.resamples, "resamples of the bootstrap, and shuffles of the test against chance")
      .range(100, 1e5);
  set.add("seed", o.seed, "chooses the intents, pairs and resamples");
  set.add("skip_bad", o.skip_bad, "put malformed lines into rejects.jsonl and go on");
}

DoctorResult examine(const DoctorOptions& options, const RunContext& context) {
  HeldFolder out(options.out);
  const distill::OpenModels models(options, options.scorers.empty() ? score::scorer_names() : options.scorers,
                                   {&context.observer, options.out});
  return examine_into(std::move(out), options, models.by_role(), context);
}

DoctorResult examine(const DoctorOptions& options, const score::Models& models, const RunContext& context) {
  return examine_into(HeldFolder(options.out), options, models, context);
}

std::string to_text(const DoctorResult& result) {
  std::vector<std::vector<std::string>> lines;
  for (const Check& check : result.checks)
    lines.push_back({"  " + to_string(check.finding), check.scorer, check.reason});
  std::istringstream table(aligned_table(lines, 3));
  std::string text = to_string(result.overall.finding) + "  " + result.overall.reason + "\n", question, cures, line;
  for (const Check& check : result.checks) {
    if (check.question != question) text += "\n" + check.question + "\n";
    question = check.question;
    std::getline(table, line);
    text += line + "\n";
    if (!check.cure.empty() && cures.find(check.cure) == std::string::npos) cures += "  - " + check.cure + "\n";
  }
  return cures.empty() ? text : text + "\nwhat to do\n" + cures;
}

}  // namespace udrl::inspect
