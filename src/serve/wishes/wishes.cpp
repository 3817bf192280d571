// Requests of each kind, from the fields that they share.
#include "wishes.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include "fields.hpp"
#include "udrl/base/error.hpp"

namespace udrl::serve {
namespace {

using data::Fields;
using data::Json;

std::uint64_t any_seed() {
  static thread_local std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

/// Long before a student's context is full; what is longer would be worked on before it is refused.
void check_length(const std::string& text, const char* what) {
  constexpr std::size_t longest = 4096;
  if (text.size() > longest)
    throw user_error("a text is too long").at(what).expected("at most 4096 bytes").got(std::to_string(text.size()));
}

void check_lengths(const inference::Ask& ask) {
  check_length(ask.intent, "intent");
  check_length(ask.have, "have");
  check_length(ask.mention, "mention");
  check_length(ask.return_spec, "return");
  check_length(ask.task, "task");
}

std::vector<std::string> prompts(const Fields& fields) {
  if (fields.value("prompt").is_string()) return {fields.text("prompt")};
  std::vector<std::string> texts = fields.texts("prompt");
  if (texts.empty()) throw user_error("there is no prompt").at("prompt").expected("a text, or a list of texts");
  return texts;
}

void read_stream(const Fields& fields, Wish& wish) {
  wish.streams = fields.has("stream") && fields.boolean("stream");
  if (!fields.has("stream_options")) return;
  const Fields options(fields.object("stream_options"), "stream_options");
  wish.wants_usage = options.has("include_usage") && options.boolean("include_usage");
}

/// Of one task: a field may be an object of values by task, or one value for all.
Json of_task(const Fields& fields, const std::string& name, const std::string& task) {
  const Json& value = fields.value(name);
  return value.is_object() ? value.value(task, Json()) : value;
}

}  // namespace

WishReader::WishReader(const command::Fitted& fitted, std::string name, std::string task, int most_answers)
    : fitted_(fitted), name_(std::move(name)), task_(std::move(task)), most_answers_(most_answers) {
  if (task_.empty()) task_ = fitted_.tasks.front().name;
  (void)fitted_.index_of(task_);
}

inference::Ask WishReader::usual_ask() const {
  inference::Ask ask;
  ask.task = task_;
  return ask;
}

/// Clients that can set no field but `model` choose a task by it: "student:headline".
std::string WishReader::task_of_model(const std::string& model) const {
  if (!model.starts_with(name_ + ":")) return task_;
  std::string task = model.substr(name_.size() + 1);
  (void)fitted_.index_of(task);
  return task;
}

void WishReader::check_count(const inference::Drawing& drawing, std::size_t asks, const std::string& of) const {
  if (drawing.n < 1 || drawing.best_of < 1) throw user_error("n and best_of are 1 or more");
  if (drawing.ranks() && drawing.n > drawing.best_of)
    throw user_error("more answers are wanted than are written").expected("n of at most best_of");
  const auto answers = static_cast<double>(drawing.drawn()) * static_cast<double>(asks);
  if (answers > most_answers_)
    throw user_error("too many answers in one request")
        .expected("at most " + std::to_string(most_answers_))
        .got(std::to_string(asks) + " " + of + " of " + std::to_string(drawing.drawn()) + " answers");
}

/// What completions and chats ask alike: a wish without asks, and what each of them begins as.
std::pair<Wish, inference::Ask> WishReader::common_wish(const Fields& fields) const {
  refuse_unknown_wishes(fields);
  Wish wish;
  wish.model = fields.text_or("model", name_);
  check_length(wish.model, "model");
  wish.drawing.seed = any_seed();
  read_drawing(fields, wish.drawing);
  read_stream(fields, wish);
  inference::Ask ask = usual_ask();
  ask.task = task_of_model(wish.model);
  read_ask(fields, ask);
  return {std::move(wish), std::move(ask)};
}

Wish WishReader::completion(const Json& body) const {
  const Fields fields(body, "request");
  auto [wish, ask] = common_wish(fields);
  std::vector<std::string> texts = prompts(fields);
  check_lengths(ask);  // both before it is copied for each prompt
  check_count(wish.drawing, texts.size(), "prompts");
  for (std::string& prompt : texts) {
    check_length(prompt, "intent");
    ask.intent = std::move(prompt);
    wish.asks.push_back(ask);
  }
  return wish;
}

Wish WishReader::chat(const Json& body) const {
  const Fields fields(body, "request");
  auto [wish, ask] = common_wish(fields);
  if (fields.has("chat_template_kwargs"))  // how llama-server's clients say the same
    read_ask(Fields(fields.object("chat_template_kwargs"), "chat_template_kwargs"), ask);
  const std::string have = ask.have;
  for (const Json& entry : fields.list("messages")) {
    const Fields message(entry, "message");
    const std::string role = message.text("role"), text = content_text(message.value("content"));
    if (role == "user") ask.intent = text, ask.have.clear();
    else if (role == "assistant") ask.have = text;
    else if (role == "system" || role == "developer") read_commands(text, fitted_, ask);
  }
  if (ask.have.empty()) ask.have = have;
  check_lengths(ask);
  check_count(wish.drawing, 1, "prompts");
  wish.asks.push_back(std::move(ask));
  return wish;
}

TypeAhead WishReader::type_ahead(const Json& body) const {
  const Fields fields(body, "request");
  TypeAhead wish;
  wish.client = fields.text_or("client", "");
  check_length(wish.client, "client");
  read_drawing(fields, wish.drawing);
  wish.drawing.n = 1;
  if (fields.has("next_words")) wish.next_words = fields.integer("next_words");
  if (wish.next_words < 0) throw user_error("next_words is out of range").expected("0 or more");
  if (wish.next_words > 0 && wish.drawing.ranks())
    throw user_error("only whole answers can be told which is best").at("best_of").hint("leave next_words out");
  std::vector<std::string> tasks{task_};
  if (fields.has("tasks")) tasks = fields.texts("tasks");
  if (std::set<std::string>(tasks.begin(), tasks.end()).size() < tasks.size())
    throw user_error("a task is named twice").at("tasks");
  check_count(wish.drawing, tasks.size(), "tasks");
  for (const std::string& task : tasks) {
    inference::Ask ask = usual_ask();
    Json own{{"task", task}};
    for (const char* name : {"words", "return", "have", "mention", "want_words"})
      own[name] = of_task(fields, name, task);
    read_ask(Fields(own, "request"), ask);
    ask.nearest = fields.has("nearest") && fields.boolean("nearest");
    ask.intent = fields.text("intent");
    check_lengths(ask);
    wish.asks.push_back(std::move(ask));
  }
  return wish;
}

}  // namespace udrl::serve
