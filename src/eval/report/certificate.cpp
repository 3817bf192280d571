// The student's steering certificate, as udrl-eval --certify measured it.
#include "parts.hpp"
#include "stats/format.hpp"

namespace udrl::eval {
namespace {

Html curves_table(const command::Certificate& certificate) {
  std::vector<TableRow> rows;
  for (const command::SteeringCurve& curve : certificate.curves) {
    std::string points;
    for (const command::SteeringPoint& point : curve.points)
      points += (points.empty() ? "" : ", ") + fixed(point.asked, curve.command == "words" ? 0 : 2) + " → " +
                fixed(point.got.value, curve.measure == "words" ? 1 : 2);
    rows.push_back(
        {"student",
         {cell(curve.command), cell(curve.task.empty() ? "all" : curve.task), page::with_small(curve.measure, points),
          estimate_cell(curve.gain, 2), estimate_cell(curve.offset, 2), estimate_cell(curve.rank_correlation, 2)}});
  }
  return data_table({"Asked", "task", "what came", "gain (1 obeys)", "got less asked", "rank correlation"}, rows);
}

Html effects_table(const command::Certificate& certificate) {
  std::vector<TableRow> rows;
  for (const command::SideEffect& effect : certificate.side_effects)
    rows.push_back({"student", {cell(effect.command), cell(effect.measure), estimate_cell(effect.change, 2)}});
  return data_table({"Asked from lowest to highest", "what else moved", "change"}, rows, narrow_table);
}

/// A row a task, a column a return.
Html supported_table(const command::Certificate& certificate) {
  std::vector<TableRow> rows;
  std::vector<std::string> head{"Words that can be asked for"};
  std::string last;
  for (const command::SupportedRegion& region : certificate.supported) {
    if (rows.empty() || region.task != last) rows.push_back({"student", {cell(region.task)}});
    last = region.task;
    if (rows.size() == 1) head.push_back("return " + std::to_string(region.bin));
    rows.back().cells.push_back(
        cell(region.longest == 0 ? "–" : std::to_string(region.shortest) + " to " + std::to_string(region.longest)));
  }
  return data_table(head, rows, narrow_table);
}

Html styles_table(const command::Certificate& certificate) {
  if (certificate.styles.empty()) return {};
  std::vector<TableRow> rows;
  for (const command::TaskStyle& style : certificate.styles)
    rows.push_back({"student",
                    {cell(style.task), cell(percent(style.like_own)), cell(percent(style.training_like_own)),
                     cell(style.most_mistaken_for.empty() ? "–" : style.most_mistaken_for)}});
  return data_table({"Task asked", "answers like its own", "training answers", "else most like"}, rows, narrow_table);
}

}  // namespace

Html certificate_section(const Results& results) {
  if (!results.certificate)
    return join({heading("What a command moves", ""),
                 tag("p", {{"class", "muted"}},
                     "Not measured for this student: udrl-eval --certify writes its steering certificate.")});
  const command::Certificate& certificate = *results.certificate;
  return join({heading("What a command moves, and what it should not",
                       "Its steering certificate: one command was asked at several values while everything else "
                       "stayed, for " +
                           plural(certificate.intents, "intent") + " of the " + certificate.split +
                           " split. Returns are shares of the teacher’s draws that lie below. Small: asked → came."),
               curves_table(certificate), effects_table(certificate), styles_table(certificate),
               supported_table(certificate)});
}

}  // namespace udrl::eval
