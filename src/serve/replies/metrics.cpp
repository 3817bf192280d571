// Counting, and the exposition format.
#include "metrics.hpp"

#include <sstream>

namespace udrl::serve {
namespace {

void head(std::ostringstream& out, const std::string& name, const char* type, const char* help) {
  out << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n';
}

void gauge(std::ostringstream& out, const std::string& name, const char* help, std::size_t value) {
  head(out, name, "gauge", help);
  out << name << ' ' << value << '\n';
}

}  // namespace

void Metrics::count_request(const std::string& route, int status) {
  const std::scoped_lock lock(mutex_);
  ++requests_[{route, status}];
}

void Metrics::count_answer(const lm::Completion& completion) {
  const std::scoped_lock lock(mutex_);
  ++answers_[to_string(completion.finish)];
  tokens_ += static_cast<std::uint64_t>(completion.tokens);
  if (completion.finish != lm::Finish::stop && completion.finish != lm::Finish::length) return;
  ++timed_;
  seconds_ += completion.seconds;
  for (std::size_t i = 0; i < bounds_s.size(); ++i) within_[i] += completion.seconds <= bounds_s[i] ? 1 : 0;
}

std::string Metrics::text(const Gauges& now) const {
  std::ostringstream out;
  gauge(out, "udrl_clients", "Open connections.", now.clients);
  gauge(out, "udrl_answers_waiting", "Answers that wait to be written.", now.waiting);
  gauge(out, "udrl_answers_being_written", "Answers that are being written.", now.being_written);
  const std::scoped_lock lock(mutex_);
  head(out, "udrl_requests_total", "counter", "Requests by route and status.");
  for (const auto& [key, count] : requests_)
    out << "udrl_requests_total{route=\"" << key.first << "\",status=\"" << key.second << "\"} " << count << '\n';
  head(out, "udrl_answers_total", "counter", "Answers by how they ended.");
  for (const auto& [finish, count] : answers_)
    out << "udrl_answers_total{finish=\"" << finish << "\"} " << count << '\n';
  head(out, "udrl_answer_tokens_total", "counter", "Tokens written.");
  out << "udrl_answer_tokens_total " << tokens_ << '\n';
  head(out, "udrl_answer_seconds", "histogram", "From the first token of a prompt to the last one of its answer.");
  for (std::size_t i = 0; i < bounds_s.size(); ++i)
    out << "udrl_answer_seconds_bucket{le=\"" << bounds_s[i] << "\"} " << within_[i] << '\n';
  out << "udrl_answer_seconds_bucket{le=\"+Inf\"} " << timed_ << "\nudrl_answer_seconds_sum "
      << std::to_string(seconds_)  // with all digits: a rate is of differences
      << "\nudrl_answer_seconds_count " << timed_ << '\n';
  return out.str();
}

}  // namespace udrl::serve
