// Hidden benchmark ([.bench]): what the best of n loses when the embedder reads only what rough vectors choose, by a
// scorer that chose nothing. Not for: time (scripts/runs/best_of.sh).
//
//     UDRL_BENCH_SCORED=FOLDER build/release/tests/inference/test_inference "[.bench]"
// FOLDER: records of `udrl-distill score --scorers relevance,relevance_masked,pmi_masked`, several draws an intent.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include "catch.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/inference/ranker.hpp"

using namespace udrl;
using namespace udrl::inference;

namespace {

using Draws = std::vector<data::Record>;

std::vector<Draws> draws_by_request(const std::string& folder) {
  std::map<std::string, Draws> by_request;
  for (data::Record& record : data::read_records(folder))
    by_request[record.intent.intent + '\n' + record.task].push_back(std::move(record));
  std::vector<Draws> out;
  for (auto& [request, draws] : by_request) out.push_back(std::move(draws));
  return out;
}

/// The draw that would be shown, of the first n.
const data::Record& shown(const Draws& draws, std::size_t n, const lm::TokenVectors* rough, std::size_t& read) {
  std::vector<Draft> drafts;
  for (std::size_t i = 0; i < n; ++i) drafts.push_back({draws[i].answer, draws[i].is_whole()});
  const auto fits = [&](std::span<const std::size_t> places) {
    std::vector<double> out;
    for (const std::size_t i : places)
      out.push_back(fit_of(draws[i].scores.at("relevance"), draws[i].scores.at("relevance_masked")));
    read += places.size();
    return out;
  };
  return draws[best_of(rough, draws.front().intent.intent, drafts, 1, fits).front()];
}

}  // namespace

TEST_CASE("bench: what rough vectors cost the best of n", "[.bench]") {
  const char* folder = std::getenv("UDRL_BENCH_SCORED");
  REQUIRE(folder != nullptr);
  const lm::TokenVectors rough(std::filesystem::path(UDRL_SOURCE_DIR) / "models/all-minilm-l6-v2.f32.gguf");
  const std::vector<Draws> requests = draws_by_request(folder);
  for (const std::size_t n : {1, 2, 4, 8, 16, 32}) {
    for (const lm::TokenVectors* vectors : {static_cast<const lm::TokenVectors*>(nullptr), &rough}) {
      double cosine = 0, pmi = 0;
      std::size_t read = 0, count = 0;
      for (const Draws& draws : requests) {
        if (draws.size() < n) continue;
        const data::Record& best = shown(draws, n, vectors, read);
        cosine += best.scores.at("relevance_masked");
        pmi += best.scores.at("pmi_masked");
        ++count;
      }
      if (count == 0) continue;
      const auto mean = [&](double sum) { return sum / static_cast<double>(count); };
      std::cout << "best of " << n << (vectors ? ", rough first" : "") << ": " << count << " requests, masked cosine "
                << mean(cosine) << ", masked PMI " << mean(pmi) << ", read " << mean(static_cast<double>(read)) << "\n";
    }
  }
}
