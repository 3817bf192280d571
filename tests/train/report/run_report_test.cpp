// report.html from made-up metrics and samples: whole, balanced, and what a model wrote stays text.
#include "report/run_report.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "base/errors/expect_error.hpp"
#include "base/files/temp_folder.hpp"
#include "catch.hpp"
#include "page/markup.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

using namespace udrl::train;
using udrl::page::testing::is_balanced;
using udrl::test::contains;

namespace {

std::vector<Json> made_up_metrics(int steps) {
  std::vector<Json> lines;
  for (int i = 1; i <= steps; ++i) {
    const double loss = 2 + 5.0 / i;
    lines.push_back({{"step", i},
                     {"loss", loss},
                     {"grad_norm", 1.0 / i},
                     {"lr", 3e-3},
                     {"tokens", 4000 * i},
                     {"seconds", 0.5 * i},
                     {"tokens_per_s", 8000.0},
                     {"mfu", 0.61}});
    if (i % 10 != 0) continue;
    lines.back()["valid_loss"] = loss + 0.25;
    lines.back()["valid_bits_per_byte"] = 0.875;
    lines.back()["valid_by_task"] = {{"image", loss}, {"headline", loss + 0.5}};
    lines.back()["valid_by_return"] = {{"0", loss + 1}, {"4", loss}};
  }
  return lines;
}

std::vector<Json> made_up_samples() {
  return {{{"step", 10}, {"task", "image"}, {"intent", "tea <b>"}, {"words", 8}, {"answer", "A of the a"}},
          {{"step", 20}, {"task", "image"}, {"intent", "tea <b>"}, {"words", 8}, {"answer", "<script>A cup</script>"}}};
}

RunDescription description() { return {{"1,000 parameters"}, 40, 5'800'000, "udrl-train --data <tagged>", {}}; }

}  // namespace

TEST_CASE("A line that says something else than a figure counts as without it") {
  std::vector<Json> metrics = made_up_metrics(20), samples = made_up_samples();
  metrics[7] = {{"step", "7"},       {"loss", {1}},        {"seconds", "long"},
                {"tokens", nullptr}, {"valid_by_task", 7}, {"phase", 0}};
  metrics.back()["seconds"] = metrics.back()["mfu"] = "unknown";
  metrics.back()["tokens_per_s"] = nullptr;
  metrics[9]["valid_bits_per_byte"] = metrics[9]["step"] = "ten";
  samples.push_back({{"step", 20}, {"task", 3}, {"intent", nullptr}, {"words", "many"}, {"answer", Json::array()}});
  const std::string html = run_report_html(description(), metrics, samples);
  CHECK(is_balanced(html));
  for (const char* said : {"step 20 of 40", "after step 20", "A cup"}) {
    INFO(said);
    CHECK(contains(html, said));
  }
  CHECK(number_in(metrics[7], "loss") == 0);
  CHECK(number_in(metrics[7], "no such name") == 0);
  CHECK(natural_in(Json({{"step", -1}}), "step") == 0);
  CHECK(natural_in(Json({{"step", 3}}), "step") == 3);
  CHECK(text_in(metrics[7], "tokens").empty());
}

TEST_CASE("A report shows curves, figures, the first and last answers and how to go on") {
  const std::string html = run_report_html(description(), made_up_metrics(20), made_up_samples());
  CHECK(is_balanced(html));
  for (const char* said :
       {"step 20 of 40", "5.8M", "2.500", "0.875 bits a byte", "after step 20", "61%", "10\u00a0s", "to go",
        "Validation loss by task", "headline", "return 4", "Learning rate", "Speed", "Gradient norm", "A of the a",
        "A cup", "8 words asked", "the same command goes on", "udrl-train --data &lt;tagged&gt;"}) {
    INFO(said);
    CHECK(contains(html, said));
  }
  CHECK_FALSE(contains(html, "<script"));
  CHECK_FALSE(contains(html, "nan"));
}

