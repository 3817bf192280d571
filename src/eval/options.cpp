// Flags and keys of udrl-eval.
#include "udrl/eval/options.hpp"

#include <algorithm>

namespace udrl::eval {

std::vector<std::string> ranker_names() {
  auto names = all_names<inference::RankBy>();
  std::erase(names, to_string(inference::RankBy::likelihood));
  return names;
}

void declare_scorers(OptionSet& set, ScorersOptions& o) {
  lm::declare(set, "embedder", o.embedder);
  lm::declare(set, "second_embedder", o.second_embedder);
  lm::declare(set, "pmi", o.pmi);
  lm::declare(set, "question", o.question);
}

void declare_decoding(OptionSet& set, Decoding& o) {
  set.add("decoding.temperature", o.temperature, "of the student; 0 is greedy").range(0, 5);
  set.add("decoding.spelling_temperature", o.spelling_temperature,
          "of the student within a word, where lower; 0: as decoding.temperature")
      .range(0, 5)
      .came_later();
  set.add("decoding.draft_temperature", o.draft_temperature,
          "of the student's answers from which its critic chooses the best, instead of decoding.temperature")
      .range(0.01, 5)
      .came_later();
  set.add("decoding.draft_opening_temperature", o.draft_opening_temperature,
          "of the first eight tokens of those, where higher; 0: as decoding.draft_temperature")
      .range(0, 5)
      .came_later();
  set.add("decoding.top_p", o.top_p, "of the student: least probable tokens beyond this mass are left out")
      .range(0.01, 1);
  set.add("decoding.repeat_penalty", o.repeat_penalty, "of the student; 1: off").range(1, 2);
  set.add("decoding.mention", o.mention, "'auto': words that fit, of the student's own ideas; 'none'").came_later();
  set.add("decoding.max_tokens", o.max_tokens, "of the student; 0: what the words asked need").range(0, 1024);
}

void declare(OptionSet& set, EvalOptions& o) {
  set.add("student", o.systems.student, "checkpoint folder of udrl-train").required();
  set.add("student_seeds", o.systems.student_seeds,
          "checkpoint folders of the same recipe trained with other seeds; figures are resampled over all of them");
  set.add("tagged", o.systems.tagged, "the tagged data it was trained on").required();
  set.add("split", o.test.split, "which part of it: test, or valid, on which choices are made")
      .choices({"test", "valid"});
  set.add("parts", o.test.parts,
          "other splits to report apart: test_groups, test_formats, test_intents, test_paraphrases")
      .choices({"test_groups", "test_formats", "test_intents", "test_paraphrases"});
  set.add("part_intents", o.test.part_intents, "intents of each of those").range(4, 1e6);
  set.add("systems", o.systems.files,
          "systems files (configs/systems/*.toml); the first that is no student is the teacher")
      .required();
  set.add("out", o.out, "folder for answers, figures and report, or to go on with").required();
  set.add("reference", o.verdict.reference,
          "row that the primary comparison is with; default: the teacher's greedy row");
  declare_scorers(set, o.scorers);
  lm::declare(set, "judge", o.judge.model);
  set.add("judge_cases", o.judge.cases, "cases that the judge is shown, in both orders").range(10, 1e6);
  set.add("tasks_folder", o.test.tasks_folder, "folder of task files");
  set.add("tasks", o.test.tasks, "names of the tasks; none: those the student was trained on");
  set.add("intents", o.test.intents, "test intents, each asked for every task").range(4, 1e6);
  set.add(
      "quick", o.quick,
      "a first look in minutes: at most 60 intents and, where `tasks` names none, the student's task of the longest "
      "answers; teacher and student alone, no judge; the same command without it goes on from there");
  set.add("seed", o.seed, "seed of all random choices");
  set.add("draws", o.systems.draws, "answers of each sampled row to a case; figures are resampled over them")
      .range(1, 100);
  set.add("second_draw", o.systems.second_draw,
          "ask the sampled teacher once more: a control that must PASS, and shows whether anybody could");
  set.add("returns", o.systems.returns,
          "what the student is asked for, a row each: top, lowest, any or numbers; the first is judged");
  declare_decoding(set, o.systems.decoding);
  set.add("decoding.temperatures", o.systems.decoding.temperatures,
          "other temperatures, for the curve against diversity")
      .range(0, 5);
  set.add("decoding.best_of", o.systems.decoding.best_of,
          "of the student: one more row, the best of so many answers (udrl-generate --best-of); 1: none")
      .range(1, 64);
  set.add_enum(
         "decoding.rank_by", o.systems.decoding.rank_by,
         "what chooses the best: auto (the student's own critic where it has one, else the embedder), critic, fit "
         "(the embedder), both")
      .choices(ranker_names())
      .came_later();
  set.add("resamples", o.verdict.resamples, "resamples of the subjects").range(100, 1e6);
  set.add("margin", o.verdict.margin,
          "share of the reference's relevance, and of the sampled teacher's fluency, that PASS asks for")
      .range(0, 2);
  set.add("diversity_margin", o.verdict.diversity_margin, "share of the sampled teacher's diversity that PASS asks for")
      .range(0, 2);
  set.add("diversity_words", o.verdict.diversity_words,
          "answers are cut to so many words before their variety is counted")
      .range(2, 80);
  set.add("latency_requests", o.costs.latency_requests, "requests timed one at a time, each system").range(1, 10000);
  set.add("clients", o.costs.clients, "clients at once whose latency is measured too, each number of them")
      .range(2, 248);
  set.add("slots", o.slots, "requests answered at once").range(1, 256);
  set.add("gate_answers", o.scorers.gate_answers,
          "answers per task that are damaged on purpose, to test whether each scorer sees it")
      .range(10, 1e6);
  set.add("shown", o.shown, "cases with answers side by side in the report").range(0, 1000);
}

EvalOptions quickened(EvalOptions o) {
  o.test.intents = std::min(o.test.intents, 60);
  o.test.parts.clear();
  o.test.most_tasks = 1;
  o.systems.teacher_alone = true;
  if (o.systems.returns.size() > 1) o.systems.returns.resize(1);
  o.systems.draws = 1;
  o.systems.second_draw = false;
  o.systems.decoding.temperatures.clear();
  o.systems.decoding.best_of = 1;
  o.scorers.gate_answers = std::min(o.scorers.gate_answers, 100);
  o.scorers.question = {};
  o.judge.model = {};
  o.costs.latency_requests = std::min(o.costs.latency_requests, 6);
  o.costs.clients.clear();
  o.verdict.resamples = std::min(o.verdict.resamples, 2000);
  return o;
}

}  // namespace udrl::eval
