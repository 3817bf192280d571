// From measured.jsonl to the harness's fields.
#include "lm_eval.hpp"

#include <algorithm>
#include <cmath>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/number.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::eval {
namespace {

using data::Json;

std::string text_of(const Json& json, const char* key) { return data::Fields(json, "measured answer").text(key); }

std::string task_name(const Json& line) { return "udrl_" + text_of(line, "part") + "_" + text_of(line, "task"); }

/// The harness writes a metric and its filter as "metric,filter".
std::string metric_name(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ',' || c == ' '; }, '_');
  return name;
}

/// What a case is, the same for all rows.
Json doc_of(const Json& line) {
  Json doc;
  for (const char* key : {"case", "intent_id", "intent", "task", "part", "subject"}) doc[key] = text_of(line, key);
  return doc;
}

Json metrics_of(const Json& line) {
  const data::Fields fields(line, "measured answer");
  Json metrics = {{"valid", fields.text("broken_rule").empty() ? 1.0 : 0.0},
                  {"copying", fields.number("copying")},
                  {"words", fields.number("words")}};
  for (const auto& [scorer, values] : fields.object("relevance").items())
    for (const char* value : {"raw", "masked", "fidelity", "elaboration"})
      metrics[metric_name(std::string(value) + "_" + scorer)] = data::Fields(values, "relevance").value(value);
  return metrics;
}

/// How the row was asked, in the harness's place for it.
Json gen_kwargs_of(const Json& line, const FinishedRun& run) {
  const auto sampling = run.sampling.find(text_of(line, "row"));
  Json out = sampling == run.sampling.end() ? Json::object() : sampling->second;
  for (const char* key : {"asked_words", "asked_return"})
    if (line.contains(key)) out[key] = line.at(key);
  return out;
}

std::string indented(const Json& json) { return json.dump(2); }  // as json.dumps(…, indent=2, ensure_ascii=False)

Json sample_of(const Json& line, std::size_t doc_id, const std::string& target, const FinishedRun& run) {
  const Json doc = doc_of(line), metrics = metrics_of(line);
  const std::string answer = text_of(line, "answer"), prompt = text_of(line, "intent");
  Json sample = {{"doc_id", doc_id},
                 {"doc", doc},
                 {"target", target},
                 {"arguments", {{"gen_args_0", {{"arg_0", prompt}, {"arg_1", gen_kwargs_of(line, run)}}}}},
                 {"resps", Json::array({Json::array({answer})})},
                 {"filtered_resps", Json::array({answer})},
                 {"filter", "none"},
                 {"metrics", Json::array()},
                 {"doc_hash", sha256(indented(doc))},
                 {"prompt_hash", sha256(prompt)},
                 {"target_hash", sha256(target)}};
  for (const auto& [name, value] : metrics.items()) {
    sample["metrics"].push_back(name);
    sample[name] = value;
  }
  return sample;
}

/// Case → what the reference answered.
std::map<std::string, std::string> targets_of(const FinishedRun& run) {
  std::map<std::string, std::string> targets;
  for_each_measured(run, [&](const Json& line) {
    if (text_of(line, "row") == run.reference) targets[text_of(line, "case")] = text_of(line, "answer");
  });
  return targets;
}

std::vector<double> values_of(const LmEvalTask& task, const std::string& metric) {
  std::vector<double> values;
  for (const Json& sample : task.samples)
    if (const auto value = sample.find(metric); value != sample.end() && value->is_number()) values.push_back(*value);
  return values;
}

/// As the harness has it for means: of the cases, not clustered by subject. "N/A" where there are too few.
Json standard_error(const std::vector<double>& values) {
  if (values.size() < 2) return "N/A";
  const double mean = score::mean(values), n = static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1) / n);
}

Json figures_of(const std::string& name, const LmEvalTask& task) {
  Json out = {{"name", name}, {"alias", name}, {"sample_len", task.samples.size()}};
  for (const Json& metric : task.samples.front().at("metrics")) {
    const std::vector<double> values = values_of(task, metric);
    out[metric.get<std::string>() + ",none"] = data::number(score::mean(values));
    out[metric.get<std::string>() + "_stderr,none"] = standard_error(values);
  }
  return out;
}

