// Logs as lm-evaluation-harness writes them.
#include "report/lm_eval.hpp"

#include "catch.hpp"
#include "eval/people/finished_fixture.hpp"
#include "udrl/eval/lm_eval.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

TEST_CASE("every row is a model, every task of a part a task, every case a sample with the harness's fields") {
  TempFolder folder;
  write_finished(folder.path(), 4);
  const auto models = lm_eval_models(open_finished(folder.path()));
  REQUIRE(models.size() == 3);
  CHECK(models[0].name == "student-top");
  REQUIRE(models[0].tasks.size() == 2);
  const data::Json sample = models[0].tasks.at("udrl_test_image").samples.at(1);
  CHECK(sample.at("doc_id") == 1);
  CHECK(sample.at("doc").at("intent") == "request about s1");
  CHECK(sample.at("target") == "teacher on request about s1 as image");
  CHECK(sample.at("resps") == data::Json{{"student on request about s1 as image"}});
  CHECK(sample.at("filtered_resps") == data::Json{"student on request about s1 as image"});
  CHECK(sample.at("arguments").at("gen_args_0").at("arg_0") == "request about s1");
  CHECK(sample.at("filter") == "none");
  for (const std::string metric : sample.at("metrics")) CHECK(sample.at(metric).is_number());
  CHECK(sample.at("masked_minilm") == 0.9);
  CHECK(sample.at("prompt_hash") == sha256("request about s1"));
  CHECK(sample.at("doc_hash") == models[1].tasks.at("udrl_test_image").samples.at(1).at("doc_hash"));
}

TEST_CASE("results have means and the standard errors of them") {
  TempFolder folder;
  write_finished(folder.path(), 4);
  const FinishedRun run = open_finished(folder.path());
  const data::Json results = lm_eval_results(lm_eval_models(run).front(), run, 0);
  const data::Json& task = results.at("results").at("udrl_test_image");
  CHECK(task.at("masked_minilm,none") == Approx(0.5));
  CHECK(task.at("masked_minilm_stderr,none") == Approx(0.4 * std::sqrt(4.0 / 3) / 2));  // 0.9 0.9 0.1 0.1
  CHECK(task.at("sample_len") == 4);
  CHECK(results.at("n-shot").at("udrl_test_image") == 0);
  CHECK(results.at("config").at("model_args") == "model=student-top");
  CHECK_FALSE(lm_eval_results(lm_eval_models(run)[1], run, 0).at("n-shot").contains("udrl_test_image"));
}

TEST_CASE("the same evaluation gives the same files") {
  TempFolder folder;
  write_finished(folder.path() / "eval", 4);
  for (int twice = 0; twice < 2; ++twice) export_lm_eval({folder.path() / "eval", folder.path() / "logs"});
  std::size_t files = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder.path() / "logs"))
    files += file.is_regular_file() ? 1 : 0;
  CHECK(files == 9);
}
