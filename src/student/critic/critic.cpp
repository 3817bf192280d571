// Critics as a file, and what they say.
#include "udrl/student/critic.hpp"

#include <numeric>

#include "udrl/base/error.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/figures.hpp"

namespace udrl::student {
namespace {

using data::Fields;
using data::Json;

constexpr int version = 1;
constexpr std::uint64_t split_seed = 1;
constexpr const char* cure = "fit it again: udrl-distill critic";

Json to_json(const CriticFit& fit) {
  return {{"requests", fit.requests}, {"answers", fit.answers}, {"correlation", fit.correlation}, {"gain", fit.gain}};
}

CriticFit fit_from(const Json& json) {
  const Fields fields(json, "fit");
  return {fields.natural("requests"), fields.natural("answers"), fields.number("correlation"), fields.number("gain")};
}

Critic critic_from(const Json& json) {
  const Fields fields(json, "critic");
  if (const auto found = fields.integer("version"); found != version)
    throw user_error("a critic of another version").expected(std::to_string(version)).got(std::to_string(found));
  return {fields.text("student"), data::figure_from(fields.value("log_prob"), "`log_prob`"),
          data::figures_from(fields.list("state"), "`state`"), fit_from(fields.object("fit"))};
}

}  // namespace

double Critic::worth(double mean_log_prob, std::span<const float> mean_state) const {
  return std::inner_product(state.begin(), state.end(), mean_state.begin(), log_prob * mean_log_prob);
}

bool is_held_out(const std::string& intent_id, double share) {
  return RandomStream(split_seed, "critic/" + intent_id).uniform() < share;
}

void save(const Critic& critic, const std::filesystem::path& file) {
  const Json json = {{"version", version},
                     {"student", critic.student},
                     {"log_prob", critic.log_prob},
                     {"state", critic.state},
                     {"fit", to_json(critic.fit)}};
  data::write_json(file, json);
}

Critic load_critic(const std::filesystem::path& file) { return data::read_document(file, cure, critic_from); }

bool has_critic(const std::filesystem::path& folder) { return std::filesystem::exists(folder / files::critic); }

std::optional<Critic> critic_of(const std::filesystem::path& folder, const std::string& student_sha256) {
  if (!has_critic(folder)) return std::nullopt;
  Critic critic = load_critic(folder / files::critic);
  if (critic.student != student_sha256) return std::nullopt;
  return critic;
}

}  // namespace udrl::student
