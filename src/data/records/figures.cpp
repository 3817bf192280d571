// Bounds on numbers that are computed with.
#include "udrl/data/figures.hpp"

#include <cmath>

#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::data {

double figure_from(const Json& json, const std::string& what) {
  if (json.is_number() && std::abs(json.get<double>()) <= largest_figure) return json.get<double>();
  throw user_error(what + " has a number that it cannot have")
      .expected("a number from -1e12 to 1e12")
      .got(json_line(json).substr(0, 60));
}

std::vector<double> figures_from(const Json& list, const std::string& what) {
  if (!list.is_array()) throw user_error(what + " is no list of numbers").got(list.type_name());
  std::vector<double> figures;
  figures.reserve(list.size());
  for (const Json& one : list) figures.push_back(figure_from(one, what));
  return figures;
}

}  // namespace udrl::data
