// Ids beside the tokenizer's, distributions beside the reference's.
#include "proof.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "checkpoint/chat_template.hpp"
#include "odd_texts.hpp"
#include "reference.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/text.hpp"
#include "udrl/lm/probe.hpp"

namespace udrl::student {
namespace {

constexpr std::size_t odd_text_count = 10'000;
constexpr int written_tokens = 16;  // by the reference, after each prompt
constexpr const char* intents[] = {"holiday sale", "watercolor lighthouse", "chess club flyer"};

class Proof {
 public:
  Proof(const Checkpoint& checkpoint, GgufType type, const std::filesystem::path& file,
        const std::filesystem::path& shown_as)
      : checkpoint_(checkpoint), type_(type), shown_as_(shown_as), probe_(file) {}

  ExportProof run() {
    check_texts();
    Reference reference(checkpoint_.config, checkpoint_.weights);
    for (const lm::Prompt& prompt : prompts()) {
      check_whole_prompt(prompt);
      compare(reference, checkpoint_.tokenizer.encode(prompt));
    }
    result_.divergence /= static_cast<double>(result_.positions);
    if (!(result_.divergence <= allowed_divergence(type_))) throw divergence_error();
    return result_;
  }

 private:
  using Reading = lm::Probe::Reading;

  Error differs(const std::string& what) const { return failure(what).at(shown_as_.string()); }

  /// Text as it is typed; and, once it is normalised, even where spellings of control tokens are looked for.
  void check_texts() {
    for (const std::string& text : odd_texts(checkpoint_.tokenizer, odd_text_count, 1)) {
      check_ids(text, checkpoint_.tokenizer.encode(text), probe_.ids(text, Reading::as_text));
      const std::string normal = (text.starts_with(' ') ? " " : "") + data::normalise(text);
      std::vector<int> expected = checkpoint_.tokenizer.encode(normal);
      expected.insert(expected.begin(), checkpoint_.tokenizer.bos_id());
      check_ids(normal, expected, probe_.ids(normal, Reading::as_template));
      ++result_.texts;
    }
  }

  void check_ids(const std::string& text, const std::vector<int>& expected, const std::vector<int>& got) const {
    if (expected == got) return;
    throw differs("the exported file cuts a text into other tokens than the checkpoint: \"" + text.substr(0, 80) + "\"")
        .expected(listed(expected))
        .got(listed(got))
        .hint("train with a tokenizer that udrl-train makes, or report this text");
  }

  static std::string listed(const std::vector<int>& ids) {
    std::string text;
    for (std::size_t i = 0; i < ids.size() && i < 24; ++i) text += (i == 0 ? "" : " ") + std::to_string(ids[i]);
    return text + (ids.size() > 24 ? " …" : "");
  }

  /// Of the first, the middle and the last task.
  std::vector<lm::Prompt> prompts() const {
    const int last = static_cast<int>(checkpoint_.commands.tasks.size()) - 1;
    std::vector<lm::Prompt> out;
    for (const int task_index : std::set<int>{0, last / 2, last})
      out.push_back(command::sequence_prompt(intents[out.size()], default_command(checkpoint_.commands, task_index)));
    return out;
  }

  /// As one string, which is how servers read what a chat template made: exactly one <s>, and every command a token.
  void check_whole_prompt(const lm::Prompt& prompt) const {
    std::string text;
    for (const lm::Segment& segment : prompt) text += segment.text;
    check_ids(text, checkpoint_.tokenizer.encode(prompt), probe_.ids(text, Reading::as_template));
  }

  /// After each token of the prompt, and of what the reference then writes.
  void compare(Reference& reference, std::vector<int> ids) {
    const std::size_t longest =
        std::min(ids.size() + written_tokens, static_cast<std::size_t>(checkpoint_.config.n_positions));
    ids.resize(std::min(ids.size(), longest));
    reference.begin_again();
    std::vector<std::vector<double>> expected;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      expected.push_back(reference.read(ids[i]));
      if (i + 1 == ids.size() && ids.size() < longest) ids.push_back(likeliest(expected.back()));
    }
    const auto got = probe_.logits(ids);
    for (std::size_t i = 0; i < ids.size(); ++i) result_.divergence += divergence(expected[i], got[i]);
    result_.positions += ids.size();
  }

  static int likeliest(const std::vector<double>& logits) {
    return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  }

  template <class Row>
  static double log_sum(const Row& logits) {
    const double top = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
    double sum = 0;
    for (const auto v : logits) sum += std::exp(static_cast<double>(v) - top);
    return top + std::log(sum);
  }

  static double divergence(const std::vector<double>& expected, const std::vector<float>& got) {
    const double of_expected = log_sum(expected), of_got = log_sum(got);
    double sum = 0;
    for (std::size_t v = 0; v < expected.size(); ++v) {
      const double log_p = expected[v] - of_expected, log_q = static_cast<double>(got[v]) - of_got;
      sum += std::exp(log_p) * (log_p - log_q);
    }
    return sum;
  }

  Error divergence_error() const {
    char figures[2][32];
    std::snprintf(figures[0], sizeof figures[0], "%.2g", allowed_divergence(type_));
    std::snprintf(figures[1], sizeof figures[1], "%.2g", result_.divergence);
    return differs("the exported file does not answer as the checkpoint does")
        .expected("distributions of the next token within " + std::string(figures[0]) + " nats")
        .got(std::string(figures[1]) + " nats in the mean of " + std::to_string(result_.positions) + " positions")
        .hint(type_ == GgufType::f32 ? "does llama.cpp compute rightly on this processor? udrl-selftest tells"
                                     : "export in a type of more bits: f16 or f32");
  }

  const Checkpoint& checkpoint_;
  GgufType type_;
  const std::filesystem::path& shown_as_;
  lm::Probe probe_;
  ExportProof result_;
};

}  // namespace

double allowed_divergence(GgufType type) {
  switch (type) {
    case GgufType::f32: return 1e-5;
    case GgufType::f16: return 1e-4;
    case GgufType::q8_0: return 2e-3;
    case GgufType::q4_0: return 0.1;
  }
  return 0;
}

ExportProof prove_export(const Checkpoint& checkpoint, GgufType type, const std::filesystem::path& file,
                         const std::filesystem::path& shown_as) {
  return Proof(checkpoint, type, file, shown_as).run();
}

}  // namespace udrl::student
