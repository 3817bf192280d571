// Sampling groups by hash in two passes, and laying them out as columns.
#include "cases.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/text.hpp"
#include "udrl/data/unscored.hpp"
#include "udrl/score/kinds.hpp"
#include "udrl/score/rewrite.hpp"

namespace udrl::inspect {
namespace {

using data::Record;

/// Uniform in its 64 bits, another one for each seed.
std::uint64_t hash_of(const DoctorOptions& options, const std::string& a, const std::string& b) {
  return leading_bits(content_id({std::to_string(options.seed), a, b}));
}
std::uint64_t group_key(const DoctorOptions& options, const Record& record) {
  return hash_of(options, record.intent.intent_id, record.task);
}

data::RecordStream open(const DoctorOptions& options) {
  return {options.input, options.skip_bad ? options.out / "rejects.jsonl" : std::filesystem::path()};
}

/// Calls `use` with every record that is a sample.
void for_each_sample(data::RecordStream& stream, Progress progress, Observer& observer,
                     const std::function<void(Record&)>& use) {
  while (auto record = stream.next()) {
    if (++progress.done % 1000 == 0) {
      observer.progress(progress);
      check_stop("the examination was stopped while reading", "run the same command again");
    }
    if (record->is_whole() && !record->scores.empty()) use(*record);
  }
  observer.progress(progress);
}

/// What the first pass finds.
struct Survey {
  std::uint64_t records = 0, bad_lines = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> draws;  ///< by group
  std::map<std::string, std::uint64_t> values;             ///< how many records have each
};
Survey count_groups(const DoctorOptions& options, Observer& observer) {
  Survey survey;
  data::RecordStream stream = open(options);
  for_each_sample(stream, {"doctor: count", "answers", 0, 0, 0, ""}, observer, [&](Record& record) {
    ++survey.records;
    ++survey.draws[group_key(options, record)];
    for (const auto& score : record.scores) ++survey.values[score.first];
    for (const std::string& name : data::unscored(record)) ++survey.values[name];
  });
  survey.bad_lines = stream.rejected();
  if (survey.records > 0) return survey;
  throw user_error("there is no scored answer to examine")
      .at(options.input.front())
      .hint("score the samples first: udrl-distill score");
}

std::vector<std::string> chosen_scorers(const DoctorOptions& options, const Survey& survey) {
  std::vector<std::string> names;
  const auto everywhere = [&](const std::string& name) {
    const auto found = survey.values.find(name);
    return found != survey.values.end() && found->second == survey.records;
  };
  for (const std::string& name : options.scorers) {
    if (!everywhere(name))
      throw user_error("not every record has the value '" + name + "'")
          .hint("score all input folders with that scorer");
    names.push_back(name);
  }
  if (!names.empty()) return names;
  for (const auto& value : survey.values)
    if (score::is_quality(value.first) && everywhere(value.first)) names.push_back(value.first);
  if (!names.empty()) return names;
  throw user_error("no value that judges answers is in every record")
      .hint("score all input folders with the same scorers, for example relevance");
}

/// The groups of the lowest keys, of deep and of other ones apart.
std::unordered_set<std::uint64_t> chosen_groups(const DoctorOptions& options, const Survey& survey) {
  std::vector<std::uint64_t> deep, other;
  for (const auto& [key, n] : survey.draws)
    (n >= static_cast<std::uint32_t>(options.deep_draws) ? deep : other).push_back(key);
  std::unordered_set<std::uint64_t> chosen;
  for (auto* keys : {&deep, &other}) {
    std::sort(keys->begin(), keys->end());
    keys->resize(std::min(keys->size(), static_cast<std::size_t>(options.intents)));
    chosen.insert(keys->begin(), keys->end());
  }
  return chosen;
}

/// One draw of a chosen group, in the order of the input.
struct CaseRow {
  std::uint64_t group = 0;
  std::string id, task, subject, teacher;
  double words = 0, copying = 0, temperature = 0;
  std::vector<double> scores;
};

/// The second pass: rows, and of each task the texts with the lowest hashes.
class Reader {
 public:
  Reader(const DoctorOptions& options, const std::vector<std::string>& scorers)
      : options_(options), scorers_(scorers) {}

  void add(const Record& record) {
    const auto lacks = [&](const std::string& name) { return !record.scores.contains(name); };
    if (std::any_of(scorers_.begin(), scorers_.end(), lacks)) return;  // see unscored.hpp
    CaseRow row{group_key(options_, record),
                record.id,
                record.task,
                data::subject_of(record.intent),
                record.teacher,
                0,
                0,
                0,
                {}};
    row.words = record.words ? *record.words : data::count_words(record.answer);
    const auto copying = record.scores.find("copying");
    row.copying = copying == record.scores.end() ? 0 : copying->second;
    row.temperature = record.sampling.temperature;
    for (const std::string& name : scorers_) row.scores.push_back(record.scores.at(name));
    keep_text(record);
    rows.push_back(std::move(row));
  }

  std::vector<CaseRow> rows;
  /// An answer with its scores.
  struct Text {
    score::GateAnswer answer;
    std::map<std::string, double> scores;
  };
  std::map<std::string, std::map<std::uint64_t, Text>> texts;  ///< by task and hash

