#include "tool/completion.hpp"

#include <filesystem>

#include "base/files/temp_folder.hpp"
#include "catch.hpp"
#include "udrl/base/files.hpp"

using namespace udrl;
using test::TempFolder;

namespace {

struct Options {
  std::filesystem::path data;
  std::string kind = "plain";
  int many = 1;
  bool fast = false;
};

std::vector<Subcommand> commands(Options& options, bool with_names) {
  std::vector<Subcommand> all(with_names ? 2 : 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].name = with_names ? (i == 0 ? "make" : "show") : "";
    all[i].help = "does it, doesn't it";
    all[i].options.add("data", options.data, "folder [of data]: it's read; and more");
    all[i].options.add("kind", options.kind, "which").choices({"plain", "fancy"});
    all[i].options.add("n", options.many, "how many");
    all[i].options.add("fast_one", options.fast, "quickly");
  }
  return all;
}

/// What bash offers for the words of a line, the last of which is being typed.
std::string offered(const std::string& script, const std::string& words, int last) {
  const TempFolder folder;
  write_file_atomic(folder.path() / "script", script);
  const std::string program = "source '" + (folder.path() / "script").string() + "'; COMP_WORDS=(" + words +
                              "); COMP_CWORD=" + std::to_string(last) + "; _udrl_it; echo \"${COMPREPLY[*]}\" > '" +
                              (folder.path() / "out").string() + "'";
  write_file_atomic(folder.path() / "run", program);
  REQUIRE(std::system(("bash '" + (folder.path() / "run").string() + "'").c_str()) == 0);
  return read_file(folder.path() / "out");
}

}  // namespace

TEST_CASE("bash completes flags, values and commands") {
  Options options;
  const std::string one = completion_script(Shell::bash, "udrl-it", commands(options, false));
  CHECK(offered(one, "udrl-it --f", 1) == "--fast-one\n");
  CHECK(offered(one, "udrl-it --no", 1) == "--no-fast-one\n");
  CHECK(offered(one, "udrl-it --kind ''", 2) == "plain fancy\n");
  CHECK(offered(one, "udrl-it -n ''", 2) == "\n");
  CHECK(offered(one, "udrl-it --data /usr/bi", 2).find("/usr/bin") != std::string::npos);
  const std::string several = completion_script(Shell::bash, "udrl-it", commands(options, true));
  CHECK(offered(several, "udrl-it ''", 1) == "make show\n");
  CHECK(offered(several, "udrl-it show --kind f", 3) == "fancy\n");
  CHECK(offered(several, "udrl-it make --d", 2) == "--data\n");
}

TEST_CASE("zsh and fish are told what a flag means") {
  Options options;
  const std::string zsh = completion_script(Shell::zsh, "udrl-it", commands(options, true));
  CHECK(zsh.starts_with("#compdef udrl-it\n"));
  CHECK(zsh.find(R"('--data[folder \[of data\]\: it'\''s read]:file:_files')") != std::string::npos);
  CHECK(zsh.find("'--kind[which]:value:(plain fancy)'") != std::string::npos);
  const std::string fish = completion_script(Shell::fish, "udrl-it", commands(options, true));
  CHECK(fish.find("-n __fish_use_subcommand -a make") != std::string::npos);
  CHECK(fish.find("-l kind -x -a 'plain fancy' -d 'which'") != std::string::npos);
  CHECK(fish.find("-s n -x -d 'how many'") != std::string::npos);
}
