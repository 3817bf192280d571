// The typed side of options: one conversion and one check for each type.
#include "option_values.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <type_traits>

#include "option_text.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/url_secrets.hpp"

namespace udrl::detail {
namespace {

using Shape = RawValue::Shape;

template <class T>
struct Traits {  // scalars
  using Element = T;
  static constexpr Shape shape = Shape::single;
};
template <class T>
struct Traits<std::vector<T>> {
  using Element = T;
  static constexpr Shape shape = Shape::list;
};
template <class T>
struct Traits<std::map<std::string, T>> {
  using Element = T;
  static constexpr Shape shape = Shape::table;
};

template <class T>
constexpr bool is_text = std::is_same_v<T, std::string> || std::is_same_v<T, std::filesystem::path>;
template <class T>
constexpr bool is_whole = std::is_integral_v<T> && !std::is_same_v<T, bool>;

/// Calls `use` with a pointer to the option's value; that of an enumeration is lent as its name.
template <class Use>
auto with_value(const Option& option, Use use) {
  return std::visit(
      [&](const auto& target) {
        if constexpr (std::is_pointer_v<std::decay_t<decltype(target)>>) {
          return use(target);
        } else {
          auto name = target.get();
          return use(&name);
        }
      },
      option.target());
}

template <class T>
std::string element_name() {
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  else if constexpr (is_whole<T>) return "a whole number";
  else if constexpr (std::is_same_v<T, double>) return "a number";
  else return "a text";
}

template <class T>
std::string name_of() {
  using Element = typename Traits<T>::Element;
  if constexpr (Traits<T>::shape == Shape::list) return "a list, each " + element_name<Element>();
  else if constexpr (std::is_same_v<T, JsonTable>) return "a table";
  else if constexpr (Traits<T>::shape == Shape::table) return "a table of numbers";
  else return element_name<T>();
}

std::string shown(const Scalar& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return '"' + *text + '"';
  return std::visit(
      [](const auto& v) -> std::string {
        using V = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<V, bool>) return v ? "true" : "false";
        else if constexpr (std::is_same_v<V, double>) return number_text(v);
        else if constexpr (std::is_same_v<V, std::string>) return v;
        else if constexpr (std::is_same_v<V, JsonValue>) return v.text;
        else return std::to_string(v);
      },
      value);
}

/// The value as JSON.
std::string json_of(const Scalar& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? json_string(*text) : shown(value);
}

std::string shown(const RawValue& value) {
  if (value.shape == Shape::table) return "a table";
  if (value.shape == Shape::list) return "a list";
  return shown(value.items.at(0));
}

Error wrong(const Option& option, const std::string& what, const std::string& source) {
  return user_error(option.name() + " " + what).at(source);
}

Error wrong_type(const Option& option, const std::string& got, const std::string& source) {
  return wrong(option, "has the wrong type", source).expected(type_name(option)).got(got);
}

/// Such names are written in capitals; any other is one if it is set.
void refuse_secret(const Option& option, const std::string& name, const std::string& source) {
  const auto fits = [](unsigned char c) { return c == '_' || std::isalnum(c); };
  const auto is_small = [](unsigned char c) { return std::islower(c); };
  const bool is_name = std::all_of(name.begin(), name.end(), fits) &&
                       (std::none_of(name.begin(), name.end(), is_small) || std::getenv(name.c_str()));
  if (is_name) return;
  throw wrong(option, "names no environment variable", source)
      .got("a text that is not shown, as it may be the key itself")
      .hint("export the key as a variable, and give the variable's name: export MY_KEY=…, " + option.flag() +
            " MY_KEY");
}

/// An address alone: it would stand in manifests and messages.
void refuse_secret_in_url(const Option& option, const std::string& url, const std::string& source) {
  const std::string& name = option.name();
  if (name != "url" && !name.ends_with(".url")) return;
  if (may_hold_secret(url)) throw with_url_cure(wrong(option, "holds more than an address", source));
}

Error out_of_range(const Option& option, const std::string& got, const std::string& source) {
  return wrong(option, "is out of range", source).expected(limits_of(option)).got(got);
}

/// A whole number that fits T; false where it is none, an error where it does not fit.
template <class T>
bool convert(const Scalar& from, T& to, const Option& option, const std::string& source) {
  if constexpr (std::is_same_v<T, bool>) {
    const auto* v = std::get_if<bool>(&from);
    return v && (to = *v, true);
  } else if constexpr (is_text<T>) {
    const auto* v = std::get_if<std::string>(&from);
    return v && (to = *v, true);
  } else if constexpr (std::is_same_v<T, JsonValue>) {
    const auto* v = std::get_if<double>(&from);
    if (v && !std::isfinite(*v)) return false;
    to.text = json_of(from);
    return true;
  } else if constexpr (std::is_same_v<T, double>) {
    if (const auto* v = std::get_if<double>(&from)) return to = *v, true;
    if (const auto* v = std::get_if<std::uint64_t>(&from)) return to = static_cast<double>(*v), true;
    const auto* v = std::get_if<std::int64_t>(&from);
    return v && (to = static_cast<double>(*v), true);
  } else {
    const auto* small = std::get_if<std::int64_t>(&from);
    const auto* large = std::get_if<std::uint64_t>(&from);
    if (!small && !large) return false;
    if (small ? !std::in_range<T>(*small) : !std::in_range<T>(*large)) throw out_of_range(option, shown(from), source);
    to = small ? static_cast<T>(*small) : static_cast<T>(*large);
    return true;
  }
}

template <class T>
void check_element(const Option& option, const T& value, const std::string& source) {
  if constexpr (is_whole<T> || std::is_same_v<T, double>) {
    const double v = static_cast<double>(value);
    if (!std::isfinite(v) || v < option.low() || v > option.high())
      throw out_of_range(option, shown(Scalar{value}), source);
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!is_allowed(option, value)) throw not_allowed(option, value, source);
    if (option.is_secret_name()) refuse_secret(option, value, source);
    refuse_secret_in_url(option, value, source);
  }
}