 private:
  void keep_text(const Record& record) {
    auto& of_task = texts[record.task];
    const std::uint64_t key = hash_of(options_, "text", record.id);
    const auto most = static_cast<std::size_t>(options_.pairs);
    if (of_task.size() == most && (most == 0 || key > of_task.rbegin()->first)) return;
    of_task[key] = {{record.intent, record.answer, 0, 0}, record.scores};
    if (of_task.size() > most) of_task.erase(std::prev(of_task.end()));
  }

  const DoctorOptions& options_;
  const std::vector<std::string>& scorers_;
};

/// Names in order, and their numbers.
struct Numbered {
  std::vector<std::string> names;
  std::size_t operator()(const std::string& name) const {
    return static_cast<std::size_t>(std::lower_bound(names.begin(), names.end(), name) - names.begin());
  }
};
Numbered numbered(const std::vector<CaseRow>& rows, std::string CaseRow::*field) {
  std::set<std::string> names;
  for (const CaseRow& row : rows) names.insert(row.*field);
  return {{names.begin(), names.end()}};
}

void add_columns(const CaseRow& row, DoctorCases& cases) {
  for (std::size_t s = 0; s < row.scores.size(); ++s) cases.scores[s].push_back(row.scores[s]);
  cases.factors["words"].push_back(row.words);
  cases.factors["copying"].push_back(row.copying);
  cases.factors["temperature"].push_back(row.temperature);
  if (cases.teachers.size() < 2) return;
  for (const std::string& teacher : cases.teachers)
    cases.factors["teacher " + teacher].push_back(row.teacher == teacher ? 1 : 0);
}

/// What each answer's intent says in the most common frame of its task's answers, and with their most common tail.
void add_content_free(score::GateAnswers& texts) {
  for (std::size_t task = 0; task < texts.tasks.size(); ++task) {
    std::vector<score::Answered> answered;
    for (const score::GateAnswer& answer : texts.answers)
      if (answer.task == task) answered.push_back({answer.intent, answer.text});
    const score::CommonForms forms(answered);
    for (score::GateAnswer& answer : texts.answers)
      if (answer.task == task)
        answer.content_free = {forms.framed(answer.intent.intent), forms.with_tail(answer.intent.intent)};
  }
}

void lay_out(Reader& reader, const DoctorOptions& options, DoctorCases& cases) {
  auto& rows = reader.rows;
  std::sort(rows.begin(), rows.end(),
            [](const CaseRow& a, const CaseRow& b) { return std::tie(a.group, a.id) < std::tie(b.group, b.id); });
  const Numbered tasks = numbered(rows, &CaseRow::task), subjects = numbered(rows, &CaseRow::subject);
  cases.tasks = tasks.names;
  cases.teachers = numbered(rows, &CaseRow::teacher).names;
  cases.subjects = subjects.names.size();
  cases.scores.resize(cases.scorers.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool begins = i == 0 || rows[i].group != rows[i - 1].group;
    if (begins && i > 0) cases.groups.starts.push_back(i);
    if (begins) cases.infos.push_back({tasks(rows[i].task), subjects(rows[i].subject), false});
    add_columns(rows[i], cases);
  }
  cases.groups.starts.push_back(rows.size());
  for (std::size_t g = 0; g < cases.groups.size(); ++g)
    cases.infos[g].deep = cases.groups.size_of(g) >= static_cast<std::size_t>(options.deep_draws);
  cases.texts.tasks = cases.tasks;
  cases.texts.subjects = cases.subjects;
  for (auto& [task, texts] : reader.texts)
    for (auto& [key, text] : texts) {
      text.answer.task = tasks(task);
      text.answer.subject = subjects(data::subject_of(text.answer.intent));
      cases.texts.answers.push_back(std::move(text.answer));
      cases.recorded.push_back(std::move(text.scores));
    }
  add_content_free(cases.texts);
}

}  // namespace

std::vector<std::size_t> DoctorCases::groups_of_task(std::size_t task) const {
  std::vector<std::size_t> out;
  for (std::size_t g = 0; g < infos.size(); ++g)
    if (infos[g].task == task) out.push_back(g);
  return out;
}

DoctorCases read_cases(const DoctorOptions& options, Observer& observer) {
  const Survey survey = count_groups(options, observer);
  DoctorCases cases;
  cases.scorers = chosen_scorers(options, survey);
  cases.records = survey.records;
  cases.bad_lines = survey.bad_lines;
  cases.all_groups = survey.draws.size();
  for (const auto& [key, n] : survey.draws) cases.all_deep += n >= static_cast<std::uint32_t>(options.deep_draws);
  const auto chosen = chosen_groups(options, survey);
  Reader reader(options, cases.scorers);
  data::RecordStream stream = open(options);
  for_each_sample(stream, {"doctor: read", "answers", 0, survey.records, 0, ""}, observer, [&](Record& record) {
    if (chosen.contains(group_key(options, record))) reader.add(record);
  });
  lay_out(reader, options, cases);
  return cases;
}

}  // namespace udrl::inspect
