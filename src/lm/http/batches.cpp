// OpenAI's JSON of files and batches.
#include "batches.hpp"

#include <fstream>

#include "redact.hpp"
#include "replies.hpp"
#include "transfer.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/members.hpp"
#include "udrl/data/text_lines.hpp"

namespace udrl::lm {
namespace {

using data::Json, data::text_in;

Error unreadable(const std::string& what, const std::string& got) {
  return failure("the endpoint's " + what + " cannot be read").got(got.substr(0, 200)).hint(endpoint_hint);
}

Json reply_json(const std::string& what, const std::string& body) {
  Json json = data::json_or_discarded(body);
  if (!json.is_object()) throw unreadable(what, body);
  return json;
}

std::string id_in(const std::string& what, const std::string& body) {
  const std::string id = text_in(reply_json(what, body), "id");
  if (id.empty()) throw unreadable(what, body);
  return id;
}

std::uint64_t count_in(const Json& batch, const char* name) {
  return data::natural_in(batch.value("request_counts", Json()), name);
}

bool is_over(const std::string& status) {
  return status == "completed" || status == "failed" || status == "expired" || status == "cancelled";
}

Error no_answer(const Json& batch) {
  HttpReply told;
  told.body = data::json_line(batch.value("errors", Json()));
  return failure("the endpoint ended a batch without an answer")
      .at(text_in(batch, "id"))
      .got(text_in(batch, "status") + ": " + words_of(told))
      .hint("fix the cause and run the same command again, which submits it anew; or leave batches out");
}

/// A line of the file: the hash by which the cache knows the request is its name.
std::string line_of(const HttpJob& job) {
  const Json line = {{"custom_id", ResponseCache::key_of(job)},
                     {"method", "POST"},
                     {"url", "/v1" + job.path},
                     {"body", data::parse_json(job.body)}};
  return data::json_line(line) + "\n";
}

/// 0 for what is none.
long status_in(const Json& response) {
  const std::uint64_t status = data::natural_in(response, "status_code");
  return status < 1000 ? static_cast<long>(status) : 0;
}

/// As the same request's reply would have been.
HttpReply reply_in(const Json& line) {
  HttpReply reply;
  const Json response = line.value("response", Json());
  if (!response.is_object() || !response.contains("body")) return reply;
  reply.status = status_in(response);
  reply.body = data::json_line(response["body"]);
  reply.fault = completion_fault(reply);
  return reply;
}

/// A line of 64 MiB, or of no text, is the endpoint's doing: what usually cures it does not here.
bool next_line(data::TextLines& lines, std::string& text, const std::string& cure) {
  try {
    return lines.next(text);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::user) throw;
    throw Error(error).hint(cure);
  }
}

}  // namespace

Batches::Batches(const HttpPlace& place, const BatchSetting& setting, ResponseCache& cache, UsageLedger& ledger)
    : place_(place), setting_(setting), cache_(cache), ledger_(ledger), calls_(place) {}

void Batches::collect() {
  std::vector<Submitted> submitted = read_submitted();
  while (!submitted.empty()) {
    const Submitted batch = submitted.front();
    const Json ended = wait_for(batch.id, batch.requests);
    const std::string output = text_in(ended, "output_file_id");
    if (!output.empty()) take_lines(output, batch);
    submitted.erase(submitted.begin());
    write_submitted(submitted);
    if (output.empty() && text_in(ended, "status") != "completed") throw no_answer(ended);
  }
}

void Batches::submit_and_collect(std::span<const HttpJob> jobs) {
  if (jobs.empty()) return;
  const std::filesystem::path file = setting_.folder / "batch-requests.jsonl";
  std::string lines;
  for (const HttpJob& job : jobs) lines += line_of(job);
  write_file_atomic(file, lines);
  const std::string input = id_in("uploaded file", calls_.upload(file, "batch"));
  const Json asked = {{"input_file_id", input}, {"endpoint", "/v1" + jobs.front().path}, {"completion_window", "24h"}};
  const std::string id = id_in("batch", calls_.post("/batches", data::json_line(asked)));
  std::vector<Submitted> submitted = read_submitted();
  Submitted& made = submitted.emplace_back();
  made.id = id;
  made.requests = jobs.size();
  for (const HttpJob& job : jobs) made.asked.insert(ResponseCache::key_of(job));
  write_submitted(submitted);
  std::filesystem::remove(file);
  note("batch " + id + " of " + std::to_string(jobs.size()) +
       " requests is submitted; Ctrl-C is safe: the same command collects it later");
  collect();
}

