// udrl-generate: asks a trained student. Not for: comparing it with others (udrl-eval).
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/base/standard_output.hpp"
#include "udrl/base/table.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/inference/answer_folder.hpp"
#include "udrl/inference/answers.hpp"
#include "udrl/inference/quick.hpp"
#include "udrl/lm/library_versions.hpp"

namespace {

using namespace udrl;
using Clock = std::chrono::steady_clock;

struct GenerateOptions {
  std::filesystem::path model;
  std::vector<std::string> tasks;
  inference::Ask ask;
  std::filesystem::path input, out;
  bool json = false, exact = false;
  inference::Drawing drawing;
  inference::Pace pace;
  lm::ModelOptions embedder;
};

void declare_ask(OptionSet& set, inference::Ask& ask) {
  set.add("intent", ask.intent, "what it is about: \"holiday sale\"");
  set.add("words", ask.words, "length: 1 to 80, 'any', or 'auto' for the task's usual");
  set.add(
         "want_words", ask.want_words,
         "length that the answer should really have: asks for what gives it, by the student's steering.json (udrl-eval "
         "--certify); 0: off")
      .range(0, 80);
  set.add("return", ask.return_spec,
          "quality: 'top' (the highest that the data supports for the task and length), 'lowest', 'any' or a number; "
          "'top+novelty=4' where the data has auxiliary returns");
  set.add(
      "nearest", ask.nearest,
      "where the data does not support what is asked: ask the nearest that it does, and say so; else it is refused");
  set.add("mention", ask.mention,
          "'auto': words that fit, of the student's own ideas; 'none'; or words that the answer is to hold, \"harbor, "
          "boats\"");
  set.add("have", ask.have, "what is written already: go on from there");
}

void declare_drawing(OptionSet& set, inference::Drawing& d) {
  set.add("n", d.n, "how many answers an intent gets").range(1, 1000);
  set.add("best_of", d.best_of,
          "write so many answers, and show the best `n`, the best first: by --rank-by; where the critic chooses among "
          "eight or more, three quarters are given up after eight tokens, for how they begin")
      .range(1, 1000);
  set.add_enum("rank_by", d.rank_by,
               "of the best of several: critic (what the student's own makes of them, which costs nothing more), fit "
               "(how well an answer fits its intent, by --embedder.gguf), both, or likelihood (of the student's own: "
               "fewer slips, more of what is common); auto: of these what there is, and fit without a critic");
  set.add("temperature", d.temperature,
          "0: always the likeliest token; -1: 0.4, or 0.5 where the critic chooses the best of several")
      .range(-1, 5);
  set.add("opening_temperature", d.opening_temperature,
          "of the first eight tokens, where higher; 0: as temperature; -1: 1.0 where the critic chooses and no "
          "temperature is set, else as temperature")
      .range(-1, 5);
  set.add("spelling_temperature", d.spelling_temperature,
          "within a word, where lower: so that words are drawn and not what is no word; 0: as temperature")
      .range(0, 5);
  set.add("top_p", d.top_p, "nucleus sampling").range(0.01, 1);
  set.add("top_k", d.top_k, "draw among so many of the likeliest tokens; 0: all").range(0, 100'000);
  set.add("repeat_penalty", d.repeat_penalty, "divides the logits of recent tokens; 1: off").range(1, 2);
  set.add("max_tokens", d.max_tokens, "cut answers after so many tokens; 0: after what the length asked for needs")
      .range(0, 100'000);
  set.add("stop", d.stop, "end an answer before the first of these texts");
  set.add("seed", d.seed, "seed of the draws");
}

void declare(OptionSet& set, GenerateOptions& o) {
  set.add("model", o.model, "checkpoint folder of udrl-train").required();
  set.add(
      "task", o.tasks,
      "what to write: a task of the checkpoint, or several, which are answered one after another; a line of --input "
      "may name its own");
  declare_ask(set, o.ask);
  set.add("input", o.input,
          "instead of --intent a file of intents, one a line, or of JSON lines with `intent` and, where they differ, "
          "`task`, `words`, `return`, `have`; '-' is standard input")
      .runtime_only();
  set.add("out", o.out,
          "folder to write the answers into, as the JSON lines of --json, instead of printing them; the same command "
          "goes on where it was stopped, and answers what is new at the end of --input")
      .runtime_only();
  set.add("json", o.json,
          "print a JSON object for each answer: what was asked, what came, how it ended, how long it took")
      .runtime_only();
  set.add(
      "exact", o.exact,
      "write one answer after the other, so that none depends on which others are written at the same time; slower");
  declare_drawing(set, o.drawing);
  declare(set, o.pace);
  lm::declare(set, "embedder", o.embedder);
}

void check_asked(const GenerateOptions& o) {
  if (o.input.empty() == o.ask.intent.empty())
    throw user_error("what is asked for is either one intent or a file of them")
        .expected("exactly one of --intent and --input")
        .got(o.input.empty() ? "neither" : "both")
        .hint("ask for example --intent \"holiday sale\"; --help lists all options");
  if (o.input.empty() && o.tasks.empty())
    throw user_error("option '--task' is not given").hint("name a task of the checkpoint, for example --task image");
}

void check_ranking(const GenerateOptions& o, bool has_critic) {
  const inference::Drawing& d = o.drawing;
  if (!d.ranks()) return;
  if (needs_embedder(d.rank_by) && !lm::is_named(o.embedder))
    throw user_error("no sentence embedder to choose the best answers with")
        .hint("name one: --embedder.gguf models/all-minilm-l6-v2.f32.gguf; or choose by --rank-by likelihood");
  if (needs_critic(d.rank_by) && !has_critic)
    throw user_error("this student has no critic to choose the best answers with, or one that was fitted to another")
        .at((o.model / student::files::critic).string())
        .hint("fit one: udrl-distill critic; or choose by --rank-by likelihood");
  if (d.n > d.best_of)
    throw user_error("more answers are to be shown than are written")
        .expected("-n of at most " + std::to_string(d.best_of) + ", which is --best-of")
        .got(std::to_string(d.n));
  if (d.temperature == 0)
    throw user_error("at temperature 0 all answers are the same: there is no best of them")
        .hint("set --temperature 0.7, or leave --best-of out");
}

/// The intent alone, for each task, or those of the file.
inference::AskStream asks_of(const GenerateOptions& o) {
  if (!o.input.empty()) {
    const auto lines = std::make_shared<inference::AskLines>(o.input, o.ask, o.tasks);
    return {[lines] { return lines->next(); }, [lines] { return lines->ready(); }};
  }
  inference::AskStream each;
  each.next = [&o, asked = std::size_t{0}]() mutable -> std::optional<inference::PlacedAsk> {
    if (asked == o.tasks.size()) return std::nullopt;
    inference::PlacedAsk one{o.ask};
    one.ask.task = o.tasks[asked++];
    return one;
  };
  return each;
}

/// The reader of the answers is gone (`| head`): none is wanted any more, and nothing went wrong.
struct ReaderLeft {};

/// Prints answers, or keeps them in a folder.
class Printer {
 public:
  Printer(const GenerateOptions& options, const command::Fitted& fitted, inference::AnswerFolder* folder,
          Observer& observer)
      : options_(options), fitted_(fitted), folder_(folder), observer_(observer) {}

  void take(const inference::Answer& answer) {
    if (folder_ != nullptr) folder_->take(answer, fitted_);
    else if (!print_line(line_of(answer))) throw ReaderLeft{};
    show_progress(++taken_, 0);
  }
  /// Before notes are written.
  void finish() const { show_progress(taken_, taken_); }

 private:
  /// Which task a text is for is said where it could be any of several.
  std::string line_of(const inference::Answer& answer) const {
    if (options_.json) return answer_line(answer, fitted_);
    return options_.tasks.size() > 1 ? answer.ask.task + "\t" + answer.text : answer.text;
  }
  void show_progress(std::uint64_t done, std::uint64_t total) const {
    if (shows_progress_) observer_.progress({"generate", "answers", done, total, 0, ""});
  }

  const GenerateOptions& options_;
  const command::Fitted& fitted_;
  inference::AnswerFolder* folder_;  ///< null: none
  Observer& observer_;
  std::uint64_t taken_ = 0;
  const bool shows_progress_ = folder_ != nullptr || (!options_.input.empty() && ::isatty(STDOUT_FILENO) == 0);
};

/// An answer that ran out of room is shown, but not as if it were whole.
void tell_of_cut(const inference::Tally& tally, const inference::Drawing& drawing, Observer& observer) {
  if (tally.cut == 0 || drawing.max_tokens > 0) return;
  observer.note(Level::info, std::to_string(tally.cut) + " of " + std::to_string(tally.given) +
                                 " answers are cut, after " + std::to_string(tally.cut_tokens) +
                                 " tokens: shorten the intent, or ask for fewer words");
}

std::string ms(double value, int digits = 1) { return fixed(value, digits) + " ms"; }
double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

inference::StudentModel open_student(const GenerateOptions& o) {
  lm::ModelOptions options = model_options(o.pace, o.model);
  if (o.input.empty()) options.slots = std::min(o.drawing.drawn() * static_cast<int>(o.tasks.size()), options.slots);
  if (o.exact) options.slots = 1;
  const bool asks_critic = o.drawing.ranks() && may_ask_critic(o.drawing.rank_by) && student::has_critic(o.model);
  return inference::StudentModel::open(o.model, options, asks_critic);
}

/// A run that keeps its answers goes on by itself.
inference::Tally answer_all(const GenerateOptions& o, inference::StudentModel& student, const inference::Ranker* ranker,
                            inference::AnswerFolder* folder, Observer& observer) {
  Printer printer(o, student.fitted(), folder, observer);
  const inference::AnswerReader reader{[&](const inference::Answer& answer) { printer.take(answer); },
                                       [&](const std::string& note) { observer.note(Level::info, note); }};
  try {
    const auto asks = folder != nullptr ? folder->remaining(asks_of(o)) : asks_of(o);
    const auto tally = answer_asks(student, ranker, asks, o.drawing, reader);
    printer.finish();
    return tally;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::stopped || folder == nullptr) throw;
    throw stopped_error("stopped: " + std::to_string(folder->answers()) + " answers are in " + o.out.string(),
                        "run the same command again to go on from there");
  }
}

/// --quiet leaves answers and errors: all else is a note of the lowest level.
void generate(GenerateOptions o, const RunContext& context) {
  Observer& observer = context.observer;
  check_asked(o);
  const auto start = Clock::now();
  auto student = open_student(o);
  o.drawing.rank_by = rank_by_for(o.drawing.rank_by, student.has_critic(), lm::is_named(o.embedder));
  check_ranking(o, student.has_critic());
  std::optional<inference::OpenRanker> ranker;
  if (o.drawing.ranks() && needs_embedder(o.drawing.rank_by))
    ranker.emplace(o.embedder, static_cast<std::size_t>(o.drawing.best_of), &observer);
  std::optional<inference::AnswerFolder> folder;
  if (!o.out.empty()) folder.emplace(o.out, student, o.drawing.seed, o.drawing.n, context);
  const double loading = ms_since(start);
  const auto tally =
      answer_all(o, student, ranker ? &ranker->ranker() : nullptr, folder ? &*folder : nullptr, observer);
  if (folder) folder->finish();
  tell_of_cut(tally, o.drawing, observer);
  observer.note(Level::info, std::to_string(tally.written) + " in " + ms(ms_since(start) - loading - tally.ranking_ms) +
                                 (ranker ? ", ranked in " + ms(tally.ranking_ms) + " (models" : " (model") +
                                 " loaded in " + ms(loading, 0) + ")");
}

}  // namespace

int main(int argc, char** argv) {
  GenerateOptions options;
  std::vector<Subcommand> commands(1);
  commands[0].help = "ask a student for answers to an intent, or to many";
  declare(commands[0].options, options);
  commands[0].run = [&options](const RunContext& context) {
    try {
      generate(options, context);
    } catch (const ReaderLeft&) {
    }
  };
  return run_tool(argc, argv, {"udrl-generate", lm::library_versions()}, std::move(commands));
}
