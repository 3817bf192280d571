// commands.json, and every question that is asked of it.
#include "fuzz.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/data/fields.hpp"

namespace {

void ask(const udrl::command::Fitted& fitted, int task) {
  for (const char* returns : {"top", "lowest", "any", "3"}) {
    udrl::fuzz::expect_error_at_most([&] {
      const auto command = fitted.command(task, 12, returns);
      (void)fitted.remark(command, returns);
      (void)fitted.describe(fitted.nearest_supported(command));
      fitted.check(command);
    });
  }
  udrl::fuzz::expect_error_at_most([&] {
    udrl::RandomStream random(1, "words");
    (void)fitted.draw_words(task, random);
  });
  for (int which = 0; which < fitted.returns(); ++which) {
    const int bin = fitted.bin_of(fitted.task(task).of(which), 0.5);
    udrl::fuzz::require(bin >= 0 && bin < fitted.bins);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  return fuzz::expect_error_at_most([&] {
    const command::Fitted fitted = command::fitted_from_json(data::parse_json(fuzz::text_of(data, size)));
    (void)data::json_line(to_json(fitted));
    (void)fitted.unsupported_tasks();
    for (std::size_t task = 0; task < std::min<std::size_t>(fitted.tasks.size(), 2); ++task)
      ask(fitted, static_cast<int>(task));
  });
}
