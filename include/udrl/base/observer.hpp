// How the library reports while it works: the tools decide what is printed, and where. Not for: errors (error.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

namespace udrl {

/// How far a stage is. `total` 0 means unknown. `done` counts work finished in earlier runs too, `resumed` says how
/// much of it, so that rates and the time left are of this run alone.
struct Progress {
  std::string what;  ///< "synthesize", "embed", …
  std::string unit;  ///< "answers", "steps", …
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::uint64_t resumed = 0;
  std::string detail;  ///< appended as it is: "loss 2.31  4,312 tok/s"
};

enum class Level { info, warning, error };

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void progress(const Progress&) {}
  virtual void note(Level, const std::string&) {}
};

struct TerminalOptions {
  double plain_interval_s = 5.0;   ///< where there is no terminal: at most one line of progress in this time
  bool quiet = false;              ///< neither progress nor notes of level info; the log file gets them all the same
  std::filesystem::path log_file;  ///< appended to, with times; "" for none
  std::ostream* stream = nullptr;  ///< default: standard error
  int terminal_width = -1;         ///< 0: not a terminal; -1: ask the system about standard error
  std::function<double()> now_s;   ///< a clock in seconds; default: the steady one
};

/// A bar that rewrites itself where standard error is a terminal; elsewhere a plain line at once, then at most every
/// `plain_interval_s` seconds, and at the end. Shows done/total, rate, time left. Notes go through spdlog. Can be
/// called from several threads. Throws `Error` where the log file cannot be opened.
std::unique_ptr<Observer> make_terminal_observer(const TerminalOptions& options);
std::unique_ptr<Observer> make_terminal_observer(double plain_interval_s = 5.0);

/// "1,234 of 5,000 answers (24.7%)  4.7 answers/s  13m 20s left  detail": `elapsed_s` and `base` are when this run
/// began to be watched and what was done by then.
std::string progress_text(const Progress& progress, double elapsed_s, std::uint64_t base);

}  // namespace udrl
