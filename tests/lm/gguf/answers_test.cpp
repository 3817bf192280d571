// Answers of tiny random models: accounting, sharing, refilling, ends, limits. Not for: sense (smollm_test.cpp).
#include <algorithm>
#include <cmath>
#include <set>

#include "catch.hpp"
#include "models.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

using namespace udrl::lm;

namespace {

const std::string long_beginning = "the one thing that all of these requests have in common is how they begin, ";

Request request(const std::string& id, const std::string& text, int max_tokens, double temperature = 0) {
  Request made{id, {{long_beginning, false}, {text, false}, {"<|im_start|>", true}}, 0, {}};
  made.sampling.temperature = temperature;
  made.sampling.max_tokens = max_tokens;
  return made;
}

std::vector<Request> requests(int count, int max_tokens, double temperature = 0) {
  std::vector<Request> made;
  for (int i = 0; i < count; ++i) {
    made.push_back(request("r" + std::to_string(i), std::to_string(i * 7) + " in the", max_tokens, temperature));
  }
  return made;
}

ModelOptions slots(int count) {
  ModelOptions options;
  options.slots = count;
  return options;
}

}  // namespace

TEST_CASE("every architecture answers every request once") {
  const std::string architecture = GENERATE("llama", "qwen2", "gpt2");
  const TestFolder folder;
  const auto model = tiny_model(folder, {architecture, 256, 1, true}, slots(4));
  std::set<std::string> ids;
  int asked = 0;
  std::uint64_t tokens = 0;
  const auto all = requests(11, 12, 1.0);
  const Throughput figures = model->complete(
      [&]() -> std::optional<Request> {
        return asked < 11 ? std::optional(all[static_cast<std::size_t>(asked++)]) : std::nullopt;
      },
      [&](Completion answer) {
        CHECK(ids.insert(answer.id).second);
        CHECK(answer.tokens >= 1);
        CHECK(answer.tokens <= 12);
        if (answer.finish == Finish::length) CHECK(answer.tokens == 12);
        CHECK(answer.log_prob < 0);
        CHECK(answer.seconds >= answer.first_token_s);
        tokens += static_cast<std::uint64_t>(answer.tokens);
      });
  CHECK(ids.size() == 11);
  CHECK(figures.generated_tokens == tokens);
  CHECK(figures.prompt_tokens > 11U * 60U);
}

TEST_CASE("a shared prefix changes the cost, not the greedy text") {
  const std::string architecture = GENERATE("llama", "gpt2");
  const TestFolder folder;
  // One slot alone finds the prefix computed already when its next request comes.
  const auto model = tiny_model(folder, {architecture, 256, 3, true}, slots(GENERATE(1, 3)));
  auto all = requests(7, 10);
  std::uint64_t cost[2];
  std::vector<std::string> texts[2];
  for (const int shared : {0, 1}) {
    for (Request& one : all) one.shared_segments = static_cast<std::size_t>(shared);
    std::size_t asked = 0;
    std::vector<std::string> by_id(all.size());
    const auto figures = model->complete(
        [&]() -> std::optional<Request> { return asked < all.size() ? std::optional(all[asked++]) : std::nullopt; },
        [&](Completion answer) { by_id[std::stoul(answer.id.substr(1))] = answer.text; });
    cost[shared] = figures.prompt_tokens;
    texts[shared] = by_id;
  }
  CHECK(texts[0] == texts[1]);
  CHECK(cost[1] * 3 < cost[0]);
}

