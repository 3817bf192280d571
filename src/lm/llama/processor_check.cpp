// The self-test as a process of its own: a build for another processor may die of it.
#include "processor_check.hpp"

#include <spawn.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

namespace fs = std::filesystem;

std::string this_processor_key() {
  std::ifstream in("/proc/cpuinfo");
  const std::string cpuinfo{std::istreambuf_iterator<char>(in), {}};
  struct utsname name {};
  ::uname(&name);
  return processor_key(name.machine, cpuinfo);
}

fs::path self_test() {
  std::error_code none;
  return fs::read_symlink("/proc/self/exe", none).parent_path() / "udrl-selftest";
}

/// What is wrong, in words; "" where all is well, or the test could not be started.
std::string fault_of(int status) {
  if (WIFSIGNALED(status)) return std::string("udrl-selftest died: ") + ::strsignal(WTERMSIG(status));
  if (WEXITSTATUS(status) == 1) return "wrong products: run udrl-selftest to see them";
  return "";
}

std::string run(const fs::path& program) {
  std::string path = program.string(), quiet = "--quiet";
  char* arguments[] = {path.data(), quiet.data(), nullptr};
  pid_t child = 0;
  int status = 0;
  if (::posix_spawn(&child, path.c_str(), nullptr, nullptr, arguments, environ) != 0) return "";
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return "";
  return fault_of(status);
}

bool is_asked_for() {
  const char* wish = std::getenv("UDRL_SELF_TEST");
  return wish != nullptr && std::strcmp(wish, "always") == 0;
}

}  // namespace

std::string processor_key(const std::string& machine, const std::string& cpuinfo) {
  static const std::regex line("(^|\n)(flags|features|Features)[ \t]*:([^\n]*)");
  std::smatch found;
  std::set<std::string> flags;
  if (std::regex_search(cpuinfo, found, line)) {
    std::istringstream words(found[3].str());
    for (std::string word; words >> word;) flags.insert(word);
  }
  std::string all = machine;
  for (const std::string& flag : flags) all += " " + flag;
  return sha256(all).substr(0, 12);
}

void check_processor() {
  if (!is_asked_for() && this_processor_key() == UDRL_BUILD_PROCESSOR) return;
  if (!fs::exists(self_test())) return;
  const std::string fault = run(self_test());
  if (fault.empty()) return;
  throw failure("llama.cpp was built for another processor and does not work on this one")
      .at(processor_description())
      .got(fault)
      .hint("build it on this processor: scripts/setup.sh && cmake --preset release && cmake --build --preset release");
}

}  // namespace udrl::lm
