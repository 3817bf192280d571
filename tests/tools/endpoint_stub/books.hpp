// Counts what was asked, answered and refused, and keeps the log. Not for: deciding what is answered.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "answers.hpp"
#include "clock.hpp"
#include "log.hpp"
#include "options.hpp"

namespace udrl::stub {

struct Counts {
  std::uint64_t received = 0, answered = 0, abandoned = 0, refused = 0;
  std::uint64_t prompt_tokens = 0, generated_tokens = 0;
  std::array<std::uint64_t, fault_names.size()> faults{};
  long in_flight = 0, most_in_flight = 0;
};

class Books {
 public:
  explicit Books(const std::string& log_file) : log_(log_file) {}

  void asked(std::uint64_t hash);
  void met(Fault fault);
  void answered(const Bill& bill);
  void begins();
  void ends() { --counts.in_flight; }
  void tick(Clock::time_point now) { log_.flush_if_due(now); }
  /// What GET /stats shows.
  std::string as_json() const;

  Counts counts;

 private:
  Log log_;
};

}  // namespace udrl::stub
