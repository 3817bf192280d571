// commands.json: reading and writing it. Not for: what its figures mean (fitted.hpp).
#include <algorithm>
#include <climits>
#include <cstdint>

#include "udrl/base/error.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/command/names.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/figures.hpp"
#include "udrl/data/text.hpp"

namespace udrl::command {
namespace {

using Json = nlohmann::json;

constexpr const char* this_file = "commands.json";
constexpr std::int64_t most_records = 1'000'000'000'000'000;

/// A whole number as the file has it: a cast would make another one of what does not fit.
std::int64_t whole(const Json& json, std::int64_t low, std::int64_t high) {
  const bool is_whole =
      json.is_number_integer() && !(json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX);
  if (is_whole && json.get<std::int64_t>() >= low && json.get<std::int64_t>() <= high) return json.get<std::int64_t>();
  throw user_error("commands.json has a number that it cannot have")
      .expected("a whole number from " + std::to_string(low) + " to " + std::to_string(high))
      .got(data::json_line(json))
      .hint("tag the data again");
}
int whole_int(const Json& json, int low, int high) { return static_cast<int>(whole(json, low, high)); }
std::uint64_t count_from(const Json& json) { return static_cast<std::uint64_t>(whole(json, 0, most_records)); }

double figure(const Json& json) { return data::figure_from(json, this_file); }
std::vector<double> ascending(std::vector<double> figures) {
  if (std::is_sorted(figures.begin(), figures.end())) return figures;
  throw user_error("commands.json has quantiles or edges that do not rise").hint("tag the data again");
}

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
      support.add(words, bin, count_from(item.value().at(static_cast<std::size_t>(bin))));
    }
  }
  return support;
}

Json return_json(const FittedReturn& fit) {
  return {{"length", {{"slope", fit.length_slope}, {"intercept", fit.length_intercept}}},
          {"quantiles", fit.quantiles},
          {"edges", fit.edges},
          {"spread_within", fit.spread_within},
          {"support", support_json(fit.support)}};
}

FittedReturn return_from(const Json& json, int bins) {
  FittedReturn fit;
  fit.length_slope = figure(json.at("length").at("slope"));
  fit.length_intercept = figure(json.at("length").at("intercept"));
  fit.quantiles = ascending(data::figures_from(json.at("quantiles"), this_file));
  // Compared with and no more: the largest double is an edge that nothing reaches (distill/tag/returns.cpp).
  fit.edges = ascending(json.at("edges").get<std::vector<double>>());
  if (fit.edges.size() >= static_cast<std::size_t>(bins))
    throw user_error("commands.json has more edges than its bins").hint("tag the data again");
  fit.spread_within = figure(json.at("spread_within"));
  fit.support = support_from(json.at("support"), bins);
  return fit;
}

Json task_json(const FittedTask& task) {
  Json json = return_json(task);
  json["name"] = task.name;
  for (const auto& [name, moments] : task.scorers) {
    json["scorers"][name] = {{"mean", moments.mean}, {"deviation", moments.deviation}};
  }
  json["auxiliary"] = Json::array();
  for (const FittedReturn& fit : task.auxiliary) json["auxiliary"].push_back(return_json(fit));
  json["joint"] = Json::array();  // [bins, count]
  for (const auto& [bins, count] : task.joint) json["joint"].push_back({bins, count});
  return json;
}

std::vector<int> joint_bins(const Json& json, const Fitted& fitted) {
  std::vector<int> bins;
  for (const Json& bin : json) bins.push_back(whole_int(bin, INT_MIN, INT_MAX));
  const auto is_bin = [&](int bin) { return bin >= 0 && bin < fitted.bins; };
  if (bins.size() == static_cast<std::size_t>(fitted.returns()) && std::all_of(bins.begin(), bins.end(), is_bin))
    return bins;
  throw user_error("commands.json counts records of bins that do not exist")
      .expected(std::to_string(fitted.returns()) + " bins of 0 to " + std::to_string(fitted.bins - 1))
      .got(data::json_line(json))
      .hint("tag the data again");
}

