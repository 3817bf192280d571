// Answers of a student: the draws of one ask, and one ask after the other, in their order, in flat memory. Not for:
// reading asks (ask_lines.hpp), or printing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "udrl/base/enum_names.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/inference/ask_lines.hpp"
#include "udrl/inference/decoding.hpp"
#include "udrl/inference/heat.hpp"
#include "udrl/inference/ranker.hpp"
#include "udrl/inference/student_model.hpp"

namespace udrl::inference {

/// How many answers an ask gets, and how they are drawn.
struct Drawing {
  int n = 1;        ///< answers that are given
  int best_of = 1;  ///< above 1: so many are written, and the best `n` are given, the best first
  RankBy rank_by = RankBy::automatic;
  double temperature = -1;  ///< −1: the usual (decoding.hpp), of one answer or of drafts from which the critic chooses
  double top_p = usual::top_p;
  int top_k = 0;  ///< 0: off
  double repeat_penalty = usual::repeat_penalty;
  int max_tokens = 0;             ///< 0: as many as the words asked need
  std::vector<std::string> stop;  ///< an answer ends before the first of these texts
  std::uint64_t seed = 1;         ///< draws are a function of it and of the ask, wherever that stands
  double spelling_temperature = usual::spelling_temperature;
  double opening_temperature = -1;  ///< as `temperature`; the usual of one answer is none of its own

  bool ranks() const { return best_of > 1; }
  /// The critic chooses, or helps to.
  bool draws_drafts() const { return ranks() && needs_critic(rank_by); }
  int drawn() const { return ranks() ? best_of : n; }
};

struct Answer {
  Ask ask;
  command::Command command;  ///< what the student was really asked
  std::string text;          ///< as it is shown
  lm::Finish finish = lm::Finish::stop;
  int tokens = 0;
  double log_prob = 0;               ///< of its tokens, nats
  double ms = 0;                     ///< from the first token of the prompt to the last one of the answer
  std::optional<double> worth = {};  ///< by the student's critic, among the answers to one ask
};

/// One of an ask's draws.
struct Draw {
  command::Command command;  ///< with the words that this one is to mention
  lm::Request request;
};
/// The same wherever the ask stands.
Draw draw_of(const StudentModel& student, const Ask& ask, const command::Command& command, const Drawing& drawing,
             int draw);
/// What the draws of one ask run in, each by `runs_in`; null where all are written to their end.
std::shared_ptr<Heat> heat_of(const StudentModel& student, const Drawing& drawing);
/// What came of it.
Answer answer_of(const StudentModel& student, const Ask& ask, const command::Command& command,
                 const lm::Completion& completion);
/// Positions of the `wanted` best of one ask's answers, the best first: as the ranker has them; where it is null by
/// their worth, or by likelihood where they have none. One that is cut, or was written before, comes after all others.
std::vector<std::size_t> best_answers(const Ranker* ranker, std::span<const Answer> answers, std::size_t wanted);

struct AskStream {
  std::function<std::optional<PlacedAsk>()> next;     ///< nothing at the end
  std::function<bool()> ready = [] { return true; };  ///< whether `next` answers without waiting
};

/// Whom answers go to.
struct AnswerReader {
  std::function<void(Answer)> take;
  std::function<void(const std::string&)> note;  ///< of a command that is not what a user may expect; each once
};

/// What was done, for figures.
struct Tally {
  std::uint64_t asks = 0, written = 0, given = 0;
  std::uint64_t cut = 0;  ///< of those given: out of room, or of tokens
  int cut_tokens = 0;     ///< of the last one of these
  double ranking_ms = 0;
};

/// Each answer is taken as soon as those before it are. `ranker` may be null where nothing is ranked. An ask that is
/// refused ends it, with `Error` (user) and its place, when all before it are answered; so does a request to stop, at
/// once, with `Error` (stopped).
Tally answer_asks(StudentModel& student, const Ranker* ranker, const AskStream& asks, const Drawing& drawing,
                  const AnswerReader& reader);

/// {"intent": …, "task": …, "return": 4, "words_asked": 20, "words": 19, "text": …, "finish": "stop", "ms": 12.3}, with
/// `have` where something was written already, and `auxiliary` where the data has such returns. What was asked as `any`
/// is null.
data::OrderedJson answer_json(const Answer& answer, const command::Fitted& fitted);
/// The same on one line.
std::string answer_line(const Answer& answer, const command::Fitted& fitted);

}  // namespace udrl::inference