bool higher_is_better(const std::string& metric) { return metric != "copying"; }

Json config_of(const std::string& name, const LmEvalTask& task) {
  Json config = {{"task", name},
                 {"output_type", "generate_until"},
                 {"doc_to_text", "{{intent}}"},
                 {"doc_to_target", "what the reference answered"},
                 {"metric_list", Json::array()},
                 {"repeats", 1},
                 {"should_decontaminate", false},
                 {"metadata", {{"version", 1.0}}}};
  for (const std::string metric : task.samples.front().at("metrics"))
    config["metric_list"].push_back(
        {{"metric", metric}, {"aggregation", "mean"}, {"higher_is_better", higher_is_better(metric)}});
  return config;
}

std::string task_hash(const LmEvalTask& task) {
  std::string all;
  for (const Json& sample : task.samples)
    for (const char* hash : {"doc_hash", "prompt_hash", "target_hash"}) all += sample.at(hash).get<std::string>();
  return sha256(all);
}

void add_task(Json& out, const std::string& name, const LmEvalTask& task, bool is_zero_shot) {
  out["results"][name] = figures_of(name, task);
  out["group_subtasks"][name] = Json::array();
  out["configs"][name] = config_of(name, task);
  out["versions"][name] = 1.0;
  if (is_zero_shot) out["n-shot"][name] = 0;
  for (const std::string metric : task.samples.front().at("metrics"))
    out["higher_is_better"][name][metric] = higher_is_better(metric);
  out["n-samples"][name] = {{"original", task.samples.size()}, {"effective", task.samples.size()}};
  out["task_hashes"][name] = task_hash(task);
}

/// How many examples a model was shown is not in results.json; others are shown none.
bool is_zero_shot(const std::string& row, const FinishedRun& run) {
  const auto sampling = run.sampling.find(row);
  return sampling == run.sampling.end() || sampling->second.value("few_shot", Json()) != true;
}

}  // namespace

std::vector<LmEvalModel> lm_eval_models(const FinishedRun& run) {
  const std::map<std::string, std::string> targets = targets_of(run);
  std::vector<LmEvalModel> models;
  for_each_measured(run, [&](const Json& line) {
    if (line.contains("replicate_of")) return;
    const std::string row = text_of(line, "row");
    if (models.empty() || models.back().name != row) models.push_back({row, {}});
    std::vector<Json>& samples = models.back().tasks[task_name(line)].samples;
    const auto target = targets.find(text_of(line, "case"));
    if (target == targets.end())
      throw user_error("the reference has no answer to this case")
          .at(run.reference + ", case " + text_of(line, "case"))
          .hint("the evaluation's measured.jsonl was changed: evaluate again");
    samples.push_back(sample_of(line, samples.size(), target->second, run));
  });
  return models;
}

Json lm_eval_results(const LmEvalModel& model, const FinishedRun& run, double date) {
  const Json nothing;
  Json out = {{"results", Json::object()},
              {"n-shot", Json::object()},
              {"config",
               {{"model", "udrl"},
                {"model_args", "model=" + model.name},
                {"random_seed", run.config.value("seed", nothing)},
                {"limit", nothing}}},
              {"git_hash", nothing},
              {"date", date},
              {"pretty_env_info", run.version + ", " + run.processor},
              {"model_source", "udrl"},
              {"model_name", model.name},
              {"model_name_sanitized", model.name},
              {"system_instruction", nothing},
              {"system_instruction_sha", nothing},
              {"fewshot_as_multiturn", nothing},
              {"chat_template", nothing},
              {"chat_template_sha", nothing}};
  for (const auto& [name, task] : model.tasks) add_task(out, name, task, is_zero_shot(model.name, run));
  return out;
}

}  // namespace udrl::eval
