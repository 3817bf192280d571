// Threads finish in any order: results, and the first error, come in the order of the input.
#include "udrl/base/in_order.hpp"

#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace udrl;

namespace {

/// 0, 1, … n-1, then nothing.
auto count_to(int n) {
  return [i = 0, n]() mutable { return i < n ? std::optional(i++) : std::nullopt; };
}

struct Threads {
  explicit Threads(int n) { set_compute_threads(n); }
  ~Threads() { set_compute_threads(0); }
};

}  // namespace

TEST_CASE("Results come in the order of the input, with any number of threads") {
  const Threads threads(GENERATE(1, 2, 5));
  std::vector<int> results;
  in_order(
      count_to(200),
      [](int i) {
        std::this_thread::sleep_for(std::chrono::microseconds(i % 3 == 0 ? 300 : 1));
        return i * i;
      },
      [&](int square) { results.push_back(square); });
  REQUIRE(results.size() == 200);
  for (int i = 0; i < 200; ++i) CHECK(results[static_cast<std::size_t>(i)] == i * i);
}

TEST_CASE("Of several errors the first by order is thrown, and what came before it was used") {
  const Threads threads(GENERATE(1, 3));
  int used = 0;
  std::string error;
  try {
    in_order(
        count_to(50),
        [](int i) {
          if (i == 20) std::this_thread::sleep_for(std::chrono::milliseconds(5));
          if (i >= 20) throw std::runtime_error(std::to_string(i));
          return i;
        },
        [&](int) { ++used; });
  } catch (const std::runtime_error& thrown) {
    error = thrown.what();
  }
  CHECK(error == "20");
  CHECK(used == 20);
}
