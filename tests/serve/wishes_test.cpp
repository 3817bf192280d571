// What clients send becomes asks: the same messages that the student's chat template reads, and the same commands.
#include "wishes/wishes.hpp"

#include "catch.hpp"
#include "student/chat_cases.hpp"
#include "student/tiny.hpp"
#include "udrl/base/error.hpp"
#include "udrl/command/schema.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text.hpp"
#include "udrl/inference/student_model.hpp"
#include "udrl/student/gguf_export.hpp"

using namespace udrl;
using namespace udrl::serve;

namespace {

const command::Fitted& commands() {
  static const command::Fitted fitted = tiny::commands();
  return fitted;
}

const command::Fitted& mentioning() {
  static const command::Fitted fitted = [] {
    command::Fitted told = tiny::commands();
    told.mentions = true;
    return told;
  }();
  return fitted;
}

WishReader reader(const command::Fitted& fitted = commands()) { return {fitted, "tiny", "", 64}; }

Wish completion(const std::string& json) { return reader().completion(data::parse_json(json)); }
TypeAhead type_ahead(const std::string& json) { return reader().type_ahead(data::parse_json(json)); }

template <class Read>
std::string refusal(const Read& read, const std::string& json) {
  try {
    (void)read(json);
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

/// What the student reads, as text.
std::string sequence(const inference::Ask& ask, const std::string& mention = "") {
  const int task = commands().index_of(ask.task);
  std::optional<int> words;
  if (ask.words == "auto") words = commands().default_words(task);
  else if (ask.words != "any") words = std::stoi(ask.words);
  command::Command command = commands().command(task, words, ask.return_spec);
  command.mention = mention;
  std::string text;
  for (const lm::Segment& segment :
       sequence_prompt(data::normalise(ask.intent), command, command::as_written(data::normalise(ask.have))))
    text += segment.text;
  return text;
}

}  // namespace

TEST_CASE("a chat is read as the student's chat template reads it") {
  for (const tiny::ChatCase& asked : tiny::chat_cases()) {
    INFO(asked.about << ": " << asked.messages);
    data::Json body = data::parse_json(asked.arguments);
    // A task by a body's field counts less than the system's, as a template argument does.
    body["messages"] = data::parse_json(asked.messages);
    const auto read = [&] { return sequence(reader().chat(body).asks.front()); };
    if (!asked.refusal.empty()) {
      CHECK_THROWS(read());
    } else if (asked.prompt.starts_with("⟨")) {
      CHECK(data::normalise(reader().chat(body).asks.front().intent).empty());  // refused when it is answered
    } else {
      CHECK(asked.prompt == read().substr(read().find(' ')));
    }
  }
}

TEST_CASE("words to mention are read from a chat as the student's chat template reads them") {
  const tiny::Folder folder;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()), mentioning());
  (void)student::export_gguf(folder.path(), {.prove = false});
  const auto student = inference::StudentModel::open(folder.path());
  for (const tiny::ChatCase& asked : tiny::mention_cases()) {
    INFO(asked.about << ": " << asked.messages);
    const data::Json body{{"messages", data::parse_json(asked.messages)},
                          {"chat_template_kwargs", data::parse_json(asked.arguments)}};
    const auto read = [&] {
      const inference::Ask ask = reader(mentioning()).chat(body).asks.front();
      return sequence(ask, student.drawn(ask, {}, {}).mention);
    };
    if (!asked.refusal.empty()) CHECK_THROWS(read());
    else CHECK(asked.prompt == read());
  }
}

TEST_CASE("words to mention are a text or a list, of a request or of each task") {
  CHECK(completion(R"({"prompt": "a"})").asks[0].mention == "auto");
  CHECK(completion(R"({"prompt": "a", "mention": "harbor, boats"})").asks[0].mention == "harbor, boats");
  CHECK(completion(R"({"prompt": "a", "mention": ["harbor", "boats"]})").asks[0].mention == "harbor, boats, ");
  CHECK(completion(R"({"prompt": "a", "mention": []})").asks[0].mention == "none");
  CHECK_THAT(refusal(completion, R"({"prompt": "a", "mention": [5]})"), Catch::Contains("mention"));
  CHECK_THAT(refusal(completion, R"({"prompt": "a", "mention": [")" + std::string(5000, 'a') + R"("]})"),
             Catch::Contains("4096 bytes"));
  const TypeAhead wish =
      type_ahead(R"({"intent": "a", "tasks": ["image", "template"], "mention": {"image": ["snow"]}})");
  CHECK(wish.asks[0].mention == "snow, ");
  CHECK(wish.asks[1].mention == "auto");
}

