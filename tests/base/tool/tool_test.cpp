// A tool from its arguments to its exit code.
#include "udrl/base/tool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <new>
#include <sstream>
#include <stdexcept>

#include "base/errors/expect_error.hpp"
#include "base/files/temp_folder.hpp"
#include "base/process/child.hpp"
#include "catch.hpp"
#include "udrl/base/process.hpp"

using namespace udrl;
using namespace udrl::test;

namespace {

/// Takes what goes to a standard stream while it lives.
class Capture {
 public:
  explicit Capture(std::ostream& stream) : stream_(stream), before_(stream.rdbuf(text_.rdbuf())) {}
  ~Capture() { stream_.rdbuf(before_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::ostream& stream_;
  std::streambuf* before_;
};

struct Outcome {
  int code = -1;
  std::string out, err;
};

struct TestTool {
  int bins = 5;
  std::string config, output_config, line;
  std::vector<std::function<std::string()>> libraries{};
  std::function<void(const RunContext&)> body = [](const RunContext&) {};

  std::vector<Subcommand> subcommands(bool named) {
    std::vector<Subcommand> list(named ? 2 : 1);
    list[0].name = named ? "tag" : "";
    list[0].help = "returns and commands";
    list[0].options.add("bins", bins, "how many bins").range(1, 10);
    list[0].run = [this](const RunContext& context) {
      config = context.config_json;
      output_config = context.output_config_json;
      line = context.command_line;
      body(context);
    };
    if (named) {
      list[1].name = "score";
      list[1].help = "scores";
      list[1].run = [](const RunContext&) {};
    }
    return list;
  }

  Outcome run(std::vector<std::string> arguments, bool named = true) {
    arguments.insert(arguments.begin(), "udrl-test");
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    const Capture out(std::cout), err(std::cerr);
    const int code = run_tool(static_cast<int>(argv.size()), argv.data(), {"udrl-test", libraries}, subcommands(named));
    return {code, out.text(), err.text()};
  }

  Outcome run_that_throws(const std::function<void()>& thrower) {
    body = [=](const RunContext&) { thrower(); };
    return run({"tag"});
  }
};

}  // namespace

TEST_CASE("a finished run ends with 0") {
  TestTool tool;
  const Outcome outcome = tool.run({"tag", "--bins", "3", "--threads", "1"});
  CHECK(outcome.code == 0);
  CHECK(outcome.err.empty());
  CHECK(tool.bins == 3);
  CHECK(compute_threads() == 1);
  set_compute_threads(0);
}

TEST_CASE("a run is given its line and its configs") {
  TestTool tool;
  REQUIRE(tool.run({"tag", "--bins", "3", "--log", ""}).code == 0);
  CHECK(tool.line == "udrl-test tag --bins 3 --log ''");
  CHECK(tool.output_config == "{\n  \"bins\": 3\n}");
  CHECK(contains(tool.config, "\"threads\": 0"));
}

TEST_CASE("a tool without subcommands takes its flags at once") {
  TestTool tool;
  CHECK(tool.run({"--bins", "4"}, false).code == 0);
  CHECK(tool.bins == 4);
  CHECK(tool.run({}, false).code == 0);
}

TEST_CASE("the config file is read") {
  const TempFolder folder;
  TestTool tool;
  const std::string file = folder.file("c.toml", "bins = 9\nthreads = 1\n").string();
  CHECK(tool.run({"tag", "--config", file}).code == 0);
  CHECK(tool.bins == 9);
  set_compute_threads(0);
}

TEST_CASE("errors become exit codes and messages") {
  TestTool tool;
  const Outcome user = tool.run_that_throws([] { throw user_error("words is wrong").hint("ask for less"); });
  CHECK(user.code == 2);
  CHECK(user.err == "error: udrl-test tag: words is wrong\n  hint:     ask for less\n");
  CHECK(tool.run_that_throws([] { throw failure("the disk is full"); }).code == 1);
  const Outcome stopped = tool.run_that_throws([] { throw stopped_error("stopped at 5", "run it again"); });
  CHECK(stopped.code == 3);
  CHECK(contains(stopped.err, "stopped at 5\n  hint:     run it again"));
}

TEST_CASE("exceptions that are not ours are failures") {
  TestTool tool;
  const Outcome standard = tool.run_that_throws([] { throw std::runtime_error("odd"); });
  CHECK(standard.code == 1);
  CHECK(contains(standard.err, "odd"));
  const Outcome memory = tool.run_that_throws([] { throw std::bad_alloc(); });
  CHECK(memory.code == 1);
  CHECK(contains(memory.err, "out of memory"));
  CHECK(tool.run_that_throws([] { throw 5; }).code == 1);
}

TEST_CASE("an unknown command is the user's mistake") {
  TestTool tool;
  const Outcome outcome = tool.run({"scroe"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "unknown command \"scroe\"\n  hint:     did you mean \"score\"?"));
  CHECK(tool.run({}).code == 2);
  CHECK(tool.run({"--quiet", "tag"}).code == 2);
}

TEST_CASE("an unknown flag and a bad value are the user's mistake") {
  TestTool tool;
  const Outcome flag = tool.run({"tag", "--bin", "3"});
  CHECK(flag.code == 2);
  CHECK(contains(flag.err, "did you mean --bins?"));
  CHECK(tool.run({"tag", "--bins", "30"}).code == 2);
  CHECK(tool.run({"tag", "--config", "missing.toml"}).code == 2);
  CHECK(tool.run({"tag", "--threads", "-1"}).code == 2);
}

TEST_CASE("help and version go to standard output") {
  TestTool tool;
  tool.body = [](const RunContext&) { throw failure("must not run"); };
  const Outcome overview = tool.run({"--help"});
  CHECK(overview.code == 0);
  CHECK(contains(overview.out, "  tag    returns and commands\n  score  scores\n"));
  const Outcome help = tool.run({"tag", "--help"});
  CHECK(help.code == 0);
  CHECK(contains(help.out, "udrl-test tag: returns and commands\n\nUsage: udrl-test tag [options]"));
  CHECK(contains(help.out, "--threads N"));
  for (const auto& outcome :
       {tool.run({"--version"}), tool.run({"tag", "--version"}), tool.run({"--version"}, false)}) {
    CHECK(outcome.code == 0);
    CHECK(outcome.out.rfind(version() + "\n", 0) == 0);
  }
}

TEST_CASE("the flag --version names all that a figure or a fault may depend on") {
  TestTool tool;
  tool.libraries = {[] { return std::string("libfirst 1"); }, [] { return std::string("libsecond 2"); }};
  const std::string out = tool.run({"--version"}).out;
  INFO(out);
  for (const char* start : {"udrl ", "\ncompiler: ", "\nsystem: Linux ", "\nprocessor: "})
    CHECK(("\n" + out).find(start) != std::string::npos);
  CHECK(contains(out, "processor: " + processor_description() + "\n"));
  CHECK(contains(out, "\nlibfirst 1\nlibsecond 2\n"));
}

TEST_CASE("version names number and commit") {
  CHECK(version().rfind("udrl ", 0) == 0);
  CHECK(contains(version(), "(commit "));
}

TEST_CASE("the log file gets notes and the error") {
  const TempFolder folder;
  const std::string log = (folder.path() / "run.log").string();
  TestTool tool;
  tool.body = [](const RunContext& context) {
    context.observer.note(Level::info, "began");
    throw failure("broke");
  };
  const Outcome outcome = tool.run({"tag", "--quiet", "--log", log});
  CHECK(outcome.code == 1);
  CHECK_FALSE(contains(outcome.err, "began"));
  CHECK(contains(content_of(log), "info began"));
  CHECK(contains(content_of(log), "udrl-test tag: broke"));
}

TEST_CASE("a stop request ends a run with 3") {
  TestTool tool;
  tool.body = [](const RunContext&) {
    request_stop();
    check_stop("stopped", "run it again");
  };
  const Outcome outcome = tool.run({"tag"});
  request_stop(false);
  CHECK(outcome.code == 3);
}

namespace {

/// The exit status of a tool that prints `print` to `device`, as a child: 1,000 is a signal.
int status_of_printing(const char* device, const std::function<void()>& print) {
  const int status = wait_status_of_child([&] {
    ::dup2(::open(device, O_WRONLY), STDOUT_FILENO);
    ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
    std::vector<Subcommand> commands(1);
    commands[0].run = [&](const RunContext&) { print(); };
    char name[] = "udrl-test";
    char* argv[] = {name, nullptr};
    return run_tool(1, argv, {"udrl-test"}, std::move(commands));
  });
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

const std::string little = "a line\n", much(100'000, 'x');

}  // namespace

TEST_CASE("output that does not arrive is a failure, whoever wrote it, and whenever that failed") {
  for (const std::string& text : {little, much}) {
    const auto by_stream = [&] { std::cout << text; };
    const auto by_flushed_stream = [&] { std::cout << text << std::flush, errno = 0; };
    const auto by_stdio = [&] { std::fwrite(text.data(), 1, text.size(), stdout); };
    const auto by_flushed_stdio = [&] { by_stdio(), std::fflush(stdout), errno = 0; };
    for (const std::function<void()>& print :
         std::vector<std::function<void()>>{by_stream, by_flushed_stream, by_stdio, by_flushed_stdio}) {
      CHECK(status_of_printing("/dev/full", print) == 1);
      CHECK(status_of_printing("/dev/null", print) == 0);
    }
  }
}

TEST_CASE("a reader that left is no failure") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  for (const std::string& text : {little, much}) {
    const int status = wait_status_of_child([&] {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
      std::vector<Subcommand> commands(1);
      commands[0].run = [&](const RunContext&) { std::cout << text << std::flush; };
      char name[] = "udrl-test";
      char* argv[] = {name, nullptr};
      return run_tool(1, argv, {"udrl-test"}, std::move(commands));
    });
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  }
  ::close(ends[1]);
}

TEST_CASE("a standard output that is closed is a failure, and no file gets its number") {
  const TempFolder folder;
  const int status = wait_status_of_child([&] {
    ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
    ::close(STDOUT_FILENO);
    std::vector<Subcommand> commands(1);
    commands[0].run = [&](const RunContext&) {
      std::ofstream data(folder.path() / "data");
      std::cout << "printed" << std::flush;
      data << "data" << std::flush;
    };
    char name[] = "udrl-test";
    char* argv[] = {name, nullptr};
    return run_tool(1, argv, {"udrl-test"}, std::move(commands));
  });
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 1));
  CHECK(content_of(folder.path() / "data") == "data");
}
