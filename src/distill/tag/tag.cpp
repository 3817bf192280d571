// The tag stage: read the input into rows on disk, fit, then stream the input again and write the splits.
#include "udrl/distill/tag.hpp"

#include <set>

#include "rarity.hpp"
#include "scores.hpp"
#include "steps.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/output_folder.hpp"
#include "udrl/data/record_stream.hpp"
#include "udrl/data/shares.hpp"
#include "udrl/score/kinds.hpp"
#include "udrl/score/scorer.hpp"

namespace udrl::distill {
namespace {

namespace fs = std::filesystem;
using data::Manifest;

/// The roles of the models behind the labels' values.
std::set<std::string> label_roles(const ReturnOptions& options) {
  std::set<std::string> roles;
  const auto add = [&](const std::string& value) {
    if (value == rarity_score) return;  // no model's
    const std::string scorer = score::scorer_of_value(value);
    const std::string role = scorer.empty() ? "unknown" : score::model_of(scorer);
    if (!role.empty()) roles.insert(role);
  };
  for (const auto& [value, weight] : options.weights)
    if (weight != 0) add(value);
  for (const auto& auxiliary : auxiliary_returns(options)) add(auxiliary.name);
  return roles;
}

/// What the labels were made by: an evaluation must know which scorers a student has learned from. A value whose model
/// no input names leaves "" for its role.
std::map<std::string, std::string> label_models(const std::vector<std::string>& inputs, const ReturnOptions& returns) {
  const auto roles = label_roles(returns);
  const auto known = data::models_of_inputs(inputs, {});
  std::map<std::string, std::string> models;
  for (const std::string& role : roles) {
    models[role] = known.contains(role) ? known.at(role) : "";
    for (const auto& [key, hash] : known)
      if (key.starts_with(role + " of ")) models[key] = hash;
  }
  for (const std::string& input : inputs) {
    const auto named = data::models_of_inputs({input}, {});
    for (const std::string& role : roles)
      if (!named.contains(role)) models[role + " of another"] = "";
  }
  return models;
}

Manifest wanted_manifest(const TagOptions& options, const RunContext& context) {
  Manifest manifest = data::manifest_of("tag", context);
  manifest.seed = options.pool.split.seed;
  manifest.inputs = data::hash_inputs(options.pool.input);
  data::note_shares_of(manifest, options.pool.input);
  if (!options.pool.partial) data::require_whole(manifest);
  manifest.models = label_models(options.pool.input, options.returns);
  return manifest;
}

void remove_splits(const fs::path& out) {
  for (const char* split : split_names) fs::remove_all(out / split);
}

/// Before anything is fitted to nothing.
void require_kept(Pool& pool, const std::vector<std::string>& input) {
  bool any = false;
  pool.rows.for_each([&](std::uint64_t, const RecordRow& row, std::span<const double>) { any = any || row.kept(); });
  if (any) return;
  throw user_error("no record is left to tag")
      .at(input.front())
      .expected("at least one scored answer")
      .got(data::to_text(count_outcomes(pool)))
      .hint("score samples first (udrl-distill score), or see 'tasks' and 'only_tasks'");
}

/// Before a student is to learn from nothing.
void require_training(Pool& pool) {
  bool any = false;
  pool.rows.for_each([&](std::uint64_t, const RecordRow& row, std::span<const double>) { any = any || row.trains(); });
  if (any) return;
  throw user_error("no record is left to train on")
      .got(data::to_text(count_outcomes(pool)))
      .hint("see 'mix', 'keep_share', 'keep_best' and the shares that are held out");
}

TagTable make_all(const TagOptions& options, Manifest& manifest, Observer& observer) {
  const PoolOptions& from = options.pool;
  data::note_unfinished(from.input, observer);
  Pool pool = read_pool(from, needed_scores(options.returns), options.out, observer);
  require_kept(pool, from.input);
  check_ablation(pool, options.ablation);
  if (from.near.drop_samples) drop_near_samples(pool, observer);
  if (from.near.drop_held_out) drop_near_held_out(pool, observer);
  fill_rarity(pool, from.input, observer);
  command::Fitted fitted = fit_returns(pool, options.returns);
  RankedIntents ranked = rank_returns(pool, fitted, {options.out}, options.ablation);
  IntentCounts& intents = ranked.counts;
  apply_ablation(pool, fitted, options.ablation, from.split.seed, intents);
  require_training(pool);
  count_support(pool, fitted);
  if (const std::string tasks = fitted.unsupported_tasks(); !tasks.empty())
    observer.note(Level::warning, "no command of these tasks can be asked of a student, as they have less than " +
                                      std::to_string(fitted.rule.at_least) + " training records: " + tasks +
                                      ". Make more samples, or lower support.at_least");
  manifest.counts = count_outcomes(pool);
  if (ranked.all_equal > 0) {
    manifest.counts["intents_without_an_order"] = ranked.all_equal;
    observer.note(Level::warning,
                  "all answers to " + std::to_string(ranked.all_equal) +
                      " intents (counted a task) have the same return: they are no better or worse than "
                      "each other, and get the middle bin");
  }
  remove_splits(options.out);
  write_splits(pool, from.input, fitted.auxiliary, options.out, observer);
  const TagTable table = make_table(pool, intents);
  command::save(fitted, options.out / "commands.json");
  data::write_json(options.out / "table.json", to_json(table));
  write_file_atomic(options.out / "table.txt", to_text(table));
  write_file_atomic(options.out / "coverage.html", coverage_html(fitted));
  return table;
}

}  // namespace

void declare(OptionSet& set, TagOptions& o) {
  set.add("input", o.pool.input, "scored folders, pooled").required().runtime_only();
  set.add("out", o.out,
          "folder to write: train/, valid/, test/ and the other held-out splits, commands.json, table.txt")
      .required()
      .runtime_only();
  set.add("bins", o.returns.bins, "how many returns can be asked for").range(1, command::max_returns);
  set.add_enum("return_kind", o.returns.kind, "advantage: rank within an intent; global: rank within the task");
  set.add("weights", o.returns.weights, "scorer = weight in the return");
  set.add("copying_penalty", o.returns.copying_penalty, "taken off the return for each standard deviation of copying")
      .range(0, 10);
  set.add("auxiliary", o.returns.auxiliary,
          "scorers that can be asked for beside the return, each by its name (-NAME: less is better); at most two; "
          "'rarity', of an answer's word pairs among all answers, needs no scoring");
  set.add("tasks", o.pool.tasks.names, "order of the tasks; those not named follow by name");
  set.add("only_tasks", o.pool.tasks.only, "leave out tasks that 'tasks' does not name: one student a task");
  set.add("held_out_scorers", o.returns.held_out_scorers, "kept for evaluation: none of them may have a weight");
  set.add("force_held_out", o.returns.force_held_out, "allow them one all the same");
  set.add("keep_best", o.ablation.keep_best, "train on so many answers of each intent and task, by return; 0: all")
      .range(0, 1000);
  set.add("keep_share", o.ablation.keep_share, "train on this share of each task's records, by return").range(0.001, 1);
  set.add("shuffle_returns", o.ablation.shuffle_returns, "placebo: returns are shuffled");
  set.add("mix", o.ablation.mix, "task = weight: training records are left out until the tasks are in this proportion")
      .range(0, 1e9);
  set.add("seed", o.pool.split.seed, "seed that chooses the subjects held out");
  set.add("test_fraction", o.pool.split.test_fraction, "share of each group's subjects held out for test")
      .range(0, 0.9);
  set.add("valid_fraction", o.pool.split.valid_fraction, "share of each group's subjects held out for valid")
      .range(0, 0.9);
  set.add("new_intents", o.pool.split.new_intents, "share of training subjects' intents held out as test_intents")
      .range(0, 0.9);
  set.add("paraphrases", o.pool.split.paraphrases,
          "of requests with several phrasings, the share that trains with one phrasing; the others are held out")
      .range(0, 1);
  set.add("unseen_groups", o.pool.split.unseen_groups, "whole groups held out as test_groups, at most a tenth")
      .range(0, 1000);
  set.add("unseen_formats", o.pool.split.unseen_formats, "formats held out as test_formats, at most a tenth")
      .range(0, 1000);
  set.add("drop_near_samples", o.pool.near.drop_samples,
          "leave out answers nearly the same as an earlier one of the task");
  set.add("drop_near_held_out", o.pool.near.drop_held_out,
          "keep out of training what is nearly the same as held-out texts");
  data::declare(set, "near", o.pool.near.likeness);
  set.add("support.at_least", o.returns.support.at_least, "training records that a command needs to be allowed")
      .range(1, 1e9);
  set.add("support.reach", o.returns.support.reach, "counted over this many words to each side")
      .range(0, command::max_words);
  set.add("support.top_at_least", o.returns.support.top_at_least, "records that the top return needs").range(1, 1e9);
  set.add("skip_bad", o.pool.skip_bad, "put malformed lines into rejects.jsonl and go on");
  set.add("partial", o.pool.partial, "go on although shares of a synthesis (--shard) are missing or not finished");
}

TagResult tag_samples(const TagOptions& options, const RunContext& context) {
  HeldFolder held(options.out);
  data::OutputFolder out(std::move(held), wanted_manifest(options, context));
  if (out.manifest.complete)
    return {out.manifest,
            data::read_document(out / "table.json", "remove the folder, and tag the data again", tag_table_from_json)};
  TagTable table = make_all(options, out.manifest, context.observer);
  out.finish();
  return {out.manifest, std::move(table)};
}

}  // namespace udrl::distill