TEST_CASE("a system message tells words only to a student that learned to mention them") {
  const auto chat = [](const std::string& system) {
    return data::Json{{"messages", {{{"role", "system"}, {"content", system}}, {{"role", "user"}, {"content", "a"}}}}};
  };
  CHECK(reader().chat(chat("mention: snow")).asks[0].mention == "auto");  // as any message that says no command
  CHECK_THROWS_WITH(reader().chat(chat("task: image, mention: snow")),
                    Catch::Contains("only task, words, return, as in"));
  CHECK(reader(mentioning()).chat(chat("mention: snow")).asks[0].mention == "snow");
  CHECK_THROWS_WITH(reader(mentioning()).chat(chat("mention: snow, ice")),
                    Catch::Contains("mention: harbor + boats") && Catch::Contains("'ice'"));
}

TEST_CASE("template arguments are read too, and count less than a system message") {
  const auto ask = [](const std::string& messages) {
    return reader()
        .chat(data::parse_json(R"({"chat_template_kwargs": {"task": "template", "words": 7}, "messages": [)" +
                               messages + R"({"role": "user", "content": "a"}]})"))
        .asks.front();
  };
  CHECK(ask("").task == "template");
  CHECK(ask("").words == "7");
  CHECK(ask(R"({"role": "system", "content": "task: image"},)").task == "image");
}

TEST_CASE("a prompt is an intent, several are several") {
  const Wish one = completion(R"({"prompt": "holiday sale"})");
  REQUIRE(one.asks.size() == 1);
  CHECK(one.asks[0].intent == "holiday sale");
  CHECK(one.asks[0].task == "image");
  CHECK(one.drawing.n == 1);
  CHECK_FALSE(one.streams);
  const Wish many =
      completion(R"({"prompt": ["a", "b"], "task": "template", "words": 12, "return": "lowest", "have": "x",
                                   "n": 2, "temperature": 0.5, "top_p": 0.9, "max_tokens": 7, "stop": ["!", "?"],
                                   "seed": 18446744073709551615, "stream": true,
                                   "stream_options": {"include_usage": true}})");
  REQUIRE(many.asks.size() == 2);
  CHECK(many.asks[1].intent == "b");
  CHECK(many.asks[1].task == "template");
  CHECK(many.asks[1].words == "12");
  CHECK(many.asks[1].return_spec == "lowest");
  CHECK(many.asks[1].have == "x");
  CHECK(many.drawing.n == 2);
  CHECK(many.drawing.max_tokens == 7);
  CHECK(many.drawing.stop == std::vector<std::string>{"!", "?"});
  CHECK(many.drawing.seed == 18446744073709551615U);
  CHECK(many.streams);
  CHECK(many.wants_usage);
  CHECK(completion(R"({"prompt": "a", "seed": -5})").drawing.seed == static_cast<std::uint64_t>(-5));
  CHECK(completion(R"({"prompt": "a", "stop": "."})").drawing.stop == std::vector<std::string>{"."});
  CHECK(completion(R"({"prompt": "a"})").drawing.seed != completion(R"({"prompt": "a"})").drawing.seed);
}

TEST_CASE("a task may be the model's name, for clients that can set nothing else") {
  CHECK(completion(R"({"prompt": "a", "model": "tiny:template"})").asks[0].task == "template");
  CHECK(completion(R"({"prompt": "a", "model": "tiny:template", "task": "image"})").asks[0].task == "image");
  CHECK(completion(R"({"prompt": "a", "model": "gpt-4o:mini"})").asks[0].task == "image");
  CHECK_THAT(refusal(completion, R"({"prompt": "a", "model": "tiny:poster"})"), Catch::Contains("poster"));
}

TEST_CASE("what a student cannot do is refused, and what says nothing is not") {
  for (const char* asked : {R"("tools": [{"type": "function"}])", R"("logprobs": 5)", R"("echo": true)",
                            R"("response_format": {"type": "json_object"})", R"("suffix": "x")"}) {
    INFO(asked);
    const std::string name = std::string(asked).substr(1, std::string(asked).find('"', 1) - 1);
    CHECK_THAT(refusal(completion, R"({"prompt": "a", )" + std::string(asked) + "}"), Catch::Contains(name));
  }
  for (const char* asked : {R"("tools": [])", R"("logprobs": null)", R"("echo": false)", R"("user": "me")",
                            R"("response_format": {"type": "text"})", R"("suffix": "")", R"("presence_penalty": 0)"}) {
    INFO(asked);
    CHECK(refusal(completion, R"({"prompt": "a", )" + std::string(asked) + "}") == "not refused");
  }
}

