// Sheets written, ratings read.
#include "udrl/eval/people.hpp"

#include "people/opinion.hpp"
#include "people/opinion_section.hpp"
#include "people/sheet_files.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/held_folder.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::eval {
namespace {

namespace fs = std::filesystem;

fs::path key_of(const fs::path& out) { return out / "pairs" / "key.json"; }

Sheet sheet_of(const FinishedRun& run, const ExportPairsOptions& options) {
  Sheet sheet = make_sheet(read_case_answers(run), {static_cast<std::size_t>(options.pairs), options.seed});
  sheet.student = run.row, sheet.reference = run.reference;
  return sheet;
}

/// Raters may be at work with it.
void refuse_other_sheet(const fs::path& key, const Sheet& sheet) {
  if (!fs::exists(key)) return;
  const data::Json there = data::read_json(key);
  const data::Fields fields(there, "key");
  if (fields.text("sheet") == sheet.hash) return;
  throw user_error("another rating sheet is here: without its key its ratings could no longer be read")
      .at(key.string())
      .expected(std::to_string(fields.list("pairs").size()) + " pairs and checks, seed " +
                std::to_string(fields.natural("seed")))
      .got(std::to_string(sheet.pairs.size()) + ", seed " + std::to_string(sheet.seed))
      .hint("remove or rename " + key.parent_path().string());
}

}  // namespace

void declare(OptionSet& set, ExportPairsOptions& o) {
  set.add("export_pairs", o.pairs, "pairs for people to rate; besides them a tenth of attention checks").range(1, 1e5);
  set.add("out", o.out, "folder of a finished evaluation").required();
  set.add("seed", o.seed, "seed of the choice of pairs, their order and sides");
}

std::string export_pairs(const ExportPairsOptions& options) {
  const FinishedRun run = open_finished(options.out);
  const HeldFolder out(options.out), pairs(options.out / "pairs");
  const Sheet sheet = sheet_of(run, options);
  refuse_other_sheet(key_of(options.out), sheet);
  data::write_json(key_of(options.out), key_json(sheet));
  write_file_atomic(pairs / "pairs.csv", sheet_csv(sheet));
  write_file_atomic(pairs / "pairs.html", sheet_html(sheet));
  return "wrote " + (pairs / "pairs.html").string() + " and " + (pairs / "pairs.csv").string() +
         ": give raters one of them\nwrote " + key_of(options.out).string() +
         ": keep it, and do not give it to raters\nthen: udrl-eval --out " + options.out.string() +
         " --human FILE[,FILE...]\n";
}

void declare(OptionSet& set, HumanOptions& o) {
  set.add("human", o.files, "rating files (CSV), of one rater or several").required();
  set.add("out", o.out, "folder of the evaluation whose pairs were rated").required();
  set.add("win_rate", o.win_rate, "the student's win rate, ties half, that PASS asks for").range(0, 1);
  set.add("attention", o.attention, "share of the attention checks that a rater must pass to count").range(0, 1);
  set.add("resamples", o.resamples, "resamples of the subjects").range(100, 1e6);
  set.add("seed", o.seed, "seed of the resamples");
}

std::string take_ratings(const HumanOptions& options) {
  const FinishedRun run = open_finished(options.out);
  if (!fs::exists(key_of(options.out)))
    throw user_error("no pairs were exported here")
        .at(key_of(options.out).string())
        .hint("udrl-eval --out " + options.out.string() + " --export-pairs 100");
  const HeldFolder out(options.out);
  const Sheet sheet = sheet_from_key(key_of(options.out), run);
  const Opinion opinion =
      opinion_of(sheet, read_ratings(options.files, sheet), run,
                 {options.win_rate, options.attention, static_cast<std::size_t>(options.resamples), options.seed});
  data::write_json(out / "human.json", to_json(opinion));
  write_file_atomic(out / "report.html", with_opinion(read_file(out / "report.html"), opinion));
  return to_text(opinion) + "\nwrote " + (out / "human.json").string() + " and " + (out / "report.html").string() +
         "\n";
}

}  // namespace udrl::eval