FittedTask task_from(const Json& json, const Fitted& fitted) {
  FittedTask task{return_from(json, fitted.bins), json.at("name").get<std::string>(), {}, {}, {}};
  for (const auto& item : json.at("scorers").items()) {
    task.scorers[item.key()] = {figure(item.value().at("mean")), figure(item.value().at("deviation"))};
  }
  for (const Json& fit : json.value("auxiliary", Json::array()))
    task.auxiliary.push_back(return_from(fit, fitted.bins));
  if (task.auxiliary.size() != fitted.auxiliary.size()) {
    throw user_error("task '" + task.name + "' has another number of auxiliary returns than commands.json names")
        .expected(std::to_string(fitted.auxiliary.size()))
        .got(std::to_string(task.auxiliary.size()))
        .hint("tag the data again");
  }
  for (const Json& row : json.value("joint", Json::array())) {
    task.joint[joint_bins(row.at(0), fitted)] = count_from(row.at(1));
  }
  return task;
}

Json auxiliary_json(const std::vector<AuxiliaryReturn>& auxiliary) {
  Json json = Json::array();
  for (const AuxiliaryReturn& one : auxiliary) json.push_back({{"name", one.name}, {"weight", one.weight}});
  return json;
}

/// It stands in shell lines and templates, which `tag` knows; a file may be a stranger's.
void check_auxiliary_name(const std::string& name) {
  if (is_plain_name(name)) return;
  throw user_error("this cannot be the name of an auxiliary return")
      .expected("small letters, digits and _")
      .got("'" + name + "'")
      .hint("tag the data again");
}

void check_task_name(const std::string& name) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (!name.empty() && std::none_of(name.begin(), name.end(), is_control)) return;
  throw user_error("this cannot be the name of a task")
      .expected("a name without line breaks")
      .got("'" + name + "'")
      .hint("tag the data again");
}

std::vector<AuxiliaryReturn> auxiliary_from(const Json& json) {
  std::vector<AuxiliaryReturn> auxiliary;
  for (const Json& one : json) {
    auxiliary.push_back({one.at("name").get<std::string>(), figure(one.at("weight"))});
    check_auxiliary_name(auxiliary.back().name);
  }
  if (auxiliary.size() > static_cast<std::size_t>(max_auxiliary)) {
    throw user_error("too many auxiliary returns")
        .expected("at most " + std::to_string(max_auxiliary))
        .got(std::to_string(auxiliary.size()))
        .hint("tag the data again");
  }
  return auxiliary;
}

void require_version(const Json& json, const char* field, int expected) {
  const int got = whole_int(json.at(field), INT_MIN, INT_MAX);
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
  fitted.normalisation_version = whole_int(json.at("normalisation_version"), 0, INT_MAX);
  const std::string kind = json.at("return_kind").get<std::string>();
  if (!from_name<ReturnKind>(kind))
    throw user_error("unknown kind of return").expected("advantage or global").got(kind);
  fitted.kind = *from_name<ReturnKind>(kind);
  fitted.bins = whole_int(json.at("bins"), INT_MIN, INT_MAX);
  if (fitted.bins < 1 || fitted.bins > max_returns) {
    throw user_error("bins is out of range").expected("1 to 10").got(std::to_string(fitted.bins));
  }
  for (const auto& [name, weight] : json.at("weights").get<std::map<std::string, Json>>())
    fitted.weights[name] = figure(weight);
  fitted.copying_penalty = figure(json.at("copying_penalty"));
  fitted.auxiliary =
      auxiliary_from(json.value("auxiliary_returns", Json::array()));  // absent in files of earlier versions
  fitted.countdown = json.value("countdown", false);
  fitted.mentions = json.value("mentions", false);
  const Json& rule = json.at("support_rule");
  fitted.rule = {count_from(rule.at("at_least")), whole_int(rule.at("reach"), 0, max_words),
                 count_from(rule.at("top_at_least"))};
  for (const Json& task : json.at("tasks")) {
    fitted.tasks.push_back(task_from(task, fitted));
    check_task_name(fitted.tasks.back().name);
  }
  if (fitted.tasks.empty()) throw user_error("commands.json has no task").hint("tag the data again");
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
      {"auxiliary_returns", auxiliary_json(fitted.auxiliary)},
      {"countdown", fitted.countdown},
      {"mentions", fitted.mentions},
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

void save(const Fitted& fitted, const std::filesystem::path& file) { data::write_json(file, to_json(fitted)); }

Fitted load(const std::filesystem::path& file) {
  return data::read_document(file, "tag the data again", fitted_from_json);
}

}  // namespace udrl::command
