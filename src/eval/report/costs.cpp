// What an answer costs, alone and among many.
#include "parts.hpp"
#include "stats/format.hpp"

namespace udrl::eval {
namespace {

/// A system as its rows call it, without the way of asking.
struct Named {
  std::string title;
  const char* css_class = "model";
};
Named named(const Results& results, const std::string& system) {
  for (const RowResult& row : results.rows)
    if (row.row.system == system) return {row.row.system_title, css_class(row.row.kind)};
  return {system};
}

TableRow best_of_row(const Results& results, const std::string& name, const BestOfCost& best) {
  const Cost& c = results.costs.at(name);
  const Named system = named(results, name);
  return {system.css_class,
          {cell(system.title + ", best of " + std::to_string(best.n) + ", chosen by " + best.ranker.name),
           cell(millions(c.model.parameters + best.ranker.parameters)),
           cell(megabytes(c.file_bytes + best.ranker.file_bytes)), cell("–"),
           with_small(duration(best.latency.p50_s),
                      "p95 " + duration(best.latency.p95_s) + "; one thread " + duration(best.one_thread.p50_s)),
           cell("–"), cell(fixed(best.latency.tokens_per_s, 0)), cell("–")}};
}

Html alone_table(const Results& results) {
  std::vector<TableRow> rows;
  for (const auto& name : results.system_order) {
    const Cost& c = results.costs.at(name);
    const Named system = named(results, name);
    rows.push_back(
        {system.css_class,
         {cell(system.title), cell(millions(c.model.parameters)), cell(megabytes(c.file_bytes)),
          cell(megabytes(c.peak_bytes)), with_small(duration(c.latency.p50_s), "p95 " + duration(c.latency.p95_s)),
          cell(duration(c.latency.first_p50_s)), cell(fixed(c.latency.tokens_per_s, 0)),
          c.batch ? with_small(fixed(c.batch->tokens_per_s(), 0), std::to_string(c.batch->slots) + " at once")
                  : text("–")}});
  }
  for (const auto& name : results.system_order)
    if (const auto& best = results.costs.at(name).best_of) rows.push_back(best_of_row(results, name, *best));
  return data_table({"Model", "parameters", "file", "memory added", "whole answer, p50", "first token, p50",
                     "tokens/s, one at a time", "tokens/s, many at once"},
                    rows);
}

Html loads_table(const Results& results) {
  const auto& loads = results.costs.at(results.system_order.front()).loads;
  if (loads.empty()) return {};
  std::vector<std::string> head = {"Whole answer, p50"};
  for (const Latency& load : loads)
    head.push_back(plural(load.clients, "client") + ", " + plural(load.threads, "thread"));
  std::vector<TableRow> rows;
  for (const auto& name : results.system_order) {
    const Named system = named(results, name);
    TableRow line{system.css_class, {cell(system.title)}};
    for (const Latency& load : results.costs.at(name).loads)
      line.cells.push_back(with_small(
          duration(load.p50_s), "p95 " + duration(load.p95_s) + ", " + fixed(load.tokens_per_s, 0) + " tokens/s"));
    rows.push_back(std::move(line));
  }
  return data_table(head, rows, narrow_table);
}

}  // namespace

Html cost_section(const Results& results) {
  const Cost& any = results.costs.begin()->second;
  return join({heading("What an answer costs", any.processor + "; " + plural(any.threads, "thread") + "; " +
                                                   std::to_string(any.latency.requests) +
                                                   " requests a system, one after another, few-shot prefix already "
                                                   "computed. GGUF files all run in the same engine, llama.cpp."),
               alone_table(results), loads_table(results)});
}

}  // namespace udrl::eval
