// What training needs of a tagged record. Not for: tokens (sequences.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "udrl/base/in_order.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/data/lines.hpp"
#include "udrl/data/record.hpp"

namespace udrl::train {

struct Sample {
  std::string id;
  std::string intent, subject, answer;  ///< normalised
  int task_index = 0;
  int return_bin = 0;
  std::vector<int> auxiliary = {};  ///< bins of the auxiliary returns, in the order of commands.json
};

/// Throws `Error` (user) for a record without an answer, without one of the returns, or of a task or bin that
/// commands.json lacks.
Sample sample_of(const data::Record& record, const command::Fitted& fitted);

/// The samples of a folder of shards, in order; `work(record, sample)` runs in threads, `use` gets what it returns, on
/// this one. Throws `Error` (user) with file and line for a record that is of no use, and where there are none.
template <class Work, class Use>
void for_each_sample(const std::filesystem::path& folder, const command::Fitted& fitted, Work work, Use use);

/// The `count` samples with the smallest ids, in that order: ids are hashes, so they are as good as drawn, and the same
/// whatever the order of shards.
std::vector<Sample> first_samples(const std::filesystem::path& folder, const command::Fitted& fitted,
                                  std::size_t count);

// -- implementation ---------------------------------------------------------------------------------------------------

namespace detail {

/// Lines that are parsed together.
std::optional<std::vector<data::Line>> next_lines(data::LineReader& reader);
/// The record on a line and its sample; errors name the line.
std::pair<data::Record, Sample> read_sample(const data::Line& line, const command::Fitted& fitted);
[[noreturn]] void throw_no_records(const std::filesystem::path& folder);

}  // namespace detail

template <class Work, class Use>
void for_each_sample(const std::filesystem::path& folder, const command::Fitted& fitted, Work work, Use use) {
  using Made = std::invoke_result_t<Work, const data::Record&, const Sample&>;
  data::LineReader reader(folder);
  bool any = false;
  in_order([&] { return detail::next_lines(reader); },
           [&](const std::vector<data::Line>& lines) {
             std::vector<Made> made;
             for (const data::Line& line : lines) {
               const auto [record, sample] = detail::read_sample(line, fitted);
               made.push_back(work(record, sample));
             }
             return made;
           },
           [&](std::vector<Made> made) {
             any = true;
             for (Made& one : made) use(std::move(one));
           });
  if (!any) detail::throw_no_records(folder);
}

}  // namespace udrl::train
