// Progress and notes as people see them, on a terminal, in a pipe and in a log file.
#include "udrl/base/observer.hpp"

#include <sstream>
#include <thread>
#include <vector>

#include "base/errors/expect_error.hpp"
#include "base/files/temp_folder.hpp"
#include "catch.hpp"

using namespace udrl;
using namespace udrl::test;

namespace {

/// An observer that writes into a text, with a clock that the test moves.
struct Watch {
  std::ostringstream out;
  double now = 100;
  std::unique_ptr<Observer> observer;

  explicit Watch(TerminalOptions options = {}, int width = 0) {
    options.stream = &out;
    options.terminal_width = width;
    options.now_s = [this] { return now; };
    observer = make_terminal_observer(options);
  }
  void report(double at, std::uint64_t done, std::uint64_t total = 1000) {
    now = at;
    observer->progress({"embed", "texts", done, total, 0, ""});
  }
};

}  // namespace

TEST_CASE("progress is told with count and rate and time left") {
  CHECK(progress_text({"", "answers", 1234, 5000, 0, ""}, 100, 234) ==
        "1,234 of 5,000 answers (24.7%)  10.0 answers/s  6m 17s left");
  CHECK(progress_text({"", "steps", 50, 0, 0, "loss 2.31"}, 10, 0) == "50 steps  5.00 steps/s  loss 2.31");
  CHECK(progress_text({"", "steps", 8000, 8000, 0, ""}, 7325, 0) ==
        "8,000 of 8,000 steps (100.0%)  1.09 steps/s  in 2h 2m");
}

TEST_CASE("nothing is divided by no time and no work") {
  CHECK(progress_text({"", "steps", 0, 100, 0, ""}, 0, 0) == "0 of 100 steps (0.0%)");
  CHECK(progress_text({"", "steps", 0, 100, 0, ""}, 50, 0) == "0 of 100 steps (0.0%)");
  CHECK(progress_text({"", "", 7, 0, 0, ""}, 0, 0) == "7");
}

TEST_CASE("work of an earlier run counts in the share but not in the rate") {
  Watch watch;
  watch.observer->progress({"embed", "texts", 500, 1000, 500, ""});
  watch.now += 10;
  watch.observer->progress({"embed", "texts", 600, 1000, 500, ""});
  CHECK(contains(watch.out.str(), "600 of 1,000 texts (60.0%)  10.0 texts/s  40s left"));
}

TEST_CASE("without a terminal there are few plain lines") {
  Watch watch;
  for (int i = 0; i <= 100; ++i) watch.report(100 + i * 0.1, static_cast<std::uint64_t>(i) * 10);
  const std::string text = watch.out.str();
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);  // at once, after 5 s, at the end
  CHECK(contains(text, "embed  0 of 1,000 texts (0.0%)\n"));
  CHECK(contains(text, "embed  1,000 of 1,000 texts (100.0%)"));
  CHECK_FALSE(contains(text, "\r"));
}

TEST_CASE("the last state is shown even where the end was never reported") {
  Watch watch;
  watch.report(100, 0);
  watch.report(101, 77);
  watch.now = 150;  // which says nothing of the rate
  CHECK_FALSE(contains(watch.out.str(), "77"));
  SECTION("when the next stage begins") { watch.observer->progress({"score", "texts", 0, 5, 0, ""}); }
  SECTION("when the observer goes") { watch.observer.reset(); }
  CHECK(contains(watch.out.str(), "embed  77 of 1,000 texts (7.7%)  77.0 texts/s"));
}

TEST_CASE("on a terminal one line is written over and ended once") {
  Watch watch({}, 200);
  for (int i = 0; i <= 10; ++i) watch.report(100 + i, static_cast<std::uint64_t>(i) * 100);
  watch.observer.reset();
  const std::string text = watch.out.str();
  CHECK(std::count(text.begin(), text.end(), '\r') == 11);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(contains(text, "━━━"));
}

TEST_CASE("a bar is redrawn at most ten times a second") {
  Watch watch({}, 200);
  for (int i = 0; i < 1000; ++i) watch.report(100 + i * 0.001, static_cast<std::uint64_t>(i));
  const std::string text = watch.out.str();
  CHECK(std::count(text.begin(), text.end(), '\r') <= 11);
}

TEST_CASE("a bar never wraps") {
  Watch watch({}, 20);
  watch.observer->progress({"embed", "texts", 1, 10, 0, "ää"});
  const std::string text = watch.out.str();
  const auto characters = std::count_if(text.begin() + 4, text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  CHECK(characters == 19);  // after "\r\x1b[K"
}

TEST_CASE("a note is not written into the bar") {
  Watch watch({}, 200);
  watch.report(100, 100);
  watch.observer->note(Level::warning, "3 lines skipped");
  CHECK(contains(watch.out.str(), "\r\x1b[Kwarning: 3 lines skipped\n\r\x1b[Kembed"));
}

TEST_CASE("notes show their text as it is") {
  Watch watch;
  watch.observer->note(Level::info, "{} % {braces} ⟨x⟩");
  watch.observer->note(Level::error, "broken");
  CHECK(watch.out.str() == "{} % {braces} ⟨x⟩\nerror: broken\n");
}

TEST_CASE("a quiet observer shows warnings only and logs all") {
  const TempFolder folder;
  TerminalOptions options;
  options.quiet = true;
  options.log_file = folder.path() / "logs" / "run.log";
  Watch watch(options);
  watch.observer->note(Level::info, "hello");
  watch.observer->note(Level::warning, "careful");
  watch.report(100, 5, 10);
  watch.observer.reset();
  CHECK(watch.out.str() == "warning: careful\n");
  const std::string log = content_of(options.log_file);
  CHECK(contains(log, "info hello"));
  CHECK(contains(log, "warning careful"));
  CHECK(contains(log, "embed  5 of 10 texts"));
}

TEST_CASE("a log is appended to") {
  const TempFolder folder;
  TerminalOptions options;
  options.log_file = folder.file("run.log", "earlier\n");
  Watch watch(options);
  watch.observer->note(Level::info, "later");
  watch.observer.reset();
  CHECK(content_of(options.log_file).rfind("earlier\n", 0) == 0);
  CHECK(contains(content_of(options.log_file), "later"));
}

TEST_CASE("a log file that cannot be opened is the user's mistake") {
  const TempFolder folder;
  TerminalOptions options;
  options.log_file = folder.path();
  CHECK(contains(error_of([&] { make_terminal_observer(options); }), "2 " + folder.path().string() + ": cannot open"));
}

TEST_CASE("several threads may report at once") {
  Watch watch;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&watch] {
      for (int i = 0; i < 200; ++i) watch.observer->note(Level::info, "whole line");
    });
  for (auto& thread : threads) thread.join();
  std::istringstream lines(watch.out.str());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) REQUIRE(line == "whole line");
  CHECK(count == 800);
}
