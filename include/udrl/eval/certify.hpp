// Measuring a student's steering certificate: it alone is asked, on intents of the validation split, for every return
// and for lengths from short to long. Not for: comparing it with others (evaluate.hpp), or reading the certificate
// (command/certificate.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/tool.hpp"
#include "udrl/command/certificate.hpp"
#include "udrl/eval/options.hpp"

namespace udrl::eval {

struct CertifyOptions {
  bool certify = false;           ///< the flag that tells this use of udrl-eval from the others
  std::filesystem::path student;  ///< checkpoint folder: gets steering.json
  std::filesystem::path tagged;   ///< the data it was trained on
  std::filesystem::path out;      ///< answers and their values, kept
  int intents = 60;               ///< of the validation split
  int lengths = 7;                ///< values at which words are asked, a task
  std::filesystem::path tasks_folder = "data/tasks";
  std::vector<std::string> tasks;  ///< none: those of the student
  ScorersOptions scorers;
  Decoding decoding;
  int slots = 32;
  int resamples = 2000;
  std::uint64_t seed = 1;
};

void declare(OptionSet& set, CertifyOptions& options);

/// Writes STUDENT/steering.json. A stop request ends it with `stopped_error`; the same command goes on. Throws `Error`
/// (user) for a student without commands, and for tagged data that it was not trained on.
command::Certificate certify(const CertifyOptions& options, const RunContext& context);
/// The certificate for a terminal.
std::string to_text(const command::Certificate& certificate);

}  // namespace udrl::eval
