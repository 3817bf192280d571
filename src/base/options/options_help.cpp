// The layout of --help: one column of flags, one of explanations with range and default, a group a table.
#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "option_values.hpp"
#include "udrl/base/options.hpp"

namespace udrl {
namespace {

constexpr std::size_t width = 100, column = 30;

std::string value_name(const Option& option) {
  struct Namer {
    std::string operator()(bool*) const { return ""; }
    std::string operator()(int*) const { return " N"; }
    std::string operator()(std::int64_t*) const { return " N"; }
    std::string operator()(std::uint64_t*) const { return " N"; }
    std::string operator()(double*) const { return " X"; }
    std::string operator()(std::string*) const { return " TEXT"; }
    std::string operator()(std::filesystem::path*) const { return " PATH"; }
    std::string operator()(std::vector<std::string>*) const { return " A,B,…"; }
    std::string operator()(std::vector<double>*) const { return " X,Y,…"; }
    std::string operator()(std::vector<int>*) const { return " N,M,…"; }
    std::string operator()(std::map<std::string, double>*) const { return " A=X,B=Y,…"; }
    std::string operator()(JsonTable*) const { return " A=VALUE"; }
    std::string operator()(const NamedTarget<std::string>&) const { return " TEXT"; }
    std::string operator()(const NamedTarget<std::vector<std::string>>&) const { return " A,B,…"; }
  };
  return std::visit(Namer{}, option.target());
}

std::string left_side(const Option& option) {
  std::string text = "  ";
  if (option.letter()) text += std::string("-") + option.letter() + ", ";
  return text + option.flag() + value_name(option);
}

bool has_declared_limits(const Option& option) {
  return !option.allowed().empty() || option.low() > -std::numeric_limits<double>::infinity() ||
         option.high() < std::numeric_limits<double>::infinity();
}

std::string default_text(const Option& option) {
  const std::string value = detail::typed_value(option);
  if (!detail::is_switch(option)) return value.empty() ? "" : "default " + value;
  return value == "true" ? "on by default; --no-" + option.flag().substr(2) + " turns it off" : "";
}

std::string right_side(const Option& option) {
  std::vector<std::string> notes;
  if (option.is_required()) notes.push_back("required");
  if (has_declared_limits(option)) notes.push_back(detail::limits_of(option));
  const std::string value = option.is_required() ? "" : default_text(option);
  if (!value.empty()) notes.push_back(value);
  std::string text;
  for (const auto& note : notes) text += (text.empty() ? "" : "; ") + note;
  return text.empty() ? option.help() : option.help() + " (" + text + ")";
}

/// Columns a text takes: bytes that do not continue a UTF-8 character.
std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string wrapped(const std::string& text, std::size_t indent) {
  std::istringstream words(text);
  std::string out;
  std::size_t used = indent;
  for (std::string word; words >> word;) {
    if (used > indent && used + 1 + columns(word) > width) {
      out += "\n" + std::string(indent, ' ');
      used = indent;
    } else if (used > indent) {
      out += ' ';
      ++used;
    }
    out += word;
    used += columns(word);
  }
  return out;
}

std::string line_of(const std::string& left, const std::string& right) {
  const std::size_t used = columns(left);
  const std::string gap = used + 2 <= column ? std::string(column - used, ' ') : "\n" + std::string(column, ' ');
  return left + gap + wrapped(right, column) + "\n";
}

std::string table_of(const Option& option) {
  const auto dot = option.name().rfind('.');
  return dot == std::string::npos ? "" : option.name().substr(0, dot);
}

std::string flag_of(std::string table) {
  std::replace(table.begin(), table.end(), '_', '-');
  return table;
}

}  // namespace

std::string OptionSet::help_text() const {
  std::vector<std::string> tables{""};
  for (const auto& option : options_)
    if (std::find(tables.begin(), tables.end(), table_of(*option)) == tables.end()) tables.push_back(table_of(*option));
  std::map<std::string, std::string> shown;  // what a table's options say → the first table that says it
  std::string text;
  for (const auto& table : tables) {
    std::string lines, meaning;
    for (const auto& option : options_) {
      if (table_of(*option) != table) continue;
      lines += line_of(left_side(*option), right_side(*option));
      meaning += option->name().substr(table.size()) + right_side(*option) + "\n";
    }
    const auto [first, is_new] = shown.emplace(meaning, table);
    if (!is_new) {
      text += "\nOptions [" + table + "]: those of [" + first->second + "], each as --" + flag_of(table) + ".NAME\n";
      continue;
    }
    text += (table.empty() ? "Options:\n" : "\nOptions [" + table + "]:\n") + lines;
    if (!table.empty()) continue;
    text += line_of("  --config FILE",
                    "TOML file with the same options; flags win over it, a later file over an earlier one");
    text += line_of("  -h, --help", "this text");
  }
  return text;
}

}  // namespace udrl