TEST_CASE("draws of one question compute it once, alone and behind a common beginning") {
  const std::string architecture = GENERATE("llama", "gpt2");
  const std::size_t common_segments = GENERATE(0, 1);
  const int draws = 4;
  const TestFolder folder;
  const auto model = tiny_model(folder, {architecture, 256, 3, true}, slots(GENERATE(1, 3, 16)));
  std::vector<Request> all;
  std::vector<std::string> alone;
  std::uint64_t length = 0;
  for (int question = 0; question < 5; ++question) {
    const std::string text = "question number " + std::to_string(question) + " about the sea";
    const Request one = request("alone", text, 10);
    length = one.prompt[0].text.size() + one.prompt[1].text.size() + 1;  // at most: a token a byte
    alone.push_back(complete_all(*model, {&one, 1})[0].text);
    for (int draw = 0; draw < draws; ++draw) {
      all.push_back(request("r" + std::to_string(all.size()), text, 10));
      all.back().shared_segments = common_segments;
    }
  }
  std::size_t asked = 0;
  const Throughput figures = model->complete(
      [&]() -> std::optional<Request> { return asked < all.size() ? std::optional(all[asked++]) : std::nullopt; },
      [&](Completion answer) {
        CHECK(answer.text == alone[std::stoul(answer.id.substr(1)) / static_cast<std::size_t>(draws)]);
      });
  CHECK(figures.prompt_tokens <= 5 * (length + draws));
}

TEST_CASE("many different prefixes, more than are kept at once, all answer as if alone") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"llama", 256, 5, true}, slots(12));
  std::vector<Request> all;
  for (int i = 0; i < 30; ++i) {
    Request one = request("r" + std::to_string(i), "on and on", 8);
    one.prompt[0].text = "a beginning of its own, number " + std::to_string(i % 15) + ": " + long_beginning;
    one.shared_segments = 1;
    all.push_back(one);
  }
  const auto together = complete_all(*model, all);
  for (Request& one : all) one.shared_segments = 0;
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(complete_all(*model, {&all[i], 1})[0].text == together[i].text);
}

TEST_CASE("one slot and one seed give one text, another seed another") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"llama", 256, 1, true}, slots(1));
  auto all = requests(3, 16, 1.0);
  const auto first = complete_all(*model, all);
  const auto second = complete_all(*model, all);
  for (std::size_t i = 0; i < 3; ++i) CHECK(first[i].text == second[i].text);
  for (Request& one : all) one.sampling.seed = 99;
  CHECK(complete_all(*model, all)[0].text != first[0].text);
}

TEST_CASE("control tokens are never drawn, end tokens are") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"llama", 256, 1, true}, slots(8));
  const auto answers = complete_all(*model, requests(60, 40, 5.0));
  int stopped = 0;
  for (const Completion& answer : answers) {
    CHECK(answer.text.find("<|") == std::string::npos);
    stopped += answer.finish == Finish::stop ? 1 : 0;
  }
  CHECK(stopped > 0);
  CHECK(stopped < 60);
}

TEST_CASE("an answer ends before the first line break after text") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"llama", 256, 1, true}, slots(8));
  auto all = requests(80, 60, 5.0);
  for (Request& one : all) one.sampling.stop_at_newline = true;
  int cut = 0;
  for (const Completion& answer : complete_all(*model, all)) {
    const auto text = answer.text.find_first_not_of(" \t\r\n\v\f");
    if (text != std::string::npos) CHECK(answer.text.find('\n', text) == std::string::npos);
    cut += answer.finish == Finish::stop && answer.tokens < 60 ? 1 : 0;
  }
  CHECK(cut > 0);
}

TEST_CASE("the log-probability of an answer is that of the same text as a continuation") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"qwen2", 256, 1, true}, slots(4));
  const auto all = requests(40, 1, 1.0);
  int compared = 0;
  for (const Completion& answer : complete_all(*model, all)) {
    const bool letter = answer.text.size() == 1 && answer.text[0] > 32;  // other bytes are no text of their own
    if (!letter) continue;
    CHECK(model->log_prob(all[std::stoul(answer.id.substr(1))].prompt, answer.text) ==
          Approx(answer.log_prob).margin(1e-3));
    ++compared;
  }
  CHECK(compared > 3);
}

TEST_CASE("the log-probability of a long continuation is the sum over its parts") {
  const TestFolder folder;
  ModelOptions few = slots(1);
  few.batch = 16;  // several batches
  const auto model = tiny_model(folder, {"gpt2", 256, 1, true}, few);
  const std::string text = "xyzzy, quux + 42 = plugh; foo(bar) #baz!";
  const std::string start = "abcd";
  double sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    sum += model->log_prob({{start + text.substr(0, i), false}}, text.substr(i, 1));
  }
  CHECK(model->log_prob({{start, false}}, text) == Approx(sum).margin(1e-2));
}