TEST_CASE("A report of a run that has ended says how") {
  RunDescription run = description();
  run.outcome = "This run took all its steps and is complete.";
  const std::string html = run_report_html(run, made_up_metrics(40), {});
  CHECK(is_balanced(html));
  CHECK(contains(html, "is complete"));
  CHECK_FALSE(contains(html, "to go on from"));
  CHECK_FALSE(contains(html, "What the student writes"));
}

TEST_CASE("A report says which part of the curve is of plain text") {
  std::vector<Json> metrics = made_up_metrics(40);
  CHECK_FALSE(contains(run_report_html(description(), metrics, {}), "plain text"));
  for (int i = 0; i < 25; ++i) metrics[static_cast<std::size_t>(i)]["phase"] = "plain";
  CHECK(contains(run_report_html(description(), metrics, {}), "Up to about step 25 "));
}

TEST_CASE("A report of a run that failed says with what") {
  RunDescription run = description();
  run.stopped_by = "the training loss diverged\n  at: step 7, records <b>";
  const std::string html = run_report_html(run, made_up_metrics(7), {});
  CHECK(is_balanced(html));
  CHECK(contains(html, "the training loss diverged"));
  CHECK(contains(html, "records &lt;b&gt;"));
  CHECK_FALSE(contains(html, "the same command goes on"));
  CHECK_FALSE(contains(html, "to go"));
}

TEST_CASE("Curves are drawn from some of a long run's lines, and from all that were evaluated") {
  const udrl::test::TempFolder folder;
  const auto file = folder.path() / "metrics.jsonl";
  const std::vector<Json> all = made_up_metrics(9999);
  udrl::write_file_atomic(file, [&](std::ostream& out) {
    for (const Json& line : all) out << line.dump() << "\n";
    out << R"({"step": 10000, "lo)";  // torn
  });
  CHECK(read_step_lines(file).size() == 9999);
  CHECK(read_step_lines(file, 70).size() == 70);
  CHECK(read_some_lines(file, 10000, "valid_loss").size() == 9999);
  const std::vector<Json> some = read_some_lines(file, 100, "valid_loss");
  CHECK(some.size() <= 999 + 101);
  CHECK(std::count_if(some.begin(), some.end(), [](const Json& line) { return line.contains("valid_loss"); }) == 999);
  CHECK(some.front() == all.front());
  CHECK(read_some_lines(folder.path() / "none", 100, "valid_loss").empty());
}

TEST_CASE("A line of the figures that is longer than JSON may be is refused with its place") {
  const udrl::test::TempFolder folder;
  const auto file =
      folder.file("metrics.jsonl", "{\"step\": 1}\n" + std::string(std::size_t{9} << 20U, 'a') + "\n{\"step\": 2}\n");
  for (const bool some : {false, true}) {
    try {
      if (some) read_some_lines(file, 100, "valid_loss");
      else read_step_lines(file);
      FAIL("it was read");
    } catch (const udrl::Error& error) {
      CHECK(error.where() == file.string() + ":2");
      CHECK(contains(error.what(), "longer than 8 MiB"));
      CHECK(contains(error.cure(), "remove it"));
    }
  }
}

TEST_CASE("A line whose step is no number is of no step") {
  const udrl::test::TempFolder folder;
  const auto file =
      folder.file("metrics.jsonl", "{\"step\": 1}\n{\"step\": \"1\"}\n{\"step\": -1}\n{\"step\": 1e300}\n{}\n");
  CHECK(read_step_lines(file, 1000).size() == 1);
}

TEST_CASE("A report of a run that has hardly begun is whole, and so is one of a long run") {
  CHECK(is_balanced(run_report_html(description(), {}, {})));
  CHECK(is_balanced(run_report_html(description(), made_up_metrics(1), {})));
  const std::string html = run_report_html(description(), made_up_metrics(20000), {});
  CHECK(is_balanced(html));
  CHECK(html.size() < 120'000);
}
