// A language model as the rest of udrl sees it: complete many requests, log-probability of a continuation, embed.
// Back-ends: gguf (llama.cpp in process) and http (OpenAI-compatible). Not for: training.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/base/enum_names.hpp"
#include "udrl/base/observer.hpp"
#include "udrl/lm/options.hpp"
#include "udrl/lm/usage.hpp"

namespace udrl::lm {

/// A piece of a model's input. In `control` segments special tokens are recognised ("<|im_start|>", "⟨gen⟩"); in text
/// segments never, so nothing a user types turns into one.
struct Segment {
  std::string text;
  bool control = false;
  bool operator==(const Segment&) const = default;
};
using Prompt = std::vector<Segment>;

struct Sampling {
  double temperature = 1.0;     ///< 0 is greedy
  double top_p = 1.0;           ///< (0, 1]; of the mass at that temperature, within top_k
  int top_k = 0;                ///< 0: off
  double repeat_penalty = 1.0;  ///< 1: off; of the answer's last 64 tokens, never the prompt's nor what JSON repeats
  std::uint64_t seed = 0;       ///< draws are a function of (seed, the request's id)
  int max_tokens = 64;
  /// Positions that the prompt must leave for the answer: one that leaves fewer is an `Error` (user). An endpoint does
  /// not tell.
  int least_room = 0;
  bool stop_at_newline = false;  ///< the answer ends before the first line break that follows text
  /// The answer ends behind the JSON object (or array) that it begins with, be it in lines and behind "```json"; one
  /// that begins with other text ends as with `stop_at_newline`.
  bool stop_after_object = false;
  /// The answer ends before the first of these texts. An empty one is an `Error` (user).
  std::vector<std::string> stop = {};
  /// Spellings of the control tokens that may be drawn; all others but those that end an answer never are. They leave
  /// nothing in the answer's text. An endpoint refuses them.
  std::vector<std::string> allowed_control = {};
  /// Of tokens that go on with a word, and of all where the likeliest one does, if it is lower: so that words are
  /// drawn, and not spellings of what is no word. 0: as `temperature`. An endpoint does not know it.
  double spelling_temperature = 0;
  /// Of the first eight tokens, if it is higher: so that answers begin in many ways, and are cold from there on, where
  /// heat costs sense. 0: as `temperature`. An endpoint does not know it.
  double opening_temperature = 0;
};

/// What a model makes of a text that follows another.
struct Likelihood {
  double log_prob = 0;  ///< nats, summed over the text's tokens
  int tokens = 0;       ///< of the text; an end token is none
  /// Where `states` asks for it: what the model computes its logits from (the last hidden state, behind its norm),
  /// [width], the mean over the places that predict the text's tokens. Else empty.
  std::vector<float> state = {};
};

/// How far an answer is.
struct Written {
  std::string_view text = {};  ///< without what an end may yet take back, or half a character
  Likelihood read = {};        ///< of its tokens so far, those included
};

struct Request {
  std::string id;  ///< draws depend on it, so equal requests may have the same
  Prompt prompt;
  /// How many leading segments of `prompt` are shared with other requests: computed once and kept while requests that
  /// start with the same segments are being answered. Ask for such requests one after another.
  std::size_t shared_segments = 0;
  Sampling sampling;
  /// Told after each token how far the answer is; false gives it up, and it is delivered as `cancelled`. Called by the
  /// thread that runs `complete`. An endpoint answers at once: it is not asked to write in parts.
  std::function<bool(const Written& so_far)> written = {};
  std::uint64_t mark = 0;  ///< the caller's own: comes back with the completion, and changes nothing
  bool states = false;     ///< the completion comes with `Likelihood::state`; an endpoint has none
};

/// What a user can do about requests that an endpoint left without an answer. What was answered is kept everywhere.
inline constexpr const char* endpoint_hint =
    "fix the cause that the endpoint reports, then run the same command again: only what is missing is asked again";

/// stop: an end token, or an end that `Sampling` asks for; length: max_tokens, the end of the model's context, or
/// 1 MiB of an endpoint's answer; cancelled: nobody wanted the rest (`Request::written`); filtered: an endpoint's
/// filter withheld the answer or its rest ("content_filter"); error: there is no answer, ask again another time (see
/// `Completion::cause`). Only endpoints filter and fail; the gguf back-end throws instead.
enum class Finish { stop, length, filtered, error, cancelled };
constexpr auto names_of(Finish) { return enum_names("stop", "length", "content_filter", "error", "cancelled"); }

struct Completion {
  std::string id;
  std::string text;  ///< as the model wrote it, without the end token; not normalised
  Finish finish = Finish::stop;
  int tokens = 0;       ///< generated, end token included
  double log_prob = 0;  ///< sum over generated tokens, nats, under the unmodified distribution; NaN where unknown
  double seconds = 0;   ///< from admission into a slot to the last token
  double first_token_s = 0;
  /// Of an error: its kind in few words, such as "status 402" or "not JSON"; the text is then the endpoint's own words.
  std::string cause = {};
  /// How the endpoint says that the answer ended, where that is no word that is known. The finish is then a guess:
  /// length if the answer has as many tokens as it may have, else stop.
  std::string unknown_finish = {};
  std::uint64_t mark = 0;  ///< the request's
  Likelihood read = {};    ///< of the text, as `log_probs` would find it; without a state unless it is asked for
};

struct ModelInfo {
  std::string name;          ///< from the model's metadata, else the file's stem
  std::string architecture;  ///< "qwen2", "llama", "gpt2", …
  std::string quantization;  ///< "Q4_K - Medium"; with weights = "bf16": "Q4_K - Medium as BF16"
  std::uint64_t parameters = 0;
  int context = 0;               ///< context length it was trained with
  std::uint64_t file_bytes = 0;  ///< of the file that is loaded; 0 for http
  std::string sha256;  ///< of the file that the options name, whatever its weights were widened to; "" for http
};

enum class Role { system, user, assistant };
constexpr auto names_of(Role) { return enum_names("system", "user", "assistant"); }
struct Message {
  Role role;
  std::string content;
};

/// Gives the next request, or nothing where there is none now. It may be asked again as long as others are being
/// answered, so requests may come at any time; `complete` ends when there is none and all are answered.
using RequestSource = std::function<std::optional<Request>()>;
/// Takes an answer. Answers come in the order in which they finish, from the calling thread.
using CompletionSink = std::function<void(Completion)>;

/// What a run of `complete` did, for figures.
struct Throughput {
  std::uint64_t prompt_tokens = 0;  ///< computed, shared ones once
  std::uint64_t generated_tokens = 0;
  double seconds = 0;
};

/// What a model is asked without being asked to write.
struct Question {
  Prompt prompt;
  std::size_t shared_segments = 0;  ///< as in `Request`
};
struct Continuation {
  Question question;
  std::string text;
  bool states = false;  ///< the likelihood comes with `Likelihood::state`
};
struct Likelihoods {
  std::vector<Likelihood> values;  ///< in the order of the continuations
  Throughput throughput;
};

/// Not thread-safe. Errors: `udrl::Error`. A back-end that cannot do one of these says so.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  virtual const ModelInfo& info() const = 0;
  /// What the endpoint was asked and costs, up to now; null for a model in this process.
  virtual const Usage* usage() const { return nullptr; }

