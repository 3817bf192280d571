// Asks become orders, and completions answers.
#include "service.hpp"

#include "udrl/base/error.hpp"

namespace udrl::serve {

/// The critic chooses where there is one, and an embedder with it.
inference::Drawing Service::settled(inference::Drawing drawing) const {
  drawing.rank_by = inference::rank_by_for(inference::RankBy::automatic, student_.has_critic(), ranker_ != nullptr);
  return drawing;
}

Prepared Service::prepare(const inference::Ask& ask, const inference::Drawing& asked) const {
  if (asked.ranks() && !ranks())
    throw user_error("this server has neither a critic nor an embedder to choose the best answers with")
        .at("best_of")
        .hint("fit a critic (udrl-distill critic), start it with --embedder.gguf, or leave best_of out");
  Prepared prepared{ask, student_.resolve(ask), {}};
  const inference::Drawing drawing = settled(asked);
  const auto heat = heat_of(student_, drawing);
  prepared.draws.push_back(draw_of(student_, ask, prepared.resolved.command, drawing, 0));
  prepared.prompt_tokens = student_.model().check(prepared.draws.front().request);  // before more is made of it
  for (int draw = 1; draw < drawing.drawn(); ++draw) {
    prepared.draws.push_back(draw_of(student_, ask, prepared.resolved.command, drawing, draw));
    // Others may be told longer words.
    if (!prepared.draws.back().command.mention.empty()) (void)student_.model().check(prepared.draws.back().request);
  }
  if (heat)
    for (std::size_t draw = 0; draw < prepared.draws.size(); ++draw)
      prepared.draws[draw].request.written = inference::runs_in(heat, draw);
  return prepared;
}

inference::Answer Service::answer(const Prepared& prepared, std::size_t draw, const lm::Completion& completion) const {
  return answer_of(student_, prepared.ask, prepared.draws[draw].command, completion);
}

std::string Service::shown(const Prepared& prepared, std::string_view so_far) const {
  return student_.present(prepared.ask, std::string(so_far));
}

void Service::warm_up(const std::string& task, int slots) {
  inference::Ask ask{"a warm beginning", task};
  ask.nearest = true;
  inference::Drawing drawing;
  drawing.n = slots;
  drawing.max_tokens = 1;
  std::vector<lm::Request> requests;
  for (inference::Draw& draw : prepare(ask, drawing).draws) requests.push_back(std::move(draw.request));
  (void)lm::complete_all(student_.model(), requests);
}

std::vector<std::size_t> Service::best(std::span<const inference::Answer> answers, std::size_t wanted) {
  const std::scoped_lock lock(ranking_);
  return best_answers(ranker_, answers, wanted);
}

}  // namespace udrl::serve
