// The terminal observer: a bar or plain lines on standard error, notes through spdlog, a log file on request.
#include "udrl/base/observer.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <mutex>
#include <string>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/shown.hpp"

namespace udrl {
namespace {

constexpr double redraw_interval_s = 0.1;
constexpr char clear_line[] = "\r\x1b[K";
constexpr std::size_t bar_cells = 24;

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// 0 where standard error is not a terminal.
int width_of_terminal() {
  if (!::isatty(STDERR_FILENO)) return 0;
  struct winsize size {};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

/// At most `width` characters, never half of one.
std::string clipped(const std::string& text, std::size_t width) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (starts_character(text[i]) && count++ == width) return text.substr(0, i);
  return text;
}

std::string bar(const Progress& p) {
  if (p.total == 0) return "";
  const double share = std::min(1.0, static_cast<double>(p.done) / static_cast<double>(p.total));
  const auto full = static_cast<std::size_t>(share * bar_cells);
  std::string text = "  ";
  for (std::size_t i = 0; i < bar_cells; ++i) text += i < full ? "━" : "┄";
  return text;
}

spdlog::level::level_enum spd_level(Level level) {
  if (level == Level::error) return spdlog::level::err;
  return level == Level::warning ? spdlog::level::warn : spdlog::level::info;
}

std::shared_ptr<spdlog::logger> open_log(const std::filesystem::path& file) {
  if (file.empty()) return nullptr;
  if (file.has_parent_path()) make_folder(file.parent_path());
  try {
    auto log =
        std::make_shared<spdlog::logger>("log", std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string()));
    log->set_pattern("%Y-%m-%d %H:%M:%S %l %v");
    log->flush_on(spdlog::level::info);
    log->set_error_handler([](const std::string&) {});  // a full disk must not end the run for its log
    return log;
  } catch (const spdlog::spdlog_ex& error) {
    throw user_error(std::string("cannot open the log file: ") + error.what()).at(file.string());
  }
}

class TerminalObserver : public Observer {
 public:
  explicit TerminalObserver(const TerminalOptions& options)
      : options_(options), out_(options.stream ? *options.stream : std::cerr), log_(open_log(options.log_file)) {
    if (!options_.now_s) options_.now_s = steady_seconds;
    width_ = options.terminal_width >= 0 ? options.terminal_width : width_of_terminal();
    screen_ = std::make_shared<spdlog::logger>("screen", std::make_shared<spdlog::sinks::ostream_sink_mt>(out_, true));
    screen_->set_level(options_.quiet ? spdlog::level::warn : spdlog::level::info);
  }

  ~TerminalObserver() override { leave_stage(); }

  void progress(const Progress& p) override {
    const std::lock_guard lock(mutex_);
    const double now = options_.now_s();
    if (is_new_stage(p)) enter_stage(p, now);
    last_ = p;
    reported_at_ = now;
    shown_ = false;
    const bool finished = p.total > 0 && p.done >= p.total;
    if (finished || now - drawn_at_ >= interval()) draw(now, finished);
    if (finished || now - logged_at_ >= options_.plain_interval_s) log_progress(now);
  }

  void note(Level level, const std::string& said) override {
    const std::string text = shown(said);
    const std::lock_guard lock(mutex_);
    if (bar_is_open_) out_ << clear_line;
    screen_->set_pattern(level == Level::info ? "%v" : level == Level::warning ? "warning: %v" : "error: %v");
    screen_->log(spd_level(level), spdlog::string_view_t(text));
    if (log_) log_->log(spd_level(level), spdlog::string_view_t(text));
    if (bar_is_open_) draw(options_.now_s(), false);
  }

 private:
  double interval() const { return width_ > 0 ? redraw_interval_s : options_.plain_interval_s; }

  bool is_new_stage(const Progress& p) const { return !active_ || p.what != last_.what || p.done < last_.done; }

  void enter_stage(const Progress& p, double now) {
    leave_stage();
    active_ = true;
    started_at_ = now;
    drawn_at_ = logged_at_ = now - 1e9;  // the first state is shown at once
    base_ = std::max(p.resumed, p.done);
  }

  /// What was last reported is shown, with the rate it had then, and the bar's line is ended.
  void leave_stage() {
    if (active_ && !shown_) draw(reported_at_, true);
    if (bar_is_open_) out_ << "\n" << std::flush;
    bar_is_open_ = false;
    active_ = false;
  }

  std::string text(double now) const {
    const std::string state = shown(progress_text(last_, now - started_at_, base_));
    return last_.what.empty() ? state : last_.what + "  " + state;
  }

  void draw(double now, bool last_time) {
    drawn_at_ = now;
    shown_ = true;
    if (options_.quiet) return;
    if (width_ == 0) {
      out_ << text(now) + "\n" << std::flush;
      return;
    }
    const std::string state = shown(progress_text(last_, now - started_at_, base_));
    const std::string line = last_.what + bar(last_) + "  " + state;
    out_ << clear_line + clipped(line, static_cast<std::size_t>(width_ - 1)) + (last_time ? "\n" : "") << std::flush;
    bar_is_open_ = !last_time;
  }

  void log_progress(double now) {
    logged_at_ = now;
    if (log_) log_->info(spdlog::string_view_t(text(now)));
  }

  TerminalOptions options_;
  std::ostream& out_;
  std::shared_ptr<spdlog::logger> log_, screen_;
  int width_ = 0;
  std::mutex mutex_;
  Progress last_;
  bool active_ = false, shown_ = true, bar_is_open_ = false;
  double started_at_ = 0, reported_at_ = 0, drawn_at_ = 0, logged_at_ = 0;
  std::uint64_t base_ = 0;
};

}  // namespace

std::unique_ptr<Observer> make_terminal_observer(const TerminalOptions& options) {
  return std::make_unique<TerminalObserver>(options);
}

std::unique_ptr<Observer> make_terminal_observer(double plain_interval_s) {
  TerminalOptions options;
  options.plain_interval_s = plain_interval_s;
  return make_terminal_observer(options);
}

}  // namespace udrl
