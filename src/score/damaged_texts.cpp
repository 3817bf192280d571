#include "damaged_texts.hpp"

#include <string_view>

#include "udrl/data/text.hpp"
#include "udrl/score/rewrite.hpp"

namespace udrl::score {
namespace {

constexpr int tries = 50;  // to find another answer that fits

}  // namespace

Damaging::Damaging(const GateAnswers& answers, std::uint64_t seed)
    : answers_(answers), seed_(seed), random_(seed, "damage") {
  for (std::size_t i = 0; i < answers.answers.size(); ++i) by_task_[answers.answers[i].task].push_back(i);
}

Variants Damaging::variants_of(std::size_t i) {
  const GateAnswer& answer = answers_.answers[i];
  const std::string& intent = answer.intent.intent;
  Variants out{answer.text, "", {}, "", "", answer.content_free};
  const GateAnswer* donor = another(answer);
  if (donor == nullptr) return out;
  out.other = donor->text;
  const std::vector<std::string> words = words_for(answer);
  for (std::size_t s = 0; s < damage_shares.size(); ++s)
    out.words[s] = with_words_replaced(answer.text, intent, damage_shares[s], words,
                                       RandomStream(seed_, "damaged words/" + std::to_string(i)));
  const std::string& subject = data::subject_of(answer.intent);
  if (holds_words(answer.text, subject)) {
    const std::string& other = data::subject_of(donor->intent);
    out.subject = with_subject(answer.text, subject, other);
    out.subject_masked = data::mask_words(out.subject, other);
  }
  return out;
}

const GateAnswer* Damaging::another(const GateAnswer& answer) {
  const auto& of_task = by_task_[answer.task];
  for (int i = 0; i < tries; ++i) {
    const GateAnswer& other = answers_.answers[of_task[random_.below(of_task.size())]];
    if (other.subject != answer.subject) return &other;
  }
  return nullptr;
}

std::vector<std::string> Damaging::words_for(const GateAnswer& answer) {
  const std::size_t wanted = own_content_words(answer.text, answer.intent.intent).size();
  std::vector<std::string> words;
  for (int i = 0; i < tries && words.size() < wanted; ++i) {
    const GateAnswer* donor = another(answer);
    if (donor == nullptr) break;
    for (const std::string_view word : own_content_words(donor->text, donor->intent.intent))
      if (!own_content_words(word, answer.intent.intent).empty()) words.emplace_back(word);
  }
  return words;
}

}  // namespace udrl::score
