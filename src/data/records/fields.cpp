// Strict readers of JSON values. Not for: which fields there are (record.cpp, manifest.cpp).
#include "udrl/data/fields.hpp"

#include <limits>

namespace udrl::data {
namespace {

std::string shown(const Json& value) {
  constexpr std::size_t most = 60;
  std::string text = json_line(value);
  if (text.size() > most) text = text.substr(0, most) + "…";
  return std::string(value.type_name()) + " " + text;
}

[[noreturn]] void wrong(const std::string& name, const std::string& expected, const Json& value) {
  throw user_error("field \"" + name + "\" is of the wrong type or out of range").expected(expected).got(shown(value));
}

const std::string& as_text(const std::string& name, const Json& value) {
  if (!value.is_string()) wrong(name, "a string", value);
  return value.get_ref<const std::string&>();
}

std::uint64_t as_natural(const std::string& name, const Json& value) {
  const bool good = value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
  if (!good) wrong(name, "a whole number, 0 or more", value);
  return value.get<std::uint64_t>();
}

int as_integer(const std::string& name, const Json& value) {
  using Limits = std::numeric_limits<int>;
  const bool whole = value.is_number_integer();
  const bool fits =
      whole && (value.is_number_unsigned()
                    ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(Limits::max())
                    : value.get<std::int64_t>() >= Limits::min() && value.get<std::int64_t>() <= Limits::max());
  if (!fits) wrong(name, "a whole number of 32 bits", value);
  return value.get<int>();
}

double as_number(const std::string& name, const Json& value) {
  if (!value.is_number()) wrong(name, "a number", value);
  return value.get<double>();
}

template <class Value, class Convert>
std::map<std::string, Value> as_map(const std::string& name, const Json& object, Convert convert) {
  std::map<std::string, Value> out;
  for (auto it = object.begin(); it != object.end(); ++it) {
    out.emplace(it.key(), convert(name + "." + it.key(), it.value()));
  }
  return out;
}

}  // namespace

Fields::Fields(const Json& object, std::string what) : object_(&object), what_(std::move(what)) {
  if (!object.is_object()) {
    throw user_error("a " + what_ + " must be a JSON object").expected("{ … }").got(shown(object));
  }
}

bool Fields::has(const std::string& name) const {
  const auto found = object_->find(name);
  return found != object_->end() && !found->is_null();
}

const Json& Fields::field(const std::string& name) const {
  const auto found = object_->find(name);
  if (found == object_->end() || found->is_null()) {
    throw user_error("field \"" + name + "\" is missing").expected("a " + what_ + " with \"" + name + "\"");
  }
  return *found;
}

std::string Fields::text(const std::string& name) const { return as_text(name, field(name)); }

std::string Fields::text_or(const std::string& name, std::string fallback) const {
  return has(name) ? text(name) : std::move(fallback);
}

int Fields::integer(const std::string& name) const { return as_integer(name, field(name)); }

std::uint64_t Fields::natural(const std::string& name) const { return as_natural(name, field(name)); }

double Fields::number(const std::string& name) const { return as_number(name, field(name)); }

double Fields::number_or_nan(const std::string& name) const {
  const auto found = object_->find(name);
  const bool is_null = found != object_->end() && found->is_null();
  return is_null ? std::numeric_limits<double>::quiet_NaN() : number(name);
}

bool Fields::boolean(const std::string& name) const {
  const Json& value = field(name);
  if (!value.is_boolean()) wrong(name, "true or false", value);
  return value.get<bool>();
}

std::vector<std::string> Fields::texts(const std::string& name) const {
  const Json& value = field(name);
  if (!value.is_array()) wrong(name, "a list of strings", value);
  std::vector<std::string> out;
  for (const Json& item : value) out.push_back(as_text(name, item));
  return out;
}

std::vector<int> Fields::whole_numbers(const std::string& name) const {
  std::vector<int> out;
  for (const Json& item : list(name)) out.push_back(as_integer(name, item));
  return out;
}

std::map<std::string, double> Fields::numbers(const std::string& name) const {
  return as_map<double>(name, object(name), as_number);
}

std::map<std::string, int> Fields::integers(const std::string& name) const {
  return as_map<int>(name, object(name), as_integer);
}

std::map<std::string, std::uint64_t> Fields::naturals(const std::string& name) const {
  return as_map<std::uint64_t>(name, object(name), as_natural);
}

std::map<std::string, std::string> Fields::text_map(const std::string& name) const {
  return as_map<std::string>(name, object(name), as_text);
}

const Json& Fields::value(const std::string& name) const {
  static const Json nothing;
  const auto found = object_->find(name);
  return found == object_->end() ? nothing : *found;
}

const Json& Fields::list(const std::string& name) const {
  const Json& value = field(name);
  if (!value.is_array()) wrong(name, "a list", value);
  return value;
}

const Json& Fields::object(const std::string& name) const {
  const Json& value = field(name);
  if (!value.is_object()) wrong(name, "an object", value);
  return value;
}

}  // namespace udrl::data
