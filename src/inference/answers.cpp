// Asks become requests, and completions answers.
#include "udrl/inference/answers.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "in_order.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text.hpp"

namespace udrl::inference {
namespace {

using Clock = std::chrono::steady_clock;

/// An ask whose answers are under way.
struct Question {
  PlacedAsk placed;
  command::Command command;
  std::shared_ptr<Heat> heat;
};

std::vector<Draft> drafts_of(std::span<const Answer> answers) {
  std::set<std::string> seen;
  std::vector<Draft> out;
  for (const Answer& answer : answers) {
    const bool is_none = answer.finish == lm::Finish::cancelled || answer.text.empty();
    const bool is_whole = answer.finish == lm::Finish::stop && seen.insert(answer.text).second;
    out.push_back(is_none ? given_up() : Draft{answer.text, is_whole, answer.worth.value_or(0)});
  }
  return out;
}

class Answering {
 public:
  Answering(StudentModel& student, const Ranker* ranker, const AskStream& asks, const Drawing& drawing,
            const AnswerReader& reader)
      : student_(student), ranker_(ranker), asks_(asks), drawing_(drawing), reader_(reader) {}

  Tally run() {
    const RequestStream requests{[this] { return next(); }, [this] { return has_draws() || asks_.ready(); }};
    try {
      complete_in_order(student_.model(), requests, [this](lm::Completion one) { take(std::move(one)); });
    } catch (const Error& error) {
      // Names the request, which a user does not know; all before it are taken.
      if (pending_.empty() || error.where() != "request " + pending_.front().id) throw;
      throw Error(error).at(place_of(*pending_.front().question));
    }
    if (stop_requested()) throw stopped();
    return tally_;
  }

 private:
  struct Pending {
    std::shared_ptr<const Question> question;
    command::Command command;  ///< of this draw
    std::string id;
  };

  static std::string place_of(const Question& question) {
    const auto& [ask, place] = question.placed;
    return place.empty() ? "the intent '" + ask.intent.substr(0, 60) + "'" : place;
  }

  Draw next_draw(const Question& question, int draw) const {
    Draw drawn = draw_of(student_, question.placed.ask, question.command, drawing_, draw);
    if (question.heat) drawn.request.written = runs_in(question.heat, static_cast<std::size_t>(draw));
    return drawn;
  }

  bool has_draws() const { return question_ != nullptr && draw_ < drawing_.drawn(); }

  std::optional<lm::Request> next() {
    if (!has_draws() && !read_question()) return std::nullopt;
    Draw draw = next_draw(*question_, draw_++);
    pending_.push_back({question_, std::move(draw.command), draw.request.id});
    return std::move(draw.request);
  }

  bool read_question() {
    std::optional<PlacedAsk> placed = asks_.next();
    if (!placed) return false;
    const std::string place = placed->place;
    try {
      Resolved resolved = student_.resolve(placed->ask);
      if (!resolved.note.empty() && noted_.insert(resolved.note).second) reader_.note(resolved.note);
      question_ = std::make_shared<const Question>(
          Question{std::move(*placed), std::move(resolved.command), heat_of(student_, drawing_)});
      (void)next_draw(*question_, 0);
    } catch (const Error& error) {
      if (!error.where().empty() || place.empty()) throw;
      throw Error(error).at(place);
    }
    draw_ = 0;
    ++tally_.asks;
    return true;
  }

  void take(lm::Completion completion) {
    const Question& question = *pending_.front().question;
    Answer answer = answer_of(student_, question.placed.ask, pending_.front().command, completion);
    ++tally_.written;
    if (!drawing_.ranks()) {
      pending_.pop_front();
      return give(std::move(answer));
    }
    drawn_.push_back(std::move(answer));
    if (static_cast<int>(drawn_.size()) == drawing_.best_of) give_best();
    pending_.pop_front();
  }

  void give_best() {
    const auto begin = Clock::now();
    const auto order = best_answers(ranker_, drawn_, static_cast<std::size_t>(drawing_.n));
    tally_.ranking_ms += std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    for (const std::size_t i : order) give(std::move(drawn_[i]));
    drawn_.clear();
  }

  void give(Answer answer) {
    ++tally_.given;
    if (answer.finish == lm::Finish::length) ++tally_.cut, tally_.cut_tokens = answer.tokens;
    reader_.take(std::move(answer));
  }

  Error stopped() const {
    const std::string what = "stopped after " + std::to_string(tally_.given) + " answers";
    if (pending_.empty()) return stopped_error(what, "what was asked until then is answered");
    const std::string& place = pending_.front().question->placed.place;
    return stopped_error(what,
                         place.empty() ? "run the same command again" : "go on with the lines from " + place + " on");
  }

