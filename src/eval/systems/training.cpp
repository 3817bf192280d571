// Two passes over the training shards: one before anything is asked, one over the answers.
#include "training.hpp"

#include <set>

#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/near_duplicates.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::eval {
namespace {

constexpr std::uint64_t reported_every = 1000;

/// Calls `use` with every record.
template <class Use>
void for_each_record(const std::filesystem::path& folder, const std::string& what, Observer& observer, Use use) {
  data::JsonLinesReader reader(folder);
  Progress progress{what, "records", 0, 0, 0, ""};
  while (auto record = reader.next_as(data::record_from_json)) {
    if (++progress.done % reported_every == 0) {
      observer.progress(progress);
      check_stop("stopped while the training data was read", "run the same command again");
    }
    use(*record, reader);
  }
  observer.progress(progress);
}

/// The answers of the lowest ids, whatever the order of the shards.
class LowestIds {
 public:
  void add(const data::Record& record) {
    if (texts_.size() == TrainingView::kept_at_most && record.id > texts_.rbegin()->first) return;
    const auto bin = record.commands.find("return");
    texts_[record.id] = {record.intent, record.answer, bin == record.commands.end() ? -1 : bin->second};
    if (texts_.size() > TrainingView::kept_at_most) texts_.erase(std::prev(texts_.end()));
  }
  std::vector<TrainingText> texts() {
    std::vector<TrainingText> out;
    for (auto& [id, text] : texts_) out.push_back(std::move(text));
    return out;
  }

 private:
  std::map<std::string, TrainingText> texts_;  ///< by id
};

/// The main part against what trains.
class Apart {
 public:
  explicit Apart(const CaseSet& set) : subjects_(set.main().subjects.begin(), set.main().subjects.end()), index_({}) {
    for (const Case& c : set.cases) {
      if (c.part != 0 || c.task_index != 0) continue;
      index_.add(c.intent.intent);
      intents_.push_back(c.intent.intent);
    }
  }

  void look_at(const data::Record& record, const data::JsonLinesReader& reader) {
    if (subjects_.contains(data::subject_of(record.intent)))
      throw user_error("the test split holds a subject that training saw")
          .at(reader.position())
          .got("subject '" + data::subject_of(record.intent) + "'")
          .hint("tag the data again: its splits hold out whole subjects");
    if (record.intent.intent_id == last_) return;  // records of an intent mostly follow one another
    last_ = record.intent.intent_id;
    for (const std::size_t i : index_.near(record.intent.intent)) near.emplace(intents_[i], record.intent.intent);
  }

  std::map<std::string, std::string> near;

 private:
  std::set<std::string> subjects_;
  data::NearIndex index_;
  std::vector<std::string> intents_;
  std::string last_;
};

}  // namespace

TrainingView read_training(const std::filesystem::path& train_folder, const CaseSet& set, Observer& observer) {
  std::map<std::string, LowestIds> samples;
  for (const std::string& task : set.tasks) samples[task];
  Apart apart(set);
  for_each_record(train_folder, "training data", observer, [&](const data::Record& record, const auto& reader) {
    apart.look_at(record, reader);
    const auto sample = samples.find(record.task);
    if (sample != samples.end()) sample->second.add(record);
  });
  TrainingView view{{}, std::move(apart.near)};
  for (auto& [task, sample] : samples) {
    view.by_task[task] = sample.texts();
    if (view.by_task[task].empty())
      throw user_error("the training data holds no answer of a task")
          .at(train_folder.string())
          .got("task '" + task + "'")
          .hint("name the data that the student was trained on, or only tasks that it knows");
  }
  return view;
}

std::vector<std::vector<bool>> near_training(const std::filesystem::path& train_folder, const CaseSet& set,
                                             const std::vector<std::vector<std::string>>& answers, Observer& observer) {
  struct Place {
    std::size_t row, position;
  };
  struct OfTask {
    data::NearIndex index{{}};
    std::vector<Place> places;
  };
  std::map<std::string, OfTask> by_task;
  std::vector<std::vector<bool>> out;
  for (std::size_t row = 0; row < answers.size(); ++row) {
    out.emplace_back(answers[row].size(), false);
    for (std::size_t i = 0; i < answers[row].size(); ++i) {
      OfTask& of_task = by_task[set.cases[i].task];
      of_task.index.add(answers[row][i]);
      of_task.places.push_back({row, i});
    }
  }
  for_each_record(train_folder, "copies of training", observer, [&](const data::Record& record, const auto&) {
    const auto of_task = by_task.find(record.task);
    if (of_task == by_task.end()) return;
    for (const std::size_t item : of_task->second.index.near(record.answer)) {
      const Place place = of_task->second.places[item];
      out[place.row][place.position] = true;
    }
  });
  return out;
}

}  // namespace udrl::eval