TEST_CASE("the probabilities of all continuations of one byte sum to less than one") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"gpt2", 256, 1, true}, slots(2));
  const Prompt prompt{{"the", false}};
  double total = 0;
  for (char byte = 33; byte < 127; ++byte) total += std::exp(model->log_prob(prompt, std::string(1, byte)));
  CHECK(total > 0.05);
  CHECK(total < 1.0);
}

TEST_CASE("texts measured together are as likely as alone, shared beginnings or not") {
  const TestFolder folder;
  ModelOptions few = slots(4);
  few.batch = 48;
  const auto model = tiny_model(folder, {"llama", 256, 1, true}, few);
  const std::string examples = "a beginning that all of these have in common, and quite long";
  std::vector<Continuation> items;
  for (int i = 0; i < 24; ++i) {
    const std::string asked = " number " + std::to_string(i / 3);  // three texts after each question
    items.push_back({{{{examples, true}, {asked, false}}, 1}, std::string(1 + i * 3, static_cast<char>('a' + i))});
  }
  const Likelihoods together = model->log_probs(items);
  REQUIRE(together.values.size() == items.size());
  std::uint64_t tokens = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    tokens += 60 + 9 + static_cast<std::uint64_t>(together.values[i].tokens);
    CHECK(together.values[i].tokens > 0);
    // Keys and values are cached in half precision, and sums differ with what is beside them in a batch.
    CHECK(together.values[i].log_prob ==
          Approx(model->log_prob(items[i].question.prompt, items[i].text)).epsilon(3e-4));
  }
  CHECK(together.throughput.prompt_tokens < tokens / 2);
  CHECK(model->log_probs({}).values.empty());
}

TEST_CASE("texts measured in lanes side by side are as likely as alone, and the same each time") {
  const TestFolder folder;
  udrl::set_compute_threads(2);
  const auto model = tiny_model(folder, {"llama", 256, 1, true}, slots(16));
  std::vector<Continuation> items;
  for (int i = 0; i < 75; ++i) {
    const std::string asked = " number " + std::to_string(i / 3);
    items.push_back({{{{"a beginning in common", true}, {asked, false}}, 1}, std::string(1 + i % 20, 'x')});
  }
  const auto once = model->log_probs(items).values, again = model->log_probs(items).values;
  udrl::set_compute_threads(0);
  for (std::size_t i = 0; i < items.size(); ++i) {
    CHECK(once[i].log_prob == again[i].log_prob);
    CHECK(once[i].log_prob == Approx(model->log_prob(items[i].question.prompt, items[i].text)).epsilon(1e-3));
  }
  CHECK(model->log_probs({}).values.empty());
}

TEST_CASE("options are as likely as the tokens that they begin with") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"qwen2", 256, 1, true}, slots(2));
  const std::vector<Question> questions{{{{"how good?", false}}, 0}, {{{"and this one, how good is it?", false}}, 0}};
  const std::vector<std::string> digits{"1", "2", "3"};
  const auto rows = model->choice_log_probs(questions, digits);
  REQUIRE(rows.size() == 2);
  for (std::size_t q = 0; q < 2; ++q) {
    REQUIRE(rows[q].size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(rows[q][i] == Approx(model->log_prob(questions[q].prompt, digits[i])).margin(1e-3));
    }
  }
  CHECK_THROWS_AS(model->choice_log_probs(questions, std::vector<std::string>{"1", "1"}), udrl::Error);
}

TEST_CASE("a prompt longer than the positions is refused, an answer is cut at them") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"gpt2", 100, 1, true}, slots(2));
  Request one = request("r", std::string(40, 'x'), 5);
  CHECK_THROWS_AS(complete_all(*model, {&one, 1}), udrl::Error);
  CHECK_THROWS_AS(model->log_prob(one.prompt, "more"), udrl::Error);
  one.prompt = {{std::string(95, 'x'), false}};
  one.sampling.max_tokens = 50;
  const auto answer = complete_all(*model, {&one, 1})[0];
  CHECK(answer.tokens <= 5);
}

