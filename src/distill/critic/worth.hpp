// Worth fitted to returns, and how well it goes with those of other requests. Not for: where answers come from
// (command/own_answers.hpp), or the file (student/critic.hpp).
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "udrl/student/critic.hpp"

namespace udrl::distill {

/// The answers to one intent and task, as the student reads them.
struct ReadRequest {
  std::string intent_id;
  std::vector<double> returns;               ///< by answer, real
  std::vector<std::vector<float>> features;  ///< by answer: mean log-probability (nats a token), then the mean state
};

/// Answers that say which of two is better: those that are not alone.
std::size_t usable_answers(std::span<const ReadRequest> requests);

/// First those to fit, then about `share` of the intents, with all their tasks: a function of each intent's id.
std::pair<std::vector<ReadRequest>, std::vector<ReadRequest>> hold_out(const std::vector<ReadRequest>& requests,
                                                                       double share);

/// Weights of the features, by ridge regression within requests. They are scaled so that the worth of these answers has
/// a variance of 1 within a request, on average. Requests of one answer say nothing. Throws `Error` (user) where the
/// returns go with nothing, as where they are all equal.
std::vector<double> fit_worth(std::span<const ReadRequest> requests, double ridge);

double worth_of(std::span<const double> weights, std::span<const float> features);

/// Over requests of four answers and more; zeros where there are none.
student::CriticFit measured_fit(std::span<const ReadRequest> requests, std::span<const double> weights);

}  // namespace udrl::distill
