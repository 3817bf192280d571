// The committed cases of statistics.json, made by make_statistics.py with NumPy and SciPy. Not for: other tests' data.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "catch.hpp"
#include "udrl/base/files.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::score::testing {

using Json = nlohmann::json;

inline Json expected() {
  static const Json json = Json::parse(udrl::read_file(UDRL_SOURCE_DIR "/tests/score/statistics/statistics.json"));
  return json;
}

inline std::vector<double> doubles(const Json& json) { return json.get<std::vector<double>>(); }

/// The committed clustered case.
struct Clustered {
  Json json = expected().at("clustered");
  std::vector<std::size_t> cluster_of = json.at("cluster_of").get<std::vector<std::size_t>>();
  std::size_t clusters = *std::max_element(cluster_of.begin(), cluster_of.end()) + 1;

  Column column(const std::string& system) const {
    return make_column(doubles(json.at("systems").at(system)), cluster_of, clusters);
  }
  Resamples given() const {
    Resamples r{clusters, {}};
    for (const auto& row : json.at("resamples"))
      for (const auto& index : row) r.indices.push_back(index.get<std::uint32_t>());
    return r;
  }
};

/// Both ends of an interval up to Monte Carlo error.
inline void check_near(const Estimate& e, const Json& interval) {
  const double width = interval[1].get<double>() - interval[0].get<double>();
  CHECK(std::abs(e.low - interval[0].get<double>()) < 0.05 * width);
  CHECK(std::abs(e.high - interval[1].get<double>()) < 0.05 * width);
}

}  // namespace udrl::score::testing