TEST_CASE("a wrong field is named") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({})", "prompt"},
      {R"({"prompt": 5})", "prompt"},
      {R"({"prompt": []})", "prompt"},
      {R"({"prompt": [1, 2]})", "prompt"},
      {R"({"prompt": "a", "n": 0})", "n and best_of"},
      {R"({"prompt": "a", "n": 65})", "at most 64"},
      {R"({"prompt": ["a", "b"], "best_of": 33})", "at most 64"},
      {R"({"prompt": "a", "n": 1e9})", "n"},
      {R"({"prompt": "a", "n": 3, "best_of": 2})", "best_of"},
      {R"({"prompt": "a", "temperature": "hot"})", "temperature"},
      {R"({"prompt": "a", "stop": 5})", "stop"},
      {R"({"prompt": "a", "seed": 1.5})", "seed"},
      {R"({"prompt": "a", "stop": ["1", "2", "3", "4", "5"]})", "stop"},
      {R"({"prompt": "a", "response_format": {"type": 5}})", "response_format"},
      {R"({"prompt": ")" + std::string(5000, 'a') + R"("})", "4096 bytes"},
      {R"({"prompt": "a", "have": ")" + std::string(5000, 'a') + R"("})", "4096 bytes"},
      {R"({"prompt": "a", "words": 1.5})", "words"},
      {R"(["prompt"])", "request"},
  };
  for (const auto& [json, named] : cases) {
    INFO(json);
    CHECK_THAT(refusal(completion, json), Catch::Contains(named));
  }
}

TEST_CASE("type-ahead asks several tasks, each as it is set") {
  const TypeAhead wish = type_ahead(R"({"client": "c", "intent": "holiday sa", "tasks": ["image", "template"],
                                        "words": {"image": 12}, "return": "lowest", "nearest": true, "next_words": 5})");
  CHECK(wish.client == "c");
  CHECK(wish.next_words == 5);
  REQUIRE(wish.asks.size() == 2);
  CHECK(wish.asks[0].words == "12");
  CHECK(wish.asks[1].words == "auto");
  CHECK(wish.asks[1].return_spec == "lowest");
  CHECK(wish.asks[1].nearest);
  CHECK(wish.asks[1].intent == "holiday sa");
  CHECK(type_ahead(R"({"intent": ""})").asks.size() == 1);
  CHECK_THAT(refusal(type_ahead, R"({"intent": "a", "tasks": ["image", "image"]})"), Catch::Contains("twice"));
  CHECK_THAT(refusal(type_ahead, R"({"tasks": ["image"]})"), Catch::Contains("intent"));
  CHECK_THAT(refusal(type_ahead, R"({"intent": "a", "next_words": -1})"), Catch::Contains("next_words"));
}

TEST_CASE("a text that is too long is refused, wherever it stands, and before it is copied for each prompt") {
  const std::string text = "\"" + std::string(5000, 'x') + "\"";
  for (const char* name : {"model", "have", "mention", "return", "task"}) {
    INFO(name);
    const std::string field = "\"" + std::string(name) + "\": " + text;
    CHECK_THAT(refusal(completion, R"({"prompt": ["a", "b"], )" + field + "}"), Catch::Contains("4096"));
  }
  CHECK_THAT(refusal(completion, R"({"prompt": )" + text + "}"), Catch::Contains("4096"));
  CHECK_THAT(refusal(type_ahead, R"({"intent": "a", "client": )" + text + "}"), Catch::Contains("4096"));
  std::string many = R"(["a")";
  for (int i = 0; i < 40'000; ++i) many += R"(, "")";
  CHECK_THAT(refusal(completion, R"({"have": ")" + std::string(4000, 'x') + R"(", "prompt": )" + many + "]}"),
             Catch::Contains("too many answers"));
}

TEST_CASE("type-ahead may ask for the best of several drafts, of whole answers") {
  const TypeAhead wish = type_ahead(R"({"intent": "a", "best_of": 4, "n": 3})");
  CHECK(wish.drawing.best_of == 4);
  CHECK(wish.drawing.n == 1);
  CHECK_THAT(refusal(type_ahead, R"({"intent": "a", "best_of": 4, "next_words": 5})"), Catch::Contains("next_words"));
  CHECK_THAT(refusal(type_ahead, R"({"intent": "a", "best_of": 0})"), Catch::Contains("1 or more"));
  CHECK_THAT(refusal(type_ahead, R"({"intent": "a", "tasks": ["image", "template"], "best_of": 999})"),
             Catch::Contains("2 tasks of 999 answers"));
}
