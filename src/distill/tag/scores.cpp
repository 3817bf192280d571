// Which scores a return is made of, and whether they may be.
#include "scores.hpp"

#include <algorithm>
#include <set>

#include "udrl/base/error.hpp"
#include "udrl/command/names.hpp"

namespace udrl::distill {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (!contains(names, name)) names.push_back(name);
}

void refuse_held_out(const ReturnOptions& options, const std::vector<std::string>& label_scorers) {
  for (const std::string& name : label_scorers) {
    if (!contains(options.held_out_scorers, name) || options.force_held_out) continue;
    throw user_error("a scorer is held out for evaluation, and has a part in what is asked for")
        .got("'" + name + "'")
        .hint(
            "take it out of 'weights' and 'auxiliary', or of 'held_out_scorers': a scorer that made the labels cannot "
            "judge the "
            "student (force_held_out does it all the same)");
  }
}

void check_auxiliary(const std::vector<command::AuxiliaryReturn>& auxiliary) {
  if (auxiliary.size() > static_cast<std::size_t>(command::max_auxiliary)) {
    throw user_error("too many auxiliary returns")
        .expected("at most " + std::to_string(command::max_auxiliary))
        .got(std::to_string(auxiliary.size()));
  }
  // Commands, and what a chat template knows already: a client sets an auxiliary return there by its name.
  std::set<std::string> names{"return", "words", "task",  "messages", "tools",    "message",   "content",  "found",
                              "part",   "names", "tasks", "first",    "defaults", "asked",     "pair",     "key",
                              "value",  "mark",  "have",  "clean",    "any",      "bos_token", "eos_token"};
  for (const auto& one : auxiliary) {
    const bool is_name = command::is_plain_name(one.name) && (one.name[0] < '0' || one.name[0] > '9');
    if (is_name && names.insert(one.name).second) continue;
    throw user_error("this cannot be the name of an auxiliary return")
        .expected("a scorer's name of small letters, digits and _, once, that is no command's")
        .got("'" + one.name + "'")
        .hint("a value with another name can be stored again: score with another suffix");
  }
}

}  // namespace

std::vector<command::AuxiliaryReturn> auxiliary_returns(const ReturnOptions& options) {
  std::vector<command::AuxiliaryReturn> auxiliary;
  for (const std::string& text : options.auxiliary) {
    const bool less = text.starts_with('-');
    auxiliary.push_back({text.substr(less ? 1 : 0), less ? -1.0 : 1.0});
  }
  return auxiliary;
}

std::vector<std::string> needed_scores(const ReturnOptions& options) {
  std::vector<std::string> names;
  for (const auto& [name, weight] : options.weights) {
    if (weight != 0) names.push_back(name);
  }
  if (names.empty()) throw user_error("no scorer has a weight").hint("set 'weights', for example relevance = 1.0");
  const auto auxiliary = auxiliary_returns(options);
  check_auxiliary(auxiliary);
  for (const auto& one : auxiliary) add_once(names, one.name);
  refuse_held_out(options, names);
  if (options.copying_penalty != 0) add_once(names, "copying");
  return names;
}

}  // namespace udrl::distill