std::vector<Batches::Submitted> Batches::read_submitted() const {
  const std::filesystem::path file = setting_.folder / file_name;
  if (!std::filesystem::exists(file)) return {};
  const std::string cure = "remove it; answers of batches that are not yet collected are lost then";
  return data::read_document(file, cure, [](const Json& json) {
    std::vector<Submitted> submitted;
    for (const Json& entry : json.at("submitted")) {
      const data::Fields fields(entry, "a batch");
      Submitted& batch = submitted.emplace_back();
      batch.id = fields.text("id");
      batch.requests = fields.natural("requests");
      const std::vector<std::string> asked = fields.has("asked") ? fields.texts("asked") : std::vector<std::string>();
      batch.asked.insert(asked.begin(), asked.end());
    }
    return submitted;
  });
}

void Batches::write_submitted(const std::vector<Submitted>& submitted) const {
  Json json = {{"submitted", Json::array()}};
  for (const Submitted& batch : submitted)
    json["submitted"].push_back({{"id", batch.id}, {"requests", batch.requests}, {"asked", batch.asked}});
  make_folder(setting_.folder);
  data::write_json(setting_.folder / file_name, json);
}

Json Batches::wait_for(const std::string& id, std::uint64_t requests) const {
  std::string said;
  while (true) {
    Json now = reply_json("batch", calls_.get("/batches/" + id));
    const std::string status = text_in(now, "status");
    const std::string text = "batch " + id + ": " + status + ", " + std::to_string(count_in(now, "completed")) +
                             " of " + std::to_string(requests) + " answered";
    if (text != said) note(said = text);
    if (is_over(status)) return now;
    sleep_unless_stopped(setting_.poll_s,
                         "run the same command again to collect batch " + id + ": the provider goes on with it");
  }
}

/// Answers that cannot be taken would be met again with every start.
std::string Batches::way_out() const {
  return "remove " + (setting_.folder / file_name).string() +
         " to give the batch up: its requests are asked, and paid for, again";
}

void Batches::take_lines(const std::string& file_id, const Submitted& batch) {
  const std::filesystem::path file = setting_.folder / "batch-answers.jsonl";
  const std::string cure = way_out();
  calls_.download("/files/" + file_id + "/content", file, {most_answer_bytes, cure});
  data::TextLines lines(file);
  std::uint64_t unasked = 0;
  for (std::string text; next_line(lines, text, cure);) unasked += take_line(text, lines.place(), batch) ? 0U : 1U;
  if (unasked > 0)
    note("batch " + batch.id + " answers what it was not asked, which is left out: " + std::to_string(unasked) +
             " of its answers",
         Level::warning);
  std::filesystem::remove(file);
}

bool Batches::take_line(const std::string& text, const std::string& where, const Submitted& batch) {
  if (text.size() > longest_reply_mib << 20U) {
    note("a reply of more than " + std::to_string(longest_reply_mib) + " MiB is left out: " + where);
    return true;
  }
  const Json line = data::json_or_discarded(text);
  const std::string request = text_in(line, "custom_id");
  if (request.empty()) return true;
  if (!batch.may_answer(request)) return false;
  take(request, line);
  return true;
}

void Batches::take(const std::string& request, const Json& line) {
  HttpReply reply = reply_in(line);
  reply.body = redacted(std::move(reply.body), place_.key);
  if (reply.status == 0 || cache_.has(request)) return;  // taken by a run that was killed on the way
  ledger_.ended({}, reply, {});
  if (reply.fault.empty()) cache_.keep(request, reply);
}

void Batches::note(const std::string& text, Level level) const {
  if (place_.observer != nullptr) place_.observer->note(level, text);
}

}  // namespace udrl::lm
