// A student's critic (critic.json): what one of its own answers is worth, read from what the student computes while it
// writes it, so at no cost: a linear map of the mean of its last hidden states and of its log-probability. As a value
// head on a policy's own states (Cobbe et al. 2021, arXiv 2110.14168, train a verifier so), but fitted by ridge
// regression to the returns of answers that the student wrote. `udrl-train --critic.data` makes its states say more.
// Not for: fitting it (distill/critic.hpp), or choosing (inference/ranker.hpp).
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace udrl::student {

/// How well a critic told apart answers to requests that it was not fitted to.
struct CriticFit {
  std::size_t requests = 0;  ///< intents × tasks
  std::size_t answers = 0;
  double correlation = 0;  ///< Pearson's between worth and return within a request, mean over requests
  double gain =
      0;  ///< return of the answer with the highest worth less the mean, over the same of the best answer: 0 … 1
};

struct Critic {
  std::string student;        ///< SHA-256 of the student.gguf whose states it reads
  double log_prob = 0;        ///< weight of the mean log-probability, per nat a token
  std::vector<double> state;  ///< [width]; weights of the mean state
  CriticFit fit{};

  /// In standard deviations among answers to one request; comparable within one request only. `mean_state` has as many
  /// values as `state`.
  double worth(double mean_log_prob, std::span<const float> mean_state) const;
};

namespace files {
inline constexpr const char* critic = "critic.json";  ///< beside the student
}

/// Share of the intents whose answers measure a critic, and so teach it nothing.
inline constexpr double usual_held_out = 0.25;
/// Whether the answers to an intent are among them: a function of its id, the same wherever a critic learns.
bool is_held_out(const std::string& intent_id, double share = usual_held_out);

void save(const Critic& critic, const std::filesystem::path& file);
/// Throws `Error` (user): damaged, or of another version.
Critic load_critic(const std::filesystem::path& file);
/// Whether a checkpoint folder has one, fitted to whatever student.
bool has_critic(const std::filesystem::path& folder);
/// Of a checkpoint folder; nothing where it has none, or where it was fitted to another student.gguf.
std::optional<Critic> critic_of(const std::filesystem::path& folder, const std::string& student_sha256);

}  // namespace udrl::student
