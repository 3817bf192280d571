// A whole made-up evaluation, for report and results. The figures are invented: they stand for nothing.
#pragma once

#include "eval/fixtures.hpp"

namespace udrl::eval::testing {

inline Cost made_up_cost(const std::string& name, std::uint64_t parameters, double p50_s) {
  Cost c;
  c.row = name + (name == "student" ? "-top" : name == "teacher" ? "-greedy" : "-sampled");
  c.model = {name, "made-up", "Q4", parameters, 512, parameters, std::string(64, 'a')};
  c.file_bytes = parameters;
  c.peak_bytes = parameters * 2;
  c.processor = "an invented processor, 2 cores";
  c.threads = 2;
  c.latency = {1, 2, 24, p50_s, p50_s * 1.6, p50_s / 6, p50_s / 4, 20 / p50_s};
  c.loads = {{1, 1, 24, 1.7 * p50_s, 2 * p50_s, p50_s / 5, p50_s / 3, 12 / p50_s},
             {8, 2, 24, 3 * p50_s, 5 * p50_s, p50_s / 2, p50_s, 60 / p50_s}};
  c.batch = ServedBatch{32, 200, 5000, 100 * p50_s};
  return c;
}

inline void rename(Results& r, std::size_t i, const std::string& title, const std::string& short_title) {
  r.measured[i].row.title = title;
  r.measured[i].row.short_title = short_title;
  r.measured[i].row.system_title = title.substr(0, title.rfind(','));
}

/// Read in every row, with a list of words and two hotter students beside them.
inline void add_fluency(Results& r) {
  r.measured.push_back(measured_row(r.set, control_rows()[6], 0.55));
  for (const char* name : {"student-hot", "student-hotter"}) {
    Row hot = r.measured.front().row;
    hot.name = name;
    hot.on_curve = true;
    r.measured.push_back(measured_row(r.set, hot, 0.4));
  }
  for (MeasuredRow& row : r.measured) set_fluency(row, row.row.name == word_list_row ? 1 : 2.9);
  r.fluency = FluencyResult{{"fluency of an invented reader", "fluency", ScorerRole::other_kind, "reader"},
                            {seen_fluency("image"), seen_fluency("template", "it sees nothing")}};
}

inline Results whole_results() {
  Results r = results(0.42, 0.34);
  rename(r, 0, "udrl student, top return", "student, top");
  rename(r, 1, "udrl student, lowest return", "student, lowest");
  rename(r, 2, "Invented-Teacher-0.5B-Instruct Q4_K_M, greedy", "Invented-Teacher-0.5B, greedy");
  rename(r, 3, "Invented-Teacher-0.5B-Instruct Q4_K_M, sampled", "Invented-Teacher-0.5B, sampled");
  r.measured.insert(r.measured.begin() + 4, measured_row(r.set, row("baseline-sampled", RowKind::model), 0.47));
  rename(r, 4, "Invented-Baseline-135M-Instruct Q4_1, sampled", "Invented-Baseline-135M, sampled");
  rename(r, 5, control_rows()[0].title, control_rows()[0].short_title);
  for (std::size_t k = 0; k < r.measured.size(); ++k)
    for (std::size_t i = 0; i < r.set.cases.size(); ++i) {
      Measured& m = r.measured[k].answers[i];
      m.answer.text = k % 2 ? "An invented answer that says rather little about its subject, soft light"
                            : "A longer invented answer: a harbour at dusk with lanterns, ropes and gulls, wet cobbles "
                              "mirroring amber light, brushed gouache in slate blue";
      if (i % 17 == 3) m.broken_rule = "repeats";
    }
  r.measured[0].answers[0].answer.text = "<script>alert(1)</script><img src=x onerror=alert(2)> \xE2\x80\xAE hostile";
  add_fluency(r);
  r.costs = {{"student", made_up_cost("student", 5'900'000, 0.045)},
             {"teacher", made_up_cost("teacher", 494'000'000, 0.61)},
             {"baseline", made_up_cost("baseline", 134'500'000, 0.24)}};
  r.system_order = {"student", "teacher", "baseline"};
  r.lineage = {"udrl 0 (test)",
               "udrl-eval --config made-up.toml",
               "an invented processor, 2 cores, AVX2 FMA",
               {{"seed", 1}},
               {{"model student", std::string(64, 'b')}, {"test split", std::string(64, 'c')}},
               3,
               2};
  compare(r, compare_options());
  return r;
}

}  // namespace udrl::eval::testing
