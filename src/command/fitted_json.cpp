// commands.json: reading and writing it. Not for: what its figures mean (fitted.hpp).
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/data/text.hpp"

namespace udrl::command {
namespace {

using Json = nlohmann::json;

Json support_json(const Support& support) {
  Json json = Json::object();  // words → counts by bin, only where there are any
  for (int words = 1; words <= max_words; ++words) {
    if (support.near(words, std::nullopt, 0) == 0) continue;
    Json& row = json[std::to_string(words)] = Json::array();
    for (int bin = 0; bin < support.bins(); ++bin) row.push_back(support.count(words, bin));
  }
  return json;
}

Support support_from(const Json& json, int bins) {
  Support support(bins);
  for (const auto& item : json.items()) {
    const int words = std::stoi(item.key());
    if (words < 1 || words > max_words || item.value().size() != static_cast<std::size_t>(bins)) {
      throw user_error("bad support for " + item.key() + " words");
    }
    for (int bin = 0; bin < bins; ++bin) {
      support.add(words, bin, item.value().at(static_cast<std::size_t>(bin)).get<std::uint64_t>());
    }
  }
  return support;
}

Json task_json(const FittedTask& task) {
  Json scorers = Json::object();
  for (const auto& [name, moments] : task.scorers) {
    scorers[name] = {{"mean", moments.mean}, {"deviation", moments.deviation}};
  }
  return {{"name", task.name},
          {"scorers", std::move(scorers)},
          {"length", {{"slope", task.length_slope}, {"intercept", task.length_intercept}}},
          {"quantiles", task.quantiles},
          {"edges", task.edges},
          {"spread_within", task.spread_within},
          {"support", support_json(task.support)}};
}

FittedTask task_from(const Json& json, int bins) {
  FittedTask task;
  task.name = json.at("name").get<std::string>();
  for (const auto& item : json.at("scorers").items()) {
    task.scorers[item.key()] = {item.value().at("mean").get<double>(), item.value().at("deviation").get<double>()};
  }
  task.length_slope = json.at("length").at("slope").get<double>();
  task.length_intercept = json.at("length").at("intercept").get<double>();
  task.quantiles = json.at("quantiles").get<std::vector<double>>();
  task.edges = json.at("edges").get<std::vector<double>>();
  task.spread_within = json.at("spread_within").get<double>();
  task.support = support_from(json.at("support"), bins);
  return task;
}

void require_version(const Json& json, const char* field, int expected) {
  const int got = json.at(field).get<int>();
  if (got == expected) return;
  throw user_error(std::string(field) + " of commands.json is another than this program's")
      .expected(std::to_string(expected))
      .got(std::to_string(got))
      .hint("tag the data again with this program, or use the program that wrote it");
}

Fitted parse(const Json& json) {
  require_version(json, "version", fitted_version);
  require_version(json, "normalisation_version", data::normalisation_version);
  Fitted fitted;
  fitted.normalisation_version = json.at("normalisation_version").get<int>();
  fitted.kind = return_kind_from_string(json.at("return_kind").get<std::string>());
  fitted.bins = json.at("bins").get<int>();
  if (fitted.bins < 1 || fitted.bins > max_returns) {
    throw user_error("bins is out of range").expected("1 to 10").got(std::to_string(fitted.bins));
  }
  fitted.weights = json.at("weights").get<std::map<std::string, double>>();
  fitted.copying_penalty = json.at("copying_penalty").get<double>();
  const Json& rule = json.at("support_rule");
  fitted.rule = {rule.at("at_least").get<std::uint64_t>(), rule.at("reach").get<int>(),
                 rule.at("top_at_least").get<std::uint64_t>()};
  for (const Json& task : json.at("tasks")) fitted.tasks.push_back(task_from(task, fitted.bins));
  return fitted;
}

}  // namespace

Json to_json(const Fitted& fitted) {
  Json tasks = Json::array();
  for (const FittedTask& task : fitted.tasks) tasks.push_back(task_json(task));
  return {
      {"version", fitted_version},
      {"normalisation_version", fitted.normalisation_version},
      {"return_kind", to_string(fitted.kind)},
      {"bins", fitted.bins},
      {"weights", fitted.weights},
      {"copying_penalty", fitted.copying_penalty},
      {"support_rule",
       {{"at_least", fitted.rule.at_least}, {"reach", fitted.rule.reach}, {"top_at_least", fitted.rule.top_at_least}}},
      {"tasks", std::move(tasks)}};
}

Fitted fitted_from_json(const Json& json) {
  try {
    return parse(json);
  } catch (const Json::exception& error) {
    throw user_error("commands.json lacks a field or has one of the wrong type")
        .got(error.what())
        .hint("tag the data again");
  } catch (const std::logic_error& error) {  // std::stoi
    throw user_error("commands.json has a support row that is not a number of words")
        .got(error.what())
        .hint("tag the data again");
  }
}

void save(const Fitted& fitted, const std::filesystem::path& file) {
  write_file_atomic(file, to_json(fitted).dump(1) + "\n");
}

Fitted load(const std::filesystem::path& file) {
  const std::string text = read_file(file);
  try {
    return fitted_from_json(Json::parse(text));
  } catch (Error& error) {
    throw std::move(error).at(file.string());
  } catch (const Json::exception& error) {
    throw user_error("commands.json is not JSON").at(file.string()).got(error.what()).hint("tag the data again");
  }
}

}  // namespace udrl::command
