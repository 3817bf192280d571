// A real terminal behind inspect::Terminal. Not for: what is shown on it (inspect/view.hpp).
#pragma once

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "udrl/base/process.hpp"
#include "udrl/inspect/view.hpp"

namespace udrl::tools {

/// Keys come one by one and unechoed while it lives; the terminal's own settings come back when it ends.
class PosixTerminal final : public inspect::Terminal {
 public:
  PosixTerminal() : interactive_(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
    if (!interactive_ || tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    changed_ = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
  }
  PosixTerminal(const PosixTerminal&) = delete;
  PosixTerminal& operator=(const PosixTerminal&) = delete;
  ~PosixTerminal() override {
    if (changed_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }

  bool interactive() const override { return interactive_; }
  inspect::ViewStyle style() const override {
    inspect::ViewStyle style;
    style.colour = isatty(STDOUT_FILENO) && std::getenv("NO_COLOR") == nullptr;
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) style.width = size.ws_col;
    return style;
  }
  void clear() override { write("\x1b[2J\x1b[H"); }
  void write(std::string_view text) override {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }
  std::optional<char> read_key() override {
    constexpr int poll_ms = 200;
    while (!stop_requested()) {
      pollfd waiting{STDIN_FILENO, POLLIN, 0};
      if (poll(&waiting, 1, poll_ms) <= 0) continue;
      char key = 0;
      if (read(STDIN_FILENO, &key, 1) != 1) return std::nullopt;
      return key;
    }
    return std::nullopt;
  }

 private:
  bool interactive_;
  bool changed_ = false;
  termios before_{};
};

}  // namespace udrl::tools
