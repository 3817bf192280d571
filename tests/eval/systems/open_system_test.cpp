// How a model is asked: as in synthesis.
#include "systems/open_system.hpp"

#include "catch.hpp"
#include "eval/fixtures.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

TEST_CASE("a model is asked for data to the end of its object, for text to the end of its line") {
  const auto tasks = task::load_tasks(std::filesystem::path(UDRL_SOURCE_DIR) / "data/tasks", {"image", "fields"});
  System system;
  system.model.endpoint.urls = {"http://127.0.0.1:9/v1"};  // nothing is sent
  system.model.endpoint.http_model = "none";
  const auto open = open_system(system, tasks, {});
  Case c = one_case("holiday sale", "sale").cases.front();
  const Row row = testing::row("teacher-greedy", RowKind::model);
  const lm::Sampling text = open->request(row, c).sampling;
  CHECK(text.stop_at_newline);
  CHECK_FALSE(text.stop_after_object);
  CHECK(open->kept(c, " a\n b") == "a b");
  c.task_index = 1;
  const lm::Sampling data = open->request(row, c).sampling;
  CHECK_FALSE(data.stop_at_newline);
  CHECK(data.stop_after_object);
  CHECK(open->kept(c, "{\n \"a\": 1\n}") == "{\"a\": 1}");
}
