// Metrics as JSON.
#include "metrics.hpp"

namespace udrl::train {

Json to_json(const Metrics& m) {
  Json line{{"step", m.step},     {"loss", m.loss},       {"grad_norm", m.grad_norm}, {"lr", m.lr},
            {"tokens", m.tokens}, {"targets", m.targets}, {"seconds", m.seconds},     {"tokens_per_s", m.tokens_per_s},
            {"mfu", m.mfu}};
  if (m.plain) line["phase"] = "plain";
  if (m.critic_error) line["critic_error"] = *m.critic_error;
  if (!m.valid) return line;
  line["valid_loss"] = m.valid->loss;
  line["valid_bits_per_byte"] = m.valid_bits_per_byte;
  Json tasks = Json::object(), returns = Json::object();
  for (const auto& [task, loss] : m.valid->by_task) tasks[task] = loss;
  for (const auto& [bin, loss] : m.valid->by_return) returns[std::to_string(bin)] = loss;
  line["valid_by_task"] = tasks;
  line["valid_by_return"] = returns;
  return line;
}

double seconds_before(const std::filesystem::path& metrics, std::uint64_t step) {
  double seconds = 0;
  if (step > 0) for_each_step_line(metrics, step, [&](const Json& line) { seconds = number_in(line, "seconds"); });
  return seconds;
}

}  // namespace udrl::train