TEST_CASE("a prompt that leaves less room than is wanted is refused with the room that it leaves") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"llama", 256, 1, true}, slots(1));
  Request one = request("r", "in the", 8);
  one.sampling.least_room = 8;
  CHECK_NOTHROW(complete_all(*model, std::vector{one}));
  one.sampling.least_room = 250;
  try {
    complete_all(*model, std::vector{one});
    FAIL("answered");
  } catch (const udrl::Error& error) {
    CHECK(error.kind() == udrl::ErrorKind::user);
    CHECK(std::string(error.what()).find("at least 250 of the model's 256 tokens") != std::string::npos);
  }
}

TEST_CASE("a model says which control tokens it lacks") {
  const TestFolder folder;
  const auto model = tiny_model(folder);
  const std::vector<std::string> asked{"<|im_start|>", "in the", "⟨gen⟩"};
  CHECK(model->missing_control(asked) == std::vector<std::string>{"in the", "⟨gen⟩"});
}

TEST_CASE("a fixed context too small for a request is an error, one that holds a few makes the others wait") {
  const TestFolder folder;
  ModelOptions options = slots(8);
  options.context = 256;
  const auto model = tiny_model(folder, {"llama", 2048, 1, true}, options);
  auto all = requests(9, 20);
  CHECK(complete_all(*model, all).size() == 9);
  all[4].sampling.max_tokens = 400;
  CHECK_THROWS_AS(complete_all(*model, all), udrl::Error);
}

TEST_CASE("the cache grows when a longer request comes late") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"llama", 4096, 1, true}, slots(2));
  auto all = requests(6, 4);
  all[5].prompt[1].text = std::string(2500, 'y');
  const auto answers = complete_all(*model, all);
  CHECK(answers[5].tokens >= 1);
}

TEST_CASE("an answer is told as it grows, and given up when nobody wants the rest") {
  const TestFolder folder;
  const auto model =
      tiny_model(folder, {"llama", 256, 1, true}, slots(1));  // alone, as texts depend on what is beside them
  std::vector<Request> all = requests(6, 20, 1.0);
  const auto whole = complete_all(*model, all);
  std::vector<std::vector<std::string>> told(all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].written = [&told, i](const Written& so_far) {
      told[i].emplace_back(so_far.text);
      CHECK(so_far.read.tokens == static_cast<int>(told[i].size()));
      return i % 2 == 0 || told[i].size() < 3;
    };
  const auto answers = complete_all(*model, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const std::string& so_far : told[i]) CHECK(whole[i].text.starts_with(so_far));
    if (i % 2 == 0 || whole[i].tokens <= 3) {
      CHECK(answers[i].text == whole[i].text);
      CHECK(answers[i].finish == whole[i].finish);
    } else {
      CHECK(answers[i].finish == Finish::cancelled);
      CHECK(answers[i].tokens == 3);
    }
  }
}

TEST_CASE("a text that ends answers ends them, and is left out") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"llama", 256, 1, true}, slots(2));
  Request one = request("r", "the", 40, 1.0);
  const std::string whole = complete_all(*model, {&one, 1}).front().text;
  REQUIRE(whole.size() > 6);
  one.sampling.stop = {"not in it at all", whole.substr(3, 2)};
  const Completion cut = complete_all(*model, {&one, 1}).front();
  CHECK(cut.text == whole.substr(0, whole.find(one.sampling.stop[1])));
  CHECK(cut.finish == Finish::stop);
  one.sampling.stop = {""};
  CHECK_THROWS_AS(complete_all(*model, {&one, 1}), udrl::Error);
}

TEST_CASE("requests that come while others are answered join them, and each has its mark") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"llama", 256, 1, true}, slots(4));
  std::vector<Request> all = requests(8, 12, 1.0);
  for (Request& one : all) one.id = "same";
  std::size_t asked = 0, turns = 0;
  std::set<std::uint64_t> marks;
  model->complete(
      [&]() -> std::optional<Request> {
        if (asked == all.size() || (asked > 0 && ++turns % 3 != 0)) return std::nullopt;  // now and then none
        all[asked].mark = 100 + asked;
        return all[asked++];
      },
      [&](const Completion& done) { CHECK(marks.insert(done.mark).second); });
  CHECK(marks.size() > 1);  // more than the first came in
  CHECK(*marks.begin() == 100);
}