  /// Answers all requests, `slots` at once, refilling a slot as soon as its answer ends. Stops early, without losing an
  /// answer that was delivered, when a stop is requested (process.hpp). Errors: an empty prompt, one longer than the
  /// model's positions or the cache, sampling out of range (user); answers delivered before stand.
  virtual Throughput complete(const RequestSource& next, const CompletionSink& done) = 0;
  /// Throws what `complete` would throw for this request, so that no other has to be given up for it. Returns how many
  /// tokens its prompt has. May be called while another thread completes. An endpoint does not tell: 0.
  virtual std::size_t check(const Request& request) const;

  /// log p(text | question) of each, as many at once as there is room for; what neighbours share (their question, or
  /// its leading segments) is computed once, so ask for such one after another. gguf only: endpoints cannot, and say
  /// so. Throws `Error` (stopped) on a stop request.
  virtual Likelihoods log_probs(std::span<const Continuation> continuations);
  /// Convenience: of one, nats.
  double log_prob(const Prompt& prompt, const std::string& continuation);
  /// log p of the token that each option begins with, as the next one after each question: a row a question, a column
  /// an option. Options must begin with different tokens. −∞ for what an endpoint does not list, NaN in the row of a
  /// question that it will not take (too long, withheld by a filter); one that never lists any is an `Error` (user),
  /// one that fails otherwise an `Error` (failure).
  virtual std::vector<std::vector<double>> choice_log_probs(std::span<const Question> questions,
                                                            std::span<const std::string> options);

  /// L2-normalised sentence embeddings, one row a text. Texts are cut at the model's context length (MiniLM: 256 word
  /// pieces).
  virtual std::vector<std::vector<float>> embed(std::span<const std::string> texts) = 0;

  /// Those of these spellings that are no control tokens of the model's. An endpoint does not tell: none.
  virtual std::vector<std::string> missing_control(std::span<const std::string> spellings) const;

  /// Messages through the model's own chat template (Jinja), with the generation prompt appended. Content of messages
  /// becomes text segments, what the template adds control segments. For an endpoint, which applies the template
  /// itself, the control segments carry the roles; such a prompt is good for that back-end only.
  virtual Prompt chat(std::span<const Message> messages) const = 0;
};

/// Convenience: answers in the order of `requests`. Throws `Error` (stopped) if a stop request came before the last.
std::vector<Completion> complete_all(LanguageModel& model, std::span<const Request> requests);

/// Name of the file in an output folder that holds what its endpoints cost.
inline constexpr const char* usage_file = "usage.sqlite";

/// For whom a model is opened.
struct OpenFor {
  Observer* observer = nullptr;  ///< must outlive the model; told where an endpoint is waited for
  /// The folder that answers are for: limits of money and tokens hold for all runs with it together. Empty: for this
  /// run alone.
  std::filesystem::path output = {};
};
/// Opens the back-end that `options` names.
std::unique_ptr<LanguageModel> open_model(const ModelOptions& options, const OpenFor& whom = {});

}  // namespace udrl::lm
