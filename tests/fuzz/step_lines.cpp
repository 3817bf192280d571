// metrics.jsonl and samples.jsonl, as a run that goes on reads them: its report, its clock and its file for
// TensorBoard.
#include "fuzz.hpp"
#include "train/report/event_file.hpp"
#include "train/report/metrics.hpp"
#include "train/report/run_report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile file(train::metrics_file);
  constexpr std::uint64_t step = 12;
  return fuzz::expect_error_at_most([&] {
    const auto& metrics = file.put(fuzz::text_of(data, size));
    const train::RunDescription run{{"a model"}, 40, 5'800'000, "udrl-train", {}};
    const auto lines = train::read_step_lines(metrics), some = train::read_some_lines(metrics, 4, "valid_loss");
    fuzz::require(some.size() <= lines.size());
    fuzz::require(!train::run_report_html(run, some, lines).empty());
    train::EventFile events(file.folder(), metrics, step);
    for (const train::Json& line : some) events.append(line);
    train::StepLog(metrics, step).append({{"step", step + 1}});
    fuzz::require(!train::read_step_lines(metrics).empty());
  });
}
