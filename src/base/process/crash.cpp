// Signal handlers that may call write(2), sigaction(2) and raise(3), and do no more: all texts are made beforehand.
#include "crash.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string_view>

namespace udrl {
namespace {

struct LastWords {
  int signal;
  const char *name, *meaning, *cure;
  std::array<char, 512> text{};
  std::size_t size = 0;
};

std::array<LastWords, 5> last_words{{
    {SIGILL, "SIGILL", "an instruction that this processor lacks",
     "udrl is built for the processor at hand: run scripts/setup.sh and build again on this one. "},
    {SIGSEGV, "SIGSEGV", "memory that is not its own", ""},
    {SIGBUS, "SIGBUS", "memory that is gone: a mapped file was cut, or its disk failed", ""},
    {SIGFPE, "SIGFPE", "a division that has no result", ""},
    {SIGABRT, "SIGABRT", "it gave up on itself", ""},
}};

/// For the handler of a stack that has overflowed. The processor's registers alone may take 11 KiB (AMX).
alignas(16) std::array<char, std::size_t{1} << 16> alternate_stack;

/// The signal is blocked until this returns; then it arrives once more, and the default action sees where it came from.
extern "C" void on_crash(int signal_number) {
  for (const LastWords& words : last_words)
    if (words.signal == signal_number) (void)!::write(STDERR_FILENO, words.text.data(), words.size);
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

std::string tool_of(const std::string& program) { return program.substr(0, program.find(' ')); }

std::string line_of(const LastWords& words, const std::string& program) {
  std::string line = ::isatty(STDERR_FILENO) != 0 ? "\n" : "";  // a bar may stand there
  line += program + " died of " + words.name + " (" + words.meaning + "). All that was written is kept: run the same " +
          "command again, and it goes on from there. " + words.cure +
          "If it dies again, please report this line, the " + "command and what \"" + tool_of(program) +
          " --version\" prints.\n";
  return line;
}

void prepare(LastWords& words, const std::string& program) {
  const std::string line = line_of(words, program);
  words.size = std::min(line.size(), words.text.size());
  std::copy_n(line.begin(), words.size, words.text.begin());
}

void use_alternate_stack() {
  stack_t now{};
  if (::sigaltstack(nullptr, &now) == 0 && (now.ss_flags & SS_DISABLE) == 0) return;
  stack_t stack{};
  stack.ss_sp = alternate_stack.data();
  stack.ss_size = alternate_stack.size();
  ::sigaltstack(&stack, nullptr);
}

bool is_free(int signal_number) {
  struct sigaction now {};
  return ::sigaction(signal_number, nullptr, &now) == 0 && now.sa_handler == SIG_DFL;
}

}  // namespace

void install_crash_handler(const std::string& program) {
  use_alternate_stack();
  for (LastWords& words : last_words) {
    prepare(words, program);
    if (!is_free(words.signal)) continue;
    struct sigaction action {};
    action.sa_handler = on_crash;
    action.sa_flags = SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    ::sigaction(words.signal, &action, nullptr);
  }
}

}  // namespace udrl
