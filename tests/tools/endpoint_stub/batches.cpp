// A batch is read and drawn when it is made, and answered whole when its time has passed.
#include "batches.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <set>
#include <utility>

#include "answers.hpp"

namespace udrl::stub {
namespace {

using nlohmann::json;

json object_of(const json& wanted, const std::string& id) {
  return {{"id", id},
          {"object", "batch"},
          {"endpoint", wanted.value("endpoint", json())},
          {"errors", nullptr},
          {"input_file_id", wanted["input_file_id"]},
          {"completion_window", wanted.value("completion_window", json())},
          {"status", "validating"},
          {"output_file_id", nullptr},
          {"error_file_id", nullptr},
          {"created_at", std::time(nullptr)},
          {"request_counts", {{"total", 0}, {"completed", 0}, {"failed", 0}}},
          {"metadata", wanted.value("metadata", json())}};
}

void fail(Batch& batch, const std::string& fault) {
  batch.lines.clear();
  batch.object["status"] = "failed";
  batch.object["errors"] = {{"object", "list"}, {"data", {{{"code", "invalid_line"}, {"message", fault}}}}};
}

/// Refused by the server, or never begun.
std::string error_line(const BatchLine& line) {
  json object{{"id", "batch_req_" + hex(hash_of(line.custom_id))}, {"custom_id", line.custom_id}};
  const bool is_late = line.fate.way % 2 == 0;
  object["response"] = nullptr;
  object["error"] = nullptr;
  if (is_late) object["error"] = {{"code", "batch_expired"}, {"message", "This request could not be executed"}};
  else object["response"] = {{"status_code", 500}, {"body", {{"error", {{"message", "The server had an error"}}}}}};
  return object.dump() + "\n";
}

}  // namespace

Reply Batches::add_file(const Incoming& request) {
  const auto content = uploaded_file(request);
  if (!content) return refusal(400, "no part named file");
  const std::string id = keep(std::string(*content));
  return plain(200, json{{"id", id}, {"object", "file"}, {"bytes", content->size()}, {"purpose", "batch"}}.dump());
}

Reply Batches::create(const Incoming& request) {
  const json wanted = json::parse(request.body, nullptr, false);
  if (!wanted.is_object() || !wanted.contains("input_file_id")) return refusal(400, "no input_file_id");
  const auto file = files_.find(wanted["input_file_id"].is_string() ? std::string(wanted["input_file_id"]) : "");
  if (file == files_.end()) return refusal(400, "no such file");
  const std::string id = "batch_" + std::to_string(batches_.size() + 1);
  Batch batch{object_of(wanted, id), {}, Clock::now()};
  const std::string fault = read_lines(file->second, batch);
  if (!fault.empty()) fail(batch, fault);
  batch.object["request_counts"]["total"] = batch.lines.size();
  return plain(200, batches_.emplace(id, std::move(batch)).first->second.object.dump());
}

Reply Batches::list() const {
  json all = json::array();
  for (const auto& batch : batches_) all.push_back(batch.second.object);
  return plain(200, json{{"object", "list"}, {"data", all}, {"has_more", false}}.dump());
}

Reply Batches::show(const std::string& id) const {
  const auto found = batches_.find(id);
  return found == batches_.end() ? refusal(404, "no such batch") : plain(200, found->second.object.dump());
}

Reply Batches::content(const std::string& id) const {
  const auto found = files_.find(id);
  if (found == files_.end()) return refusal(404, "no such file");
  return only(http(200, found->second, "application/octet-stream"));
}

void Batches::advance(Clock::time_point now) {
  for (auto& [id, batch] : batches_) {
    std::string status = batch.object["status"];
    if (status == "validating" && now - batch.began >= options_.batch / 10) status = "in_progress";
    batch.object["status"] = status;
    if (status == "in_progress" && now - batch.began >= options_.batch) complete(batch);
  }
}

std::string Batches::keep(std::string content) {
  const std::string id = "file-" + std::to_string(files_.size() + 1);
  files_.emplace(id, std::move(content));
  return id;
}

/// What is wrong with the file; "" where nothing is.
std::string Batches::read_lines(const std::string& file, Batch& batch) {
  std::set<std::string> ids;
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = std::min(file.find('\n', at), file.size());
    const json line = json::parse(file.substr(at, end - at), nullptr, false);
    at = end + 1;
    if (!line.is_object() || !line.contains("custom_id") || !line["custom_id"].is_string() || !line.contains("body"))
      return "a line without custom_id and body";
    if (!ids.insert(line["custom_id"]).second) return "a custom_id that stands twice";
    const bool is_chat = line.value("url", "") == "/v1/chat/completions";
    batch.lines.push_back({line["custom_id"], line["body"].dump(), is_chat, {}});
  }
  for (BatchLine& line : batch.lines) take(line);
  return "";
}

void Batches::take(BatchLine& line) {
  line.fate = fate_of(options_, books_.counts.received);
  books_.asked(hash_of(line.body));
  books_.met(line.fate.fault);
}

/// In another order than they were asked, as the interface allows. A duplicate id is a result that stands twice.
void Batches::complete(Batch& batch) {
  std::string results, errors;
  std::uint64_t failed = 0;
  std::reverse(batch.lines.begin(), batch.lines.end());
  for (const BatchLine& line : batch.lines) {
    const bool is_twice = line.fate.fault == Fault::duplicate_id;
    const bool fails = line.fate.fault != Fault::none && !is_twice;
    failed += fails ? 1 : 0;
    if (fails) errors += error_line(line);
    else results += result_line(line, is_twice);
  }
  batch.object["status"] = "completed";
  batch.object["request_counts"]["completed"] = batch.lines.size() - failed;
  batch.object["request_counts"]["failed"] = failed;
  if (!results.empty()) batch.object["output_file_id"] = keep(std::move(results));
  if (!errors.empty()) batch.object["error_file_id"] = keep(std::move(errors));
  batch.lines = {};
}

std::string Batches::result_line(const BatchLine& line, bool is_twice) {
  const Answer answer = answer_to(line.body, line.is_chat, "chatcmpl-" + hex(hash_of(line.custom_id)));
  books_.answered(answer.bill);
  const std::string text = R"({"id":"batch_req_)" + hex(answer.bill.hash) + R"(","custom_id":)" +
                           json(line.custom_id).dump() + R"(,"response":{"status_code":200,"request_id":"r","body":)" +
                           answer.body + "},\"error\":null}\n";
  return is_twice ? text + text : text;
}

}  // namespace udrl::stub
