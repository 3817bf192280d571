// Counting, and the counts as JSON.
#include "books.hpp"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>

namespace udrl::stub {

void Books::asked(std::uint64_t hash) {
  ++counts.received;
  log_.asked(hash);
}

void Books::met(Fault fault) {
  if (fault != Fault::none) ++counts.faults[static_cast<std::size_t>(fault)];
}

void Books::answered(const Bill& bill) {
  ++counts.answered;
  counts.prompt_tokens += bill.prompt_tokens;
  counts.generated_tokens += bill.generated_tokens;
  log_.answered(bill);
}

void Books::begins() { counts.most_in_flight = std::max(counts.most_in_flight, ++counts.in_flight); }

std::string Books::as_json() const {
  using nlohmann::json;
  json faults = json::object();
  for (std::size_t i = 0; i < fault_names.size(); ++i) faults[fault_names[i]] = counts.faults[i];
  return json{{"received", counts.received},
              {"answered", counts.answered},
              {"abandoned", counts.abandoned},
              {"refused", counts.refused},
              {"faults", faults},
              {"in_flight", counts.in_flight},
              {"most_in_flight", counts.most_in_flight},
              {"prompt_tokens", counts.prompt_tokens},
              {"generated_tokens", counts.generated_tokens}}
      .dump();
}

}  // namespace udrl::stub
