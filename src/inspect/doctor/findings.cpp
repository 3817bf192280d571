// One examination after the other.
#include "findings.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "spread.hpp"
#include "udrl/base/error.hpp"
#include "udrl/distill/returns.hpp"
#include "udrl/score/kinds.hpp"

namespace udrl::inspect {
namespace {

double median_draws(const DoctorCases& cases) {
  std::vector<double> sizes;
  for (std::size_t g = 0; g < cases.groups.size(); ++g) sizes.push_back(static_cast<double>(cases.groups.size_of(g)));
  return score::quantile(std::move(sizes), 0.5);
}

Findings counted(const DoctorCases& cases) {
  Findings f;
  f.records = cases.records, f.all_groups = cases.all_groups, f.all_deep = cases.all_deep;
  f.bad_lines = cases.bad_lines;
  f.draws = cases.draws(), f.groups = cases.groups.size(), f.subjects = cases.subjects;
  for (const CaseGroup& group : cases.infos) f.deep += group.deep ? 1 : 0;
  f.median_draws = median_draws(cases);
  f.scorers = cases.scorers, f.tasks = cases.tasks, f.teachers = cases.teachers;
  return f;
}

/// A scorer and its masked form are damaged once, and it takes the same answers as the gates.
std::vector<score::Damage> measure_damages(const DoctorOptions& options, const DoctorCases& cases,
                                           const score::Resources& resources, Observer& observer) {
  std::vector<score::Damage> out;
  std::set<std::string> seen;
  for (const std::string& scorer : cases.scorers)
    if (const std::string value = score::unmasked_form(scorer); seen.insert(value).second)
      out.push_back(score::measure_damage(cases.texts, value, {options.resamples, options.seed}, resources, observer));
  return out;
}

bool sees_damage(const score::Damage& damage, score::Half half) {
  return std::any_of(damage.tasks.begin(), damage.tasks.end(),
                     [half](const score::TaskDamage& task) { return task.is_valid(half); });
}

/// Those that see the intent, as far as is known.
std::vector<std::string> judges_of(const Findings& f) {
  std::vector<std::string> names;
  for (const std::string& scorer : f.scorers) {
    const score::Damage& damage = f.damage(scorer);
    if (!damage.why_not.empty() || sees_damage(damage, half_of(scorer))) names.push_back(scorer);
  }
  return names;
}

/// Nothing where the recorded values are all alike.
double record_difference(const DoctorCases& cases, const Gate& gate) {
  std::vector<double> recorded, distances;
  for (std::size_t i = 0; i < gate.own.size(); ++i) {
    if (!std::isfinite(gate.own[i])) continue;  // a judge named no digit this time
    recorded.push_back(cases.recorded[i].at(gate.scorer));
    distances.push_back(std::abs(recorded.back() - gate.own[i]));
  }
  const double deviation = distill::moments_of(recorded).deviation;
  return deviation > 0 ? score::quantile(std::move(distances), 0.5) / deviation : 0;
}

}  // namespace

const Gate& Findings::gate(const std::string& scorer) const {
  const auto found = std::find_if(gates.begin(), gates.end(), [&](const Gate& g) { return g.scorer == scorer; });
  if (found == gates.end()) throw failure("the doctor examined no such scorer").got(scorer);
  return *found;
}

const score::Damage& Findings::damage(const std::string& scorer) const {
  const std::string value = score::unmasked_form(scorer);
  const auto found = std::find_if(damages.begin(), damages.end(), [&](const auto& d) { return d.scorer == value; });
  if (found == damages.end()) throw failure("the doctor examined no such scorer").got(scorer);
  return *found;
}

score::Half half_of(const std::string& scorer) {
  return score::masks(scorer) ? score::Half::elaboration : score::Half::fidelity;
}

const Agreement* Findings::agreement(const std::string& a, const std::string& b) const {
  for (const Agreement& pair : agreements)
    if ((pair.a == a && pair.b == b) || (pair.a == b && pair.b == a)) return &pair;
  return nullptr;
}

const Expected* Findings::expected_of(const std::string& label, const std::string& judge) const {
  for (const Expected& e : expected)
    if (e.label == label && e.judge == judge) return &e;
  return nullptr;
}

Findings make_findings(const DoctorOptions& options, const DoctorCases& cases, const score::Resources& resources,
                       Observer& observer) {
  const score::Resamples resamples =
      score::draw_resamples(cases.subjects, static_cast<std::size_t>(options.resamples), options.seed);
  Findings f = counted(cases);
  f.gates = score::measure_gates(cases.texts, {cases.scorers, options.resamples, options.seed}, resources, observer);
  for (const Gate& gate : f.gates)
    if (gate.why_not.empty()) f.record_differences[gate.scorer] = record_difference(cases, gate);
  f.damages = measure_damages(options, cases, resources, observer);
  const Examination examination(options, cases, resamples);
  f.agreements = examination.agreements();
  f.effects = examination.effects();
  f.spreads = examination.spreads();
  f.few = examination.few_draws();
  f.best = examination.best_of_n();
  f.judges = judges_of(f);
  f.expected = examination.expected(f.judges);
  return f;
}

}  // namespace udrl::inspect
