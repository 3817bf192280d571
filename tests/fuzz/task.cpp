// Task files, with their schemas; then answers held to what was read.
#include "udrl/task/task.hpp"

#include "fuzz.hpp"
#include "udrl/task/validity.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile file("a.toml");
  return fuzz::expect_error_at_most([&] {
    const task::Task task = task::load_task(file.put(fuzz::text_of(data, size)));
    for (const auto& shots : task::few_shot_subsets(task, 1)) (void)task::teacher_messages(task, shots, "holiday sale");
    for (const char* answer :
         {"A cosy shop window at night.", R"({"title": "Sale", "tags": ["a", 1, null]})", "```json\n{}"})
      (void)task::broken_rule(task::kept_answer(task, answer), "holiday sale", task);
  });
}
