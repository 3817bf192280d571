// failures.json: {"failures": {cause: {"requests", "words", "first"}}, "unknown_finish_reasons": {name: answers}}.
#include "ledger.hpp"

#include <algorithm>

#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/record.hpp"

namespace udrl::distill {
namespace {

using data::Json;

constexpr std::size_t most_names = 20;  ///< of unknown ends: an endpoint may invent one each time

std::string as_name(std::string text) {
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

}  // namespace

EndpointLedger::EndpointLedger(std::filesystem::path folder, Observer& observer)
    : folder_(std::move(folder)), observer_(observer) {
  read_earlier();
}

void EndpointLedger::read_earlier() {
  if (!std::filesystem::exists(folder_ / file_name)) return;
  const Json earlier = data::json_or_discarded(read_file(folder_ / file_name));
  if (!earlier.is_object() || !earlier.contains("unknown_finish_reasons")) return;
  for (const auto& [name, answers] : earlier["unknown_finish_reasons"].items())
    if (answers.is_number_unsigned()) unknown_[name] = answers.get<std::uint64_t>();
}

bool EndpointLedger::take(const lm::Completion& answer) {
  if (!answer.unknown_finish.empty()) note_unknown(answer.unknown_finish);
  if (answer.finish != lm::Finish::error) return true;
  Cause& cause = causes_[answer.cause.empty() ? "error" : answer.cause];
  if (++cause.requests > 1) return false;
  cause.words = answer.text;
  cause.first = answer.id;
  observer_.note(Level::warning, "a request failed (" + answer.cause + "): " + answer.text);
  save();
  return false;
}

void EndpointLedger::note_unknown(const std::string& name) {
  const bool is_new = !unknown_.contains(name);
  if (is_new && unknown_.size() >= most_names) {
    ++unknown_["others"];
    return;
  }
  ++unknown_[name];
  if (!is_new) return;
  observer_.note(Level::warning, "the endpoint ends an answer with finish_reason \"" + name +
                                     "\", which is not known: such answers are kept, and taken as whole unless they "
                                     "have as many tokens as they may");
  save();
}

void EndpointLedger::save() const {
  const std::filesystem::path file = folder_ / file_name;
  if (causes_.empty() && unknown_.empty()) {
    std::filesystem::remove(file);
    return;
  }
  Json json = {{"failures", Json::object()}, {"unknown_finish_reasons", unknown_}};
  for (const auto& [name, cause] : causes_)
    json["failures"][name] = {{"requests", cause.requests}, {"words", cause.words}, {"first", cause.first}};
  make_folder(folder_);
  data::write_json(file, json);
}

void EndpointLedger::add_to(std::map<std::string, std::uint64_t>& counts) const {
  for (const auto& [name, cause] : causes_) counts["failed_" + as_name(name)] = cause.requests;
  for (const auto& [name, answers] : unknown_) counts["unknown_finish_" + as_name(name)] = answers;
}

std::uint64_t EndpointLedger::failures() const {
  std::uint64_t sum = 0;
  for (const auto& [name, cause] : causes_) sum += cause.requests;
  return sum;
}

void EndpointLedger::require_none() const {
  if (causes_.empty()) return;
  std::string all;
  for (const auto& [name, cause] : causes_)
    all += (all.empty() ? "" : "; ") + name + " (" + std::to_string(cause.requests) + "): " + cause.words;
  throw failure(std::to_string(failures()) + " requests to the endpoint failed")
      .at((folder_ / file_name).string())
      .got(all)
      .hint(lm::endpoint_hint);
}

}  // namespace udrl::distill
