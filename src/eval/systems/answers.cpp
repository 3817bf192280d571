// The cache of answers, and filling it.
#include "answers.hpp"

#include <algorithm>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/critic.hpp"

namespace udrl::eval {
namespace {

std::optional<int> optional_number(const data::Fields& fields, const char* name) {
  return fields.has(name) ? std::optional(fields.integer(name)) : std::nullopt;
}

constexpr std::size_t shown_digits = 8;  ///< of a SHA-256, in a folder's name

}  // namespace

std::string to_text(const FailedRequests& failed) {
  const std::string words = failed.words.empty() ? "" : ": " + failed.words;
  return failed.row + " left " + std::to_string(failed.requests) + (failed.requests == 1 ? " request" : " requests") +
         " without an answer (" + failed.cause + words + ")";
}

data::Json to_json(const SystemAnswer& answer, const Case& c) {
  data::Json json = {{"case", c.id},           {"intent_id", c.intent.intent_id}, {"intent", c.intent.intent},
                     {"task", c.task},         {"answer", answer.text},           {"finish", answer.finish},
                     {"tokens", answer.tokens}};
  if (answer.asked_words) json["asked_words"] = *answer.asked_words;
  if (answer.asked_return) json["asked_return"] = *answer.asked_return;
  if (answer.worth) json["worth"] = *answer.worth;
  return json;
}

SystemAnswer answer_from_json(const data::Json& json) {
  const data::Fields fields(json, "answer");
  return {fields.text("answer"),
          fields.text("finish"),
          fields.integer("tokens"),
          optional_number(fields, "asked_words"),
          optional_number(fields, "asked_return"),
          fields.has("worth") ? std::optional(fields.number("worth")) : std::nullopt};
}

AnswerCache::AnswerCache(const std::filesystem::path& folder, data::Manifest wanted)
    : folder_(folder, std::move(wanted)) {
  data::repair_shards(folder_);
  read_existing();
}

void AnswerCache::read_existing() {
  if (!data::has_shards(folder_.path())) return;
  data::JsonLinesReader reader(folder_.path());
  const auto convert = [](const data::Json& json) {
    return std::pair<std::string, SystemAnswer>(data::Fields(json, "answer").text("case"), answer_from_json(json));
  };
  while (auto entry = reader.next_as(convert))
    if (entry->second.finish != to_string(lm::Finish::error)) answers_.insert(std::move(*entry));  // else: again
}

void AnswerCache::add(const Case& c, SystemAnswer answer) {
  if (!writer_) writer_.emplace(folder_);
  writer_->append(to_json(answer, c));
  writer_->hand_over();
  answers_.emplace(c.id, std::move(answer));
  if (++pending_ % flush_every == 0) writer_->flush();
}

void AnswerCache::fail(const Case& c, const lm::Completion& why) {
  failed_.insert(c.id);
  const std::string cause = why.cause.empty() ? to_string(why.finish) : why.cause;
  FailedRequests& failed = failures_[cause];
  if (failed.requests++ == 0) failed.cause = cause, failed.words = why.text;
}

std::vector<FailedRequests> AnswerCache::failures() const {
  std::vector<FailedRequests> out;
  for (const auto& [cause, failed] : failures_) out.push_back(failed);
  return out;
}

void AnswerCache::close(bool complete) {
  if (writer_) writer_->close();
  writer_.reset();
  folder_.manifest.counts.clear();
  for (const auto& [id, answer] : answers_) ++folder_.manifest.counts[answer.finish];
  for (const auto& [cause, failed] : failures_) folder_.manifest.counts["failed: " + cause] = failed.requests;
  folder_.manifest.complete = complete;
  folder_.save();
}

std::map<std::string, std::string> student_inputs(const System& system) {
  std::map<std::string, std::string> inputs;
  inputs[student::files::commands] = sha256_file(system.folder() / student::files::commands);
  if (const auto ideas = ideas_of(system); !ideas.empty()) inputs["ideas"] = sha256_file(ideas);
  return inputs;
}

AnswerIdentity with_critic(AnswerIdentity identity, const System& system, const Row& row) {
  if (row.reads_critic()) identity.inputs[student::files::critic] = sha256_file(critic_of(system));
  return identity;
}

std::string folder_name(const Row& row, const AnswerIdentity& identity) {
  const auto critic = identity.inputs.find(student::files::critic);
  return critic == identity.inputs.end() ? row.name : row.name + "+critic-" + critic->second.substr(0, shown_digits);
}

data::Manifest answers_manifest(const Row& row, const AnswerIdentity& identity) {
  data::Manifest manifest;
  manifest.stage = "eval-answers";
  manifest.tool_version = version();
  manifest.command_line = identity.command_line;
  manifest.seed = identity.seed;
  manifest.config = {{"row", row.name},
                     {"temperature", row.sampling.temperature},
                     {"top_p", row.sampling.top_p},
                     {"repeat_penalty", row.sampling.repeat_penalty},
                     {"max_tokens", row.sampling.max_tokens},
                     {"few_shot", row.kind != RowKind::student && row.few_shot},
                     {"return", row.asked_return},
                     {"normalisation_version", data::normalisation_version}};
  if (row.kind == RowKind::student) {
    manifest.config["mention"] = row.mention;
    manifest.config["spelling_temperature"] = row.sampling.spelling_temperature;
    if (row.sampling.opening_temperature > 0) manifest.config["opening_temperature"] = row.sampling.opening_temperature;
    if (row.drafts >= inference::Heat::least_drafts)
      manifest.config["heat"] = {
          {"drafts", row.drafts}, {"rung", inference::Heat::rung}, {"one_in", inference::Heat::one_in}};
  }
  manifest.models["model"] = identity.model_sha256;
  manifest.inputs = identity.inputs;
  return manifest;
}

namespace {

/// A case that a row has no answer to.
struct Missing {
  const AskedRow* asked;
  const Case* of;
  std::size_t draft = 0;  ///< which of the case's drafts it is
};

/// All drafts of a case that lacks one of them: each is judged beside the others. Those that are known come to the same
/// again.
std::vector<Missing> missing_drafts(const std::vector<AskedRow>& rows, const std::vector<Case>& cases) {
  std::vector<Missing> missing;
  for (const Case& c : cases) {
    if (std::all_of(rows.begin(), rows.end(), [&](const AskedRow& asked) { return asked.cache->has(c); })) continue;
    for (std::size_t draft = 0; draft < rows.size(); ++draft) missing.push_back({&rows[draft], &c, draft});
  }
  return missing;
}

bool are_drafts(const std::vector<AskedRow>& rows) { return !rows.empty() && rows.front().row->drafts > 1; }

/// What share the beginning of their prompt follow one another, whatever their row.
std::vector<Missing> missing_of(const OpenSystem& system, const std::vector<AskedRow>& rows,
                                const std::vector<Case>& cases) {
  if (are_drafts(rows)) return missing_drafts(rows, cases);
  std::vector<Missing> missing;
  for (const AskedRow& asked : rows)
    for (const Case& c : cases)
      if (!asked.cache->has(c)) missing.push_back({&asked, &c});
  std::stable_sort(missing.begin(), missing.end(), [&](const Missing& a, const Missing& b) {
    return system.prefix_group(*a.asked->row, *a.of) < system.prefix_group(*b.asked->row, *b.of);
  });
  return missing;
}

void take(const OpenSystem& system, const Missing& missing, const lm::Completion& done) {
  const Row& row = *missing.asked->row;
  const Case& c = *missing.of;
  SystemAnswer answer{system.kept(c, done.text), to_string(done.finish), done.tokens, {}, system.asked_return(row, c)};
  if (row.kind == RowKind::student) answer.asked_words = c.asked_words;
  if (row.reads_critic()) answer.worth = system.worth(done);
  missing.asked->cache->add(c, std::move(answer));
}

}  // namespace

lm::Throughput ask_missing(OpenSystem& system, const std::vector<AskedRow>& rows, const std::vector<Case>& cases,
                           const std::function<void()>& answered) {
  const std::vector<Missing> missing = missing_of(system, rows, cases);
  std::unordered_map<std::string, const Missing*> by_id;
  std::shared_ptr<inference::Heat> heat;  // of the case that is asked last
  std::size_t position = 0;
  const auto next = [&]() -> std::optional<lm::Request> {
    if (position == missing.size()) return std::nullopt;
    const Missing& one = missing[position++];
    lm::Request request = system.request(*one.asked->row, *one.of);
    request.id = one.asked->row->name + "/" + one.of->id;
    if (are_drafts(rows)) {
      if (one.draft == 0) heat = system.heat(static_cast<int>(rows.size()));
      if (heat) request.written = runs_in(heat, one.draft);
    }
    by_id.emplace(request.id, &one);
    return request;
  };
  const auto done = [&](const lm::Completion& completion) {
    const Missing& one = *by_id.at(completion.id);
    if (completion.finish == lm::Finish::error || completion.finish == lm::Finish::filtered)
      return one.asked->cache->fail(*one.of, completion);
    if (one.asked->cache->has(*one.of)) return;
    take(system, one, completion);
    answered();
  };
  return missing.empty() ? lm::Throughput{} : system.model().complete(next, done);
}

}  // namespace udrl::eval
