// Where each path leads.
#include "endpoint.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "answers.hpp"
#include "chance.hpp"
#include "faults.hpp"

namespace udrl::stub {

Bucket::Bucket(double rate) : rate_(rate), left_(std::max(1.0, rate)) {}

bool Bucket::take() {
  if (rate_ <= 0) return true;
  const auto now = Clock::now();
  const double passed = std::chrono::duration<double>(now - filled_).count();
  left_ = std::min(std::max(1.0, rate_), left_ + passed * rate_);
  filled_ = now;
  if (left_ < 1) return false;
  left_ -= 1;
  return true;
}

Endpoint::Endpoint(const Options& options)
    : options_(options), books_(options.log), batches_(options, books_), bucket_(options.rate) {}

Reply Endpoint::respond(const Incoming& request) {
  const bool is_chat = request.path == "/v1/chat/completions";
  if (request.method == "POST" && (is_chat || request.path == "/v1/completions")) return complete(request, is_chat);
  if (request.method == "POST" && request.path == "/v1/files") return batches_.add_file(request);
  if (request.method == "POST" && request.path == "/v1/batches") return batches_.create(request);
  return request.method == "GET" ? show(request.path) : refusal(404, "no such path");
}

void Endpoint::tick(Clock::time_point now) {
  batches_.advance(now);
  books_.tick(now);
}

Reply Endpoint::show(std::string_view path) const {
  constexpr std::string_view batch = "/v1/batches/", file = "/v1/files/", content = "/content";
  if (path == "/stats") return plain(200, books_.as_json());
  if (path == "/v1/batches") return batches_.list();
  if (path.starts_with(batch)) return batches_.show(std::string(path.substr(batch.size())));
  if (!path.starts_with(file) || !path.ends_with(content)) return refusal(404, "no such path");
  return batches_.content(std::string(path.substr(file.size(), path.size() - file.size() - content.size())));
}

Reply Endpoint::complete(const Incoming& request, bool is_chat) {
  const std::uint64_t number = books_.counts.received;
  const Fate fate = fate_of(options_, number);
  const std::uint64_t id = fate.fault == Fault::duplicate_id ? last_id_ : number;
  const Answer answer = answer_to(request.body, is_chat, "chatcmpl-" + std::to_string(id));
  books_.asked(answer.bill.hash);
  if (!request.body.starts_with('{')) return refusal(400, "the body is no JSON object");
  if (!bucket_.take()) return refused(true);
  if (options_.max_in_flight > 0 && books_.counts.in_flight >= options_.max_in_flight) return refused(false);
  books_.met(fate.fault);
  last_id_ = id;
  Reply reply = reply_of(answer, fate);
  reply.counts = true;
  return reply;
}

Reply Endpoint::refused(bool with_time) {
  ++books_.counts.refused;
  return too_many(with_time);
}

}  // namespace udrl::stub
