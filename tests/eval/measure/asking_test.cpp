// Asking a system at an endpoint that fails some requests: no bad answers, but none, asked again by the next run. Not
// for: what a verdict makes of them (compare_test.cpp).
#include "measure/asking.hpp"

#include <atomic>

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "lm/http/fake_server.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

constexpr const char* good_reply =
    R"({"choices":[{"message":{"content":"An answer"},"finish_reason":"stop"}],"usage":{"completion_tokens":2}})";

/// One task, a teacher at the endpoint, asked for a greedy answer.
EvalInputs prepared(const FakeServer& server) {
  EvalInputs p;
  p.tasks = task::load_tasks(std::filesystem::path(UDRL_SOURCE_DIR) / "data/tasks", {"image"});
  p.set = case_set(6, 2);
  p.set.tasks = {"image"};
  std::erase_if(p.set.cases, [](const Case& c) { return c.task != "image"; });
  System teacher;
  teacher.name = teacher.title = teacher.short_title = "teacher";
  teacher.model.endpoint.urls = {server.url()};
  teacher.model.endpoint.http_model = "test-model";
  teacher.model.endpoint.longest_wait = 0.01;
  teacher.rows = {row("teacher-greedy", RowKind::model)};
  p.systems = {teacher};
  p.hashes = {{"model teacher", "m"}};
  p.task_hashes = {{"task image", "t"}};
  return p;
}

EvalOptions options_in(const TempFolder& folder) {
  EvalOptions options;
  options.out = folder.path() / "out";
  options.costs.latency_requests = 2;
  options.costs.clients = {};
  options.slots = 2;
  return options;
}

}  // namespace

TEST_CASE("the whole evaluation goes on with what a quick one was answered") {
  command::Fitted fitted;
  fitted.bins = 3;
  for (const char* name : {"image", "template", "headline"}) fitted.tasks.emplace_back().name = name;
  TestOptions whole, quick, named;
  whole.tasks_folder = quick.tasks_folder = named.tasks_folder = std::filesystem::path(UDRL_SOURCE_DIR) / "data/tasks";
  quick.most_tasks = 1;
  named.tasks = {"image"};
  CHECK(task_hashes_of(whole, fitted).size() == 3);
  CHECK(task_hashes_of(quick, fitted) == task_hashes_of(whole, fitted));
  CHECK(task_hashes_of(named, fitted).size() == 1);
}

TEST_CASE("cases that an endpoint failed are in no row, and are asked for again") {
  TempFolder folder;
  std::atomic<bool> is_well = false;
  std::atomic<int> asked = 0;
  const FakeServer server([&](const auto&, const auto&, const std::string& body) {
    ++asked;
    const bool is_hard = body.find("intent 3.1") != std::string::npos || body.find("intent 5.0") != std::string::npos;
    if (is_hard && !is_well) return FakeReply{500, "out of memory", "", false};
    return FakeReply{200, good_reply, "", false};
  });
  const EvalOptions options = options_in(folder);
  Observer observer;
  const RunContext context{observer, "udrl-eval", "udrl-eval", "{}", "{}"};
  EvalInputs p = prepared(server);
  {
    Asking asking(p, options, context);
    asking.run();
    REQUIRE(asking.failures().size() == 1);
    CHECK(asking.failures()[0].row == "teacher-greedy");
    CHECK(asking.failures()[0].requests == 2);
    CHECK(asking.failures()[0].words == "out of memory");
    p.set = asking.answered_cases();
    CHECK(p.set.cases.size() == 10);
    for (const SystemAnswer& answer : asking.answers(p.systems[0].rows[0])) CHECK(answer.text == "An answer");
  }
  CHECK_FALSE(data::read_manifest(options.out / "outputs/teacher-greedy").complete);

  is_well = true;
  const EvalInputs again = prepared(server);
  Asking asking(again, options, context);
  const int before = asked;
  asking.run();
  CHECK(asked - before == 2);
  CHECK(asking.failures().empty());
  CHECK(asking.answered_cases().cases.size() == 12);
}

TEST_CASE("a system that answers nothing has no cases left") {
  TempFolder folder;
  const EvalOptions options = options_in(folder);
  const FakeServer server([&](const auto&, const auto&, const auto&) {
    const bool is_timed = !std::filesystem::exists(options.out / "costs");  // its latency is measured first
    if (is_timed) return FakeReply{200, good_reply, "", false};
    return FakeReply{402, R"({"error":{"message":"no credit left"}})", "", false};
  });
  Observer observer;
  const RunContext context{observer, "udrl-eval", "udrl-eval", "{}", "{}"};
  const EvalInputs p = prepared(server);
  Asking asking(p, options, context);
  try {
    asking.run();
    asking.answered_cases();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.exit_code() == 1);
    CHECK(std::string(error.what()).find("no credit left") != std::string::npos);
  }
}
