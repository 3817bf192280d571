// Teachers and baselines are asked exactly as in synthesis; students under commands.
#include "open_system.hpp"

#include <algorithm>

#include "udrl/base/random.hpp"
#include "udrl/inference/student_model.hpp"

namespace udrl::eval {
namespace {

std::uint64_t sampling_seed(std::uint64_t seed, const Row& row, const Case& c) {
  return RandomStream(seed, "eval/" + row.name + "/" + c.id)();
}

/// A few-shot subset with the segments that all its prompts begin with.
struct Subset {
  std::vector<task::Example> shots;
  std::size_t shared_segments = 0;
};

/// With examples or without: each row says.
class ModelSystem : public OpenSystem {
 public:
  ModelSystem(std::unique_ptr<lm::LanguageModel> model, const std::vector<task::Task>& tasks, std::uint64_t seed)
      : model_(std::move(model)), tasks_(tasks), seed_(seed) {
    for (const auto& task : tasks) {
      zero_shot_.push_back(prepared(task, {}));
      std::vector<Subset> subsets;
      for (auto& shots : task::few_shot_subsets(task, seed)) subsets.push_back(prepared(task, std::move(shots)));
      subsets_.push_back(std::move(subsets));
    }
  }

  lm::LanguageModel& model() override { return *model_; }

  lm::Request request(const Row& row, const Case& c) const override {
    const task::Task& task = tasks_[c.task_index];
    const Subset& subset = row.few_shot ? subsets_[c.task_index][subset_index(c)] : zero_shot_[c.task_index];
    lm::Request request;
    request.id = c.id;
    request.prompt = model_->chat(task::teacher_messages(task, subset.shots, c.intent.intent));
    request.shared_segments = subset.shared_segments;
    request.sampling = row.sampling;
    request.sampling.max_tokens = task.max_tokens;
    task::stop_where_answer_ends(task, request.sampling);
    request.sampling.seed = sampling_seed(seed_, row, c);
    return request;
  }

  std::size_t prefix_group(const Row& row, const Case& c) const override {
    if (!row.few_shot) return c.task_index;
    std::size_t before = 0;
    for (std::size_t t = 0; t < c.task_index; ++t) before += subsets_[t].size();
    return before + subset_index(c);
  }

  std::optional<int> asked_return(const Row&, const Case&) const override { return std::nullopt; }

  std::string kept(const Case& c, const std::string& written) const override {
    return task::kept_answer(tasks_[c.task_index], written);
  }

 private:
  Subset prepared(const task::Task& task, std::vector<task::Example> shots) const {
    const std::size_t shared = task::shared_segments(task, shots, *model_);
    return {std::move(shots), shared};
  }

  /// The same examples for every model.
  std::size_t subset_index(const Case& c) const {
    return RandomStream(seed_, "eval/few-shot/" + c.id).below(subsets_[c.task_index].size());
  }

  std::unique_ptr<lm::LanguageModel> model_;
  const std::vector<task::Task>& tasks_;
  std::vector<std::vector<Subset>> subsets_;  ///< by task
  std::vector<Subset> zero_shot_;             ///< by task
  std::uint64_t seed_;
};

class StudentSystem : public OpenSystem {
 public:
  StudentSystem(inference::StudentModel student, std::uint64_t seed) : student_(std::move(student)), seed_(seed) {}

  lm::LanguageModel& model() override { return student_.model(); }

  lm::Request request(const Row& row, const Case& c) const override {
    lm::Sampling sampling = row.sampling;
    sampling.seed = sampling_seed(seed_, row, c);
    const inference::Ask ask = ask_of(row, c);
    lm::Request request = student_.request(ask, student_.drawn(ask, command_for(row, c), sampling), sampling);
    request.id = c.id;
    request.states = row.reads_critic();
    return request;
  }

  std::size_t prefix_group(const Row&, const Case&) const override { return 0; }

  std::optional<int> asked_return(const Row& row, const Case& c) const override {
    return command_for(row, c).return_bin;
  }

  std::string kept(const Case&, const std::string& written) const override { return student_.present({}, written); }

  std::optional<double> worth(const lm::Completion& done) const override { return student_.worth(done.read); }

  std::shared_ptr<inference::Heat> heat(int drafts) const override { return heat_of(student_, drafts, 1); }

 private:
  static inference::Ask ask_of(const Row& row, const Case& c) {
    inference::Ask ask{c.intent.intent, c.task, std::to_string(c.asked_words), row.asked_return};
    ask.mention = row.mention;
    return ask;
  }

  command::Command command_for(const Row& row, const Case& c) const {
    const auto& fitted = student_.fitted();
    const int task_index = fitted.index_of(c.task);
    return fitted.command(task_index, c.asked_words, row.asked_return);
  }

  inference::StudentModel student_;
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<OpenSystem> open_system(const System& system, const std::vector<task::Task>& tasks,
                                        const OpenOptions& options) {
  lm::ModelOptions model = system.model;
  model.slots = options.slots;
  if (system.is_student) {
    auto student = inference::StudentModel::open(system.folder(), model, options.critic);
    return std::make_unique<StudentSystem>(std::move(student), options.seed);
  }
  return std::make_unique<ModelSystem>(lm::open_model(model, options.whom), tasks, options.seed);
}

}  // namespace udrl::eval
