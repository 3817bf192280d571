// What an endpoint left without an answer, by cause, and how it calls an end that nobody knows: failures.json beside a
// stage's output. Not for: answers (answer_records.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "udrl/base/error.hpp"
#include "udrl/base/observer.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::distill {

/// Failures are those of one run, as the next one asks them again; unknown ends are those of all runs, as such answers
/// are kept.
class EndpointLedger {
 public:
  static constexpr const char* file_name = "failures.json";

  EndpointLedger(std::filesystem::path folder, Observer& observer);

  /// Notes what there is to note. False where this is no answer, and nothing may be made of it.
  bool take(const lm::Completion& answer);
  /// Writes the file; removes it where there is nothing to say.
  void save() const;
  /// Adds `failed_CAUSE` and `unknown_finish_NAME`.
  void add_to(std::map<std::string, std::uint64_t>& counts) const;
  std::uint64_t failures() const;
  /// Throws `Error` (failure) with causes and the endpoint's words, if any request failed.
  void require_none() const;

 private:
  struct Cause {
    std::uint64_t requests = 0;
    std::string words, first;  ///< of the first one: what the endpoint said, and its id
  };

  void read_earlier();
  void note_unknown(const std::string& name);

  std::filesystem::path folder_;
  Observer& observer_;
  std::map<std::string, Cause> causes_;
  std::map<std::string, std::uint64_t> unknown_;
};

}  // namespace udrl::distill
