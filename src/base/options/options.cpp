// The declaration of options, their final check and the resolved config.
#include "udrl/base/options.hpp"

#include <algorithm>
#include <stdexcept>

#include "option_values.hpp"
#include "udrl/base/error.hpp"

namespace udrl {

Option::Option(std::string name, OptionTarget target, std::string help)
    : name_(std::move(name)), target_(std::move(target)), help_(std::move(help)) {}

Option& Option::range(double low, double high) {
  low_ = low;
  high_ = high;
  return *this;
}

Option& Option::choices(std::vector<std::string> values) {
  choices_ = std::move(values);
  return *this;
}

Option& Option::required() {
  required_ = true;
  return *this;
}

Option& Option::runtime_only() {
  runtime_only_ = true;
  return *this;
}

Option& Option::came_later() {
  left_out_ = detail::json_value(*this);
  return *this;
}

Option& Option::names_secret() {
  names_secret_ = true;
  return *this;
}

bool Option::is_compared() const { return !runtime_only_ && detail::json_value(*this) != left_out_; }

Option& Option::letter(char c) {
  letter_ = c;
  return *this;
}

std::string Option::flag() const {
  if (name_.size() == 1) return "-" + name_;
  std::string text = "--" + name_;
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

OptionSet::OptionSet() = default;
OptionSet::~OptionSet() = default;
OptionSet::OptionSet(OptionSet&&) noexcept = default;
OptionSet& OptionSet::operator=(OptionSet&&) noexcept = default;

Option& OptionSet::add(std::string name, OptionTarget target, std::string help) {
  if (name.empty() || name == "config" || name == "help" || find(name))
    throw std::logic_error("option \"" + name + "\" is declared twice or reserved");
  options_.push_back(std::make_unique<Option>(std::move(name), target, std::move(help)));
  return *options_.back();
}

std::vector<const Option*> OptionSet::options() const {
  std::vector<const Option*> result;
  for (const auto& option : options_) result.push_back(option.get());
  return result;
}

Option* OptionSet::find(const std::string& name) const {
  for (const auto& option : options_)
    if (option->name() == name) return option.get();
  return nullptr;
}

std::vector<std::string> OptionSet::names() const {
  std::vector<std::string> result;
  for (const auto& option : options_) result.push_back(option->name());
  return result;
}

void OptionSet::validate() const {
  std::string missing;
  for (const auto& option : options_) {
    if (detail::is_missing(*option)) missing += (missing.empty() ? "" : ", ") + option->flag();
    else detail::check(*option);
  }
  if (missing.empty()) return;
  throw user_error("not given: " + missing).hint("give it on the command line or in the --config file; see --help");
}

std::string OptionSet::to_json(bool with_runtime) const {
  std::map<std::string, std::string> sorted;
  for (const auto& option : options_)
    if (with_runtime || option->is_compared()) sorted[option->name()] = detail::json_value(*option);
  std::string text;
  for (const auto& [name, value] : sorted)
    text += (text.empty() ? "\n  " : ",\n  ") + detail::json_string(name) + ": " + value;
  return text.empty() ? "{}" : "{" + text + "\n}";
}

}  // namespace udrl
