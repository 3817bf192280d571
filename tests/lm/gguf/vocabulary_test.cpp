// Segments to tokens: what is control, where a begin token and a space go; BERT's text. Not for: chat templates.
#include "gguf/vocabulary.hpp"

#include "catch.hpp"
#include "gguf/bert_text.hpp"
#include "gguf/engine.hpp"
#include "models.hpp"

using namespace udrl::lm;

namespace {

Engine engine(const TestFolder& folder, const TinyModel& model) {
  ModelOptions options;
  options.gguf = folder.path() / "vocabulary.gguf";
  write_tiny_model(options.gguf, model);
  return Engine(options);
}

std::string pieces(const Vocabulary& vocabulary, const Tokens& tokens) {
  std::string all;
  for (const llama_token token : tokens) all += vocabulary.piece(token);
  return all;
}

}  // namespace

TEST_CASE("a control token is one token in control segments and many in text") {
  const TestFolder folder;
  const Engine tiny = engine(folder, {});
  CHECK(tiny.vocabulary().tokens(Prompt{{"<|im_end|>", true}}).size() == 1);
  const Tokens typed = tiny.vocabulary().tokens(Prompt{{"<|im_end|>", false}});
  CHECK(typed.size() > 5);
  CHECK(pieces(tiny.vocabulary(), typed) == "<|im_end|>");
  CHECK(tiny.vocabulary().banned().size() == 2);  // not the one that ends an answer
}

TEST_CASE("which tokens go on with a word, and which may come again unpenalised") {
  const TestFolder folder;
  const Engine tiny = engine(folder, {});
  const TokenTexts& texts = tiny.vocabulary().texts();
  REQUIRE(texts.may_repeat.size() == static_cast<std::size_t>(tiny.vocabulary().size()));
  const auto token = [&](const std::string& text) {
    return static_cast<std::size_t>(tiny.vocabulary().tokens(Prompt{{text, false}}).at(0));
  };
  for (const char* text : {"{", "]", "\"", ":", " "}) CHECK(texts.may_repeat[token(text)]);
  for (const char* text : {"a", "7", ",", "."}) CHECK_FALSE(texts.may_repeat[token(text)]);
  CHECK(texts.continues_word[token("a")]);
  CHECK_FALSE(texts.continues_word[token(",")]);
}

TEST_CASE("neighbours of one kind are one text, and empty segments nothing") {
  const TestFolder folder;
  const Engine tiny = engine(folder, {});
  const Tokens whole = tiny.vocabulary().tokens(Prompt{{"the", false}});
  CHECK(tiny.vocabulary().tokens(Prompt{{"t", false}, {"", false}, {"he", false}}) == whole);
  CHECK(tiny.vocabulary().tokens(Prompt{{"", true}, {"", false}}).empty());
}

TEST_CASE("a sentencepiece vocabulary puts a space at the start and after control tokens only") {
  const TestFolder folder;
  const Engine tiny = engine(folder, {"llama", 64, 1, false, true});
  const Vocabulary& vocabulary = tiny.vocabulary();
  CHECK(pieces(vocabulary, vocabulary.tokens(Prompt{{"abc", false}})) == " abc");
  CHECK(pieces(vocabulary, vocabulary.tokens(Prompt{{"b", true}, {"abc", false}})) == " babc");
  CHECK(pieces(vocabulary, vocabulary.tokens(Prompt{{"b</s>", true}, {"abc", false}})) == " b abc");
}

TEST_CASE("the begin token comes once, whether the prompt has it or not") {
  const TestFolder folder;
  const Engine tiny = engine(folder, {"llama", 64, 1, false, true});
  const Tokens without = tiny.vocabulary().prompt_tokens(Prompt{{"abc", false}});
  const Tokens with = tiny.vocabulary().prompt_tokens(Prompt{{"<s>", true}, {"abc", false}});
  CHECK(without == with);
  CHECK(with[0] == 1);
  CHECK(with[1] != 1);
  CHECK(tiny.vocabulary().begin_text() == "<s>");
}

TEST_CASE("Hangul is taken apart and an endless word replaced before BERT sees them") {
  CHECK(bert_text("plain text, caf\u00e9 \u6625\u8282") == "plain text, caf\u00e9 \u6625\u8282");
  CHECK(bert_text("\ud55c \uac00") == "\u1112\u1161\u11ab \u1100\u1161");
  const std::string word(100, 'x');
  CHECK(bert_text("a " + word + " b") == "a " + word + " b");
  CHECK(bert_text("a " + word + "x, b") == "a \U00010330, b");
}
