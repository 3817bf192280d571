// Numbers of a file that are computed with. Not for: numbers that are only shown, or written again (fields.hpp).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace udrl::data {

/// Far beyond any score, weight or return, and so small that products and sums of such numbers stay finite.
inline constexpr double largest_figure = 1e12;

/// Throws `Error` (user), which names `what`, for all but a number from −largest_figure to largest_figure.
double figure_from(const nlohmann::json& json, const std::string& what);
/// Of each value of a list.
std::vector<double> figures_from(const nlohmann::json& list, const std::string& what);

}  // namespace udrl::data