  StudentModel& student_;
  const Ranker* ranker_;
  const AskStream& asks_;
  const Drawing& drawing_;
  const AnswerReader& reader_;
  std::shared_ptr<const Question> question_;  ///< the last that was read
  int draw_ = 0;                              ///< of it, the next one
  std::deque<Pending> pending_;               ///< asked, and not taken
  std::vector<Answer> drawn_;                 ///< of one question, to be ranked
  std::set<std::string> noted_;
  Tally tally_;
};

double temperature_of(const Drawing& drawing) {
  if (drawing.temperature >= 0) return drawing.temperature;
  return drawing.draws_drafts() ? usual::draft_temperature : usual::temperature;
}

/// One who sets a temperature has set it for all of the answer.
double opening_temperature_of(const Drawing& drawing) {
  if (drawing.opening_temperature >= 0) return drawing.opening_temperature;
  return drawing.draws_drafts() && drawing.temperature < 0 ? usual::draft_opening_temperature : 0;
}

data::OrderedJson or_null(const std::optional<int>& value) {
  return value ? data::OrderedJson(*value) : data::OrderedJson();
}

}  // namespace

Draw draw_of(const StudentModel& student, const Ask& ask, const command::Command& command, const Drawing& drawing,
             int draw) {
  const std::string number = std::to_string(draw);
  lm::Sampling sampling;
  sampling.temperature = temperature_of(drawing);
  sampling.opening_temperature = opening_temperature_of(drawing);
  sampling.spelling_temperature = drawing.spelling_temperature;
  sampling.top_p = drawing.top_p;
  sampling.top_k = drawing.top_k;
  sampling.repeat_penalty = drawing.repeat_penalty;
  sampling.seed = RandomStream(drawing.seed, "generate/" + number)();
  sampling.max_tokens = drawing.max_tokens;
  sampling.stop = drawing.stop;
  Draw drawn{student.drawn(ask, command, sampling), {}};
  drawn.request = student.request(ask, drawn.command, sampling);
  drawn.request.states = drawing.draws_drafts();
  drawn.request.id = content_id({ask.intent, command_pieces(command), ask.have, number});
  drawn.request.sampling.least_room = std::min(StudentModel::least_room(command), drawn.request.sampling.max_tokens);
  return drawn;
}

std::shared_ptr<Heat> heat_of(const StudentModel& student, const Drawing& drawing) {
  return drawing.draws_drafts() ? heat_of(student, drawing.best_of, drawing.n) : nullptr;
}

Answer answer_of(const StudentModel& student, const Ask& ask, const command::Command& command,
                 const lm::Completion& completion) {
  return {ask,
          command,
          student.present(ask, completion.text),
          completion.finish,
          completion.tokens,
          completion.log_prob,
          completion.seconds * 1000,
          student.worth(completion.read)};
}

std::vector<std::size_t> best_answers(const Ranker* ranker, std::span<const Answer> answers, std::size_t wanted) {
  const std::vector<Draft> drafts = drafts_of(answers);
  if (ranker != nullptr) return ranker->best(data::normalise(answers.front().ask.intent), drafts, wanted);
  const auto has_worth = [](const Answer& answer) { return answer.worth.has_value(); };
  if (std::any_of(answers.begin(), answers.end(), has_worth)) return best_by_worth(drafts, wanted);
  std::vector<Ranked> ranked;
  for (std::size_t i = 0; i < answers.size(); ++i)
    ranked.push_back({answers[i].log_prob / std::max(1, answers[i].tokens), drafts[i].whole});
  return best_first(ranked, wanted);
}

Tally answer_asks(StudentModel& student, const Ranker* ranker, const AskStream& asks, const Drawing& drawing,
                  const AnswerReader& reader) {
  return Answering(student, ranker, asks, drawing, reader).run();
}

data::OrderedJson answer_json(const Answer& answer, const command::Fitted& fitted) {
  data::OrderedJson json{{"intent", answer.ask.intent}, {"task", answer.ask.task}};
  if (!answer.ask.have.empty()) json["have"] = answer.ask.have;
  json["return"] = or_null(answer.command.return_bin);
  for (std::size_t i = 0; i < answer.command.auxiliary.size(); ++i)
    json["auxiliary"][fitted.auxiliary[i].name] = or_null(answer.command.auxiliary[i]);
  json["words_asked"] = or_null(answer.command.words);
  if (!answer.command.mention.empty()) json["mention"] = answer.command.mention;
  json["words"] = data::count_words(answer.text);
  json["text"] = answer.text;
  json["finish"] = to_string(answer.finish);
  if (answer.worth && std::isfinite(*answer.worth)) json["worth"] = std::round(*answer.worth * 1000) / 1000;
  json["ms"] = std::round(answer.ms * 10) / 10;
  return json;
}

std::string answer_line(const Answer& answer, const command::Fitted& fitted) {
  return data::json_line(answer_json(answer, fitted));
}

}  // namespace udrl::inference