TEST_CASE("a request is checked without being answered") {
  const TestFolder folder;
  ModelOptions options = slots(2);
  options.context = 256;
  const auto model = tiny_model(folder, {"llama", 2048, 1, true}, options);
  Request one = request("r", "x", 5);
  CHECK(model->check(one) > 50);
  one.sampling.max_tokens = 400;
  CHECK_THROWS_AS(model->check(one), udrl::Error);
  one = request("r", std::string(3000, 'y'), 5);
  CHECK_THROWS_AS(model->check(one), udrl::Error);
  one = request("r", "x", 5);
  one.sampling.top_p = 0;
  CHECK_THROWS_AS(model->check(one), udrl::Error);
}

TEST_CASE("a stop request ends the work and keeps what was delivered") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"llama", 256, 1, true}, slots(2));
  const auto all = requests(20, 8);
  std::size_t asked = 0;
  std::size_t delivered = 0;
  model->complete(
      [&]() -> std::optional<Request> { return asked < all.size() ? std::optional(all[asked++]) : std::nullopt; },
      [&](Completion) {
        if (++delivered == 3) udrl::request_stop();
      });
  udrl::request_stop(false);
  CHECK(delivered >= 3);
  CHECK(delivered < 20);
  CHECK(complete_all(*model, all).size() == 20);
}

TEST_CASE("sampling out of range and an empty prompt are refused") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {}, slots(1));
  Request one = request("r", "x", 5);
  one.sampling.top_p = 0;
  CHECK_THROWS_AS(complete_all(*model, {&one, 1}), udrl::Error);
  one.sampling.top_p = 1;
  one.sampling.max_tokens = 0;
  CHECK_THROWS_AS(complete_all(*model, {&one, 1}), udrl::Error);
  one.sampling.max_tokens = 5;
  one.prompt.clear();
  CHECK_THROWS_AS(complete_all(*model, {&one, 1}), udrl::Error);
}

TEST_CASE("states come where they are asked for, the same of a text that is written and one that is read") {
  const std::string architecture = GENERATE("llama", "gpt2");
  const TestFolder folder;
  const int at_once = GENERATE(1, 4);
  const TinyModel tiny{architecture, 256, 5, true};
  const auto model = tiny_model(folder, tiny, slots(at_once));
  std::vector<Request> all =
      requests(120, GENERATE(1, 3), 1.0);  // short, so that some are text that is read as it was drawn
  for (Request& one : all) one.shared_segments = 1;
  const auto plain = complete_all(*model, all);
  for (std::size_t i = 0; i < all.size(); i += 3) all[i].states = true;  // beside others that ask for none
  const auto some = complete_all(*model, all);
  for (Request& one : all) one.states = true;
  const auto told = complete_all(*model, all);
  std::vector<Continuation> texts;
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(plain[i].read.state.empty());
    CHECK(some[i].text == plain[i].text);
    CHECK(some[i].read.state.empty() == (i % 3 != 0));
    CHECK(told[i].text == plain[i].text);
    CHECK(told[i].read.tokens == told[i].tokens - (told[i].finish == Finish::stop ? 1 : 0));
    texts.push_back({{all[i].prompt, 1}, told[i].text, i % 2 == 0});
  }
  const std::vector<Likelihood> read = model->log_probs(texts).values;
  int compared = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto is_letter = [](char c) { return c > 32 && c < 127; };
    const std::string& text = told[i].text;
    if (read[i].tokens != told[i].read.tokens || !std::all_of(text.begin(), text.end(), is_letter)) continue;
    ++compared;
    CHECK(told[i].read.log_prob == Approx(read[i].log_prob).epsilon(1e-3));
    if (!texts[i].states) {
      CHECK(read[i].state.empty());
      continue;
    }
    REQUIRE(told[i].read.state.size() == read[i].state.size());
    for (std::size_t k = 0; k < read[i].state.size(); ++k)
      CHECK(told[i].read.state[k] == Approx(read[i].state[k]).margin(2e-3));
  }
  CHECK(compared > 0);
}