template <class T>
void check_value(const Option& option, const T& value, const std::string& source) {
  if constexpr (Traits<T>::shape == Shape::single) {
    check_element(option, value, source);
  } else if constexpr (Traits<T>::shape == Shape::list) {
    for (const auto& element : value) check_element(option, element, source);
  } else {
    for (const auto& [key, element] : value) {
      if (!is_allowed(option, key)) throw not_allowed(option, key, source);
      check_element(option, element, source);
    }
  }
}

template <class T>
T converted(const Option& option, const RawValue& value, const std::string& source) {
  using Element = typename Traits<T>::Element;
  const bool is_list_of_one = Traits<T>::shape == Shape::list && value.shape == Shape::single;
  if (value.shape != Traits<T>::shape && !is_list_of_one) throw wrong_type(option, shown(value), source);
  T result{};
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    Element element{};
    if (!convert(value.items[i], element, option, source)) throw wrong_type(option, shown(value.items[i]), source);
    if constexpr (Traits<T>::shape == Shape::list) result.push_back(std::move(element));
    else if constexpr (Traits<T>::shape == Shape::table) result[value.keys[i]] = element;
    else result = std::move(element);
  }
  return result;
}

template <class T>
Scalar read_scalar(const std::string& text, const std::string& source) {
  if constexpr (std::is_same_v<T, bool>) return read_switch(text);
  else if constexpr (is_text<T>) return text;
  else if constexpr (std::is_same_v<T, JsonValue>) return read_toml_value(text, source);
  else return read_number(text);
}

template <class T>
std::vector<std::string> items_of(const std::vector<std::string>& texts) {
  const bool is_whole_text = Traits<T>::shape == Shape::single || std::is_same_v<T, JsonTable>;
  return is_whole_text ? texts : split_at_commas(texts);
}

}  // namespace

std::string number_text(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  std::string text(buffer, end);
  return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
}

RawValue parse_flag(const Option& option, const std::vector<std::string>& texts, const std::string& source) {
  return with_value(option, [&](auto* target) {
    using T = std::remove_pointer_t<decltype(target)>;
    RawValue raw{Traits<T>::shape, {}, {}};
    if (raw.shape == Shape::single && texts.size() > 1) throw wrong(option, "was given twice", source);
    for (const auto& text : items_of<T>(texts)) {
      const bool has_key = raw.shape == Shape::table;
      if (has_key && text.find('=') == std::string::npos)
        throw wrong_type(option, text, source)
            .hint(std::is_same_v<T, JsonTable> ? "write name=value" : "write name=number");
      if (has_key) raw.keys.push_back(text.substr(0, text.find('=')));
      const std::string item = has_key ? text.substr(text.find('=') + 1) : text;
      raw.items.push_back(read_scalar<typename Traits<T>::Element>(item, source));
    }
    return raw;
  });
}

void assign(Option& option, const RawValue& value, const std::string& source) {
  const auto checked = [&]<class T>(const T&) {
    T result = converted<T>(option, value, source);
    check_value(option, result, source);
    return result;
  };
  std::visit(
      [&](const auto& target) {
        if constexpr (std::is_pointer_v<std::decay_t<decltype(target)>>) *target = checked(*target);
        else target.set(checked(target.get()));
      },
      option.target());
  option.set_source(source);
}

void check(const Option& option) {
  // An optional text that is empty, or a path, counts as not given: no choice has to match it.
  if (const auto* const* text = std::get_if<std::string*>(&option.target()); text && (*text)->empty()) return;
  with_value(option, [&](auto* target) { check_value(option, *target, option.source()); });
}

bool is_switch(const Option& option) { return std::holds_alternative<bool*>(option.target()); }

bool is_many(const Option& option) {
  return with_value(
      option, [](auto* target) { return Traits<std::remove_pointer_t<decltype(target)>>::shape != Shape::single; });
}

bool is_missing(const Option& option) {
  if (!option.is_required()) return false;
  return with_value(option, [&](auto* target) {
    using T = std::remove_pointer_t<decltype(target)>;
    if constexpr (is_text<T> || Traits<T>::shape != Shape::single) return target->empty();
    else return option.source() == "default";
  });
}

std::string type_name(const Option& option) {
  return with_value(option, [](auto* target) { return name_of<std::remove_pointer_t<decltype(target)>>(); });
}

std::string typed_value(const Option& option) {
  return with_value(option, [](auto* target) { return to_typed_text(*target); });
}

std::string json_value(const Option& option) {
  return with_value(option, [](auto* target) { return to_json_text(*target); });
}

}  // namespace udrl::detail
