// Records to requests, requests to batches.
#include "judged.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/base/random.hpp"
#include "udrl/command/own_answers.hpp"
#include "udrl/score/statistics.hpp"
#include "udrl/student/critic.hpp"

namespace udrl::train {
namespace {

/// All answers to an intent and task.
struct Request {
  std::vector<Sequence> sequences;
  std::vector<double> returns;

  int width() const {
    int width = 0;
    for (const Sequence& one : sequences) width = std::max(width, one.length());
    return width;
  }
  bool tells_apart() const {
    const auto [least, most] = std::minmax_element(returns.begin(), returns.end());
    return returns.size() > 1 && *least < *most;
  }
};

Sequence sequence_of(const command::OwnAnswer& answer, const student::Tokenizer& tokenizer) {
  Sequence sequence{tokenizer.encode(answer.prompt), 0};
  sequence.first_target = sequence.length();
  const std::vector<int> text = tokenizer.encode(std::string_view(answer.text));
  sequence.ids.insert(sequence.ids.end(), text.begin(), text.end());
  return sequence;
}

std::vector<Request> requests_of(const JudgedSource& source) {
  std::map<std::pair<std::string, std::string>, Request> by_request;
  for (const command::OwnAnswer& answer : command::read_own_answers(source.tagged, source.fitted)) {
    if (student::is_held_out(answer.intent_id)) continue;
    Sequence sequence = sequence_of(answer, source.tokenizer);
    if (sequence.length() > source.longest || sequence.targets() == 0) continue;
    Request& request = by_request[{answer.intent_id, answer.task}];
    request.sequences.push_back(std::move(sequence));
    request.returns.push_back(answer.real_return);
  }
  std::vector<Request> requests;
  for (auto& [key, request] : by_request)
    if (request.tells_apart()) requests.push_back(std::move(request));
  if (requests.empty())
    throw user_error("no request has two answers with different returns, so nothing says which is better")
        .at(source.tagged.string())
        .hint("ask for more draws: udrl-distill answer --draws 8, then score and tag them");
  return requests;
}

/// Returns less their request's mean, in deviations.
void standardise(std::vector<Request>& requests) {
  double squares = 0, count = 0;
  for (Request& request : requests) {
    const double mean = score::mean(request.returns);
    for (double& one : request.returns) {
      one -= mean;
      squares += one * one;
    }
    count += static_cast<double>(request.returns.size());
  }
  const double deviation = std::sqrt(squares / count);
  for (Request& request : requests)
    for (double& one : request.returns) one /= deviation;
}

/// Of the requests from … to.
JudgedBatch batch_of(const std::vector<Request>& requests, std::size_t from, std::size_t to, int pad_id) {
  std::vector<Indexed> rows;
  std::vector<std::pair<std::int64_t, double>> judged;
  for (std::size_t i = from; i < to; ++i) {
    for (std::size_t k = 0; k < requests[i].sequences.size(); ++k) {
      rows.push_back({requests[i].sequences[k], static_cast<std::uint32_t>(rows.size())});
      judged.emplace_back(static_cast<std::int64_t>(i - from), requests[i].returns[k]);
    }
  }
  int width = 0;
  for (const Indexed& row : rows) width = std::max(width, row.sequence.length());
  const int whole = width * static_cast<int>(rows.size());
  JudgedBatch batch{std::move(bucket(std::move(rows), whole, pad_id).front()), {}, {}};
  for (const std::uint32_t row : batch.answers.records) {
    batch.requests.push_back(judged[row].first);
    batch.returns.push_back(judged[row].second);
  }
  return batch;
}

/// Requests of about one width stand together, so that little is padding.
std::vector<JudgedBatch> batches_of(std::vector<Request> requests, const JudgedSource& source) {
  std::stable_sort(requests.begin(), requests.end(),
                   [](const Request& a, const Request& b) { return a.width() < b.width(); });
  std::vector<JudgedBatch> batches;
  for (std::size_t from = 0; from < requests.size();) {
    std::size_t to = from, rows = requests[from].sequences.size();
    while (++to < requests.size()) {
      rows += requests[to].sequences.size();
      if (rows * static_cast<std::size_t>(requests[to].width()) > static_cast<std::size_t>(source.micro_tokens)) break;
    }
    batches.push_back(batch_of(requests, from, to, source.tokenizer.eos_id()));
    from = to;
  }
  return batches;
}

}  // namespace

JudgedAnswers::JudgedAnswers(const JudgedSource& source) : seed_(source.seed) {
  std::vector<Request> requests = requests_of(source);
  standardise(requests);
  requests_ = requests.size();
  for (const Request& request : requests) answers_ += request.returns.size();
  batches_ = batches_of(std::move(requests), source);
}

const JudgedBatch& JudgedAnswers::of_step(std::uint64_t step) const {
  const std::uint64_t pass = step / batches_.size();
  std::vector<std::size_t> order(batches_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  RandomStream(seed_, "judged:" + std::to_string(pass)).shuffle(order);
  return batches_[order[step % batches_.size()]];
}

}  // namespace udrl::train
