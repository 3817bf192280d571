// What a server did, in Prometheus' text format.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "udrl/lm/language_model.hpp"

namespace udrl::serve {

/// What is so at the moment.
struct Gauges {
  std::size_t clients = 0, waiting = 0, being_written = 0;
};

/// From any thread.
class Metrics {
 public:
  void count_request(const std::string& route, int status);
  void count_answer(const lm::Completion& completion);
  std::string text(const Gauges& now) const;

 private:
  static constexpr std::array<double, 12> bounds_s{0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5};

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::uint64_t> requests_;  ///< by route and status
  std::map<std::string, std::uint64_t> answers_;                   ///< by how they ended
  std::uint64_t tokens_ = 0, timed_ = 0;
  double seconds_ = 0;
  std::array<std::uint64_t, bounds_s.size()> within_{};  ///< of those timed
};

}  // namespace udrl::serve
