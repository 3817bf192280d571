// The cache of answers, and filling it.
#include "answers.hpp"

#include <algorithm>

#include "udrl/base/error.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text.hpp"

namespace udrl::eval {
namespace {

std::optional<int> optional_number(const data::Fields& fields, const char* name) {
  return fields.has(name) ? std::optional(fields.integer(name)) : std::nullopt;
}

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
  return json;
}

SystemAnswer answer_from_json(const data::Json& json) {
  const data::Fields fields(json, "answer");
  return {fields.text("answer"), fields.text("finish"), fields.integer("tokens"),
          optional_number(fields, "asked_words"), optional_number(fields, "asked_return")};
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
  manifest.models["model"] = identity.model_sha256;
  manifest.inputs = identity.inputs;
  return manifest;
}

lm::Throughput ask_missing(OpenSystem& system, const Row& row, const std::vector<Case>& cases, AnswerCache& cache,
                           const std::function<void()>& answered) {
  std::vector<const Case*> missing;
  std::unordered_map<std::string, const Case*> by_id;
  for (const Case& c : cases) {
    if (cache.has(c)) continue;
    missing.push_back(&c);
    by_id.emplace(c.id, &c);
  }
  std::stable_sort(missing.begin(), missing.end(), [&](const Case* a, const Case* b) {
    return system.prefix_group(row, *a) < system.prefix_group(row, *b);
  });
  std::size_t position = 0;
  const auto next = [&]() -> std::optional<lm::Request> {
    if (position == missing.size()) return std::nullopt;
    return system.request(row, *missing[position++]);
  };
  const auto take = [&](lm::Completion done) {
    const Case& c = *by_id.at(done.id);
    if (done.finish == lm::Finish::error || done.finish == lm::Finish::filtered) return cache.fail(c, done);
    SystemAnswer answer{
        system.kept(c, done.text), to_string(done.finish), done.tokens, {}, system.asked_return(row, c)};
    if (row.kind == RowKind::student) answer.asked_words = c.asked_words;
    cache.add(c, std::move(answer));
    answered();
  };
  return missing.empty() ? lm::Throughput{} : system.model().complete(next, take);
}

}  // namespace udrl::eval
