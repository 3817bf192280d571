// Options from TOML files. Tables become dotted names; every error names file and line.
#include <sstream>
#include <string>
#include <vector>

#include "option_text.hpp"
#include "option_values.hpp"
#include "toml_parse.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/options.hpp"

namespace udrl {
namespace {

using detail::RawValue;
using detail::Scalar;

struct Entry {
  std::string name;
  const toml::node* node;
  std::string where;  ///< "configs/demo/tag.toml:12"
};

std::string place(const std::string& file, const toml::key& key) {
  return file + ":" + std::to_string(key.source().begin.line);
}

JsonValue json_of(const toml::node& node) {
  std::ostringstream text;
  if (const auto* table = node.as_table()) text << toml::json_formatter{*table};
  else if (const auto* list = node.as_array()) text << toml::json_formatter{*list};
  return {text.str()};
}

bool scalar_of(const toml::node& node, Scalar& value) {
  if (const auto* v = node.as_boolean()) value = v->get();
  else if (const auto* whole = node.as_integer()) value = std::int64_t{whole->get()};
  else if (const auto* real = node.as_floating_point()) value = real->get();
  else if (const auto* text = node.as_string()) value = text->get();
  else return false;
  return true;
}

/// In a table there may be lists and tables: whether the option takes them is its type's to say.
void append(RawValue& raw, const toml::node& node, const Entry& entry) {
  Scalar value;
  const bool nested = raw.shape == RawValue::Shape::table && (node.is_table() || node.is_array());
  if (nested) value = json_of(node);
  else if (!scalar_of(node, value)) throw user_error(entry.name + " holds a value that no option has").at(entry.where);
  raw.items.push_back(std::move(value));
}

RawValue raw_value(const Entry& entry) {
  RawValue raw;
  if (const auto* list = entry.node->as_array()) {
    raw.shape = RawValue::Shape::list;
    for (const auto& item : *list) append(raw, item, entry);
  } else if (const auto* table = entry.node->as_table()) {
    raw.shape = RawValue::Shape::table;
    for (const auto& [key, item] : *table) {
      raw.keys.emplace_back(key.str());
      append(raw, item, entry);
    }
  } else {
    append(raw, *entry.node, entry);
  }
  return raw;
}

bool starts_a_table_of(const std::string& name, const std::vector<std::string>& known) {
  for (const auto& candidate : known)
    if (candidate.rfind(name + ".", 0) == 0) return true;
  return false;
}

/// Walks tables down to the keys that are options, or that nobody knows.
struct Flattener {
  const std::string& file;
  const std::vector<std::string>& known;
  std::vector<Entry> entries;

  void visit(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      const auto* inner = node.as_table();
      if (inner && starts_a_table_of(name, known)) visit(*inner, name + ".");
      else entries.push_back({name, &node, place(file, key)});
    }
  }
};

/// A table that no option knows is blamed for its first key: that is what has a near name.
Error unknown_key(const Entry& entry, const std::vector<std::string>& known) {
  std::string name = entry.name;
  if (const auto* table = entry.node->as_table(); table && !table->empty())
    name += "." + std::string(table->begin()->first.str());
  std::string near = nearest(name, known);
  if (near.empty()) near = nearest(entry.name, known);
  return user_error("unknown key \"" + name + "\"")
      .at(entry.where)
      .hint(near.empty() ? "--help lists the known ones" : "did you mean \"" + near + "\"?");
}

bool is_list_or_table(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first != std::string::npos && (text[first] == '[' || text[first] == '{');
}

bool is_set_by_flag(const Option& option) { return option.source().rfind("-", 0) == 0; }

}  // namespace

void OptionSet::read_toml(const std::filesystem::path& file) {
  const toml::table root = detail::parse_toml(file);
  const std::string file_name = file.string();
  const std::vector<std::string> known = names();
  Flattener flattener{file_name, known, {}};
  flattener.visit(root, "");
  for (const Entry& entry : flattener.entries) {
    Option* option = find(entry.name);
    if (!option) throw unknown_key(entry, known);
    if (!is_set_by_flag(*option)) detail::assign(*option, raw_value(entry), entry.where);
  }
}

Scalar detail::read_toml_value(const std::string& text, const std::string& source) {
  Scalar value = text;
  if (is_toml_too_deep(text)) {
    if (!is_list_or_table(text)) return value;  // sentences have dots
    throw toml_too_deep().at(source).hint("if it is meant as a text, put it in quotation marks");
  }
  try {
    const toml::table root = toml::parse("value = " + text);
    const toml::node* node = root.size() == 1 ? root.get("value") : nullptr;
    if (node && (node->is_table() || node->is_array())) value = json_of(*node);
    else if (node) scalar_of(*node, value);
  } catch (const toml::parse_error&) {  // a text without quotation marks
  }
  return value;
}

}  // namespace udrl
