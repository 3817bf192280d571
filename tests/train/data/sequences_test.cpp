// A sample's sequence: commands, segments, swaps, and which tokens are learned.
#include <algorithm>
#include <set>

#include "catch.hpp"
#include "train/data/text_sequence.hpp"
#include "train/helpers.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;

namespace {

SequenceOptions plain() {
  SequenceOptions options;
  options.any_words = options.any_return = options.segments = options.entity_swap = 0;
  return options;
}

SequenceText text_of(const Sample& sample, const SequenceOptions& options, std::uint64_t epoch = 0,
                     const WordList* words = nullptr) {
  RandomStream random = sequence_stream(3, epoch, sample.id);
  const Augmentation change = draw_augmentation(options, sample.auxiliary.size(), 0.5, random);
  return training_text(sample, change, options, words, random);
}

/// How many of many epochs' texts of one sample have a property.
template <class Has>
int count(const SequenceOptions& options, Has has) {
  const Sample sample = samples(3)[2];
  const WordList words = word_list();
  int n = 0;
  for (std::uint64_t epoch = 0; epoch < 2000; ++epoch) n += has(text_of(sample, options, epoch, &words)) ? 1 : 0;
  return n;
}

}  // namespace

TEST_CASE("Without draws a sequence carries the record's own commands") {
  const Sample sample = samples(3)[2];
  const SequenceText text = text_of(sample, plain());
  CHECK(text.intent == sample.intent);
  CHECK(text.answer == sample.answer);
  CHECK(text.have.empty());
  CHECK(text.command.words == data::count_words(sample.answer));
  CHECK(text.command.return_bin == sample.return_bin);
}

TEST_CASE("Each command is dropped as often as asked, independently") {
  SequenceOptions options = plain();
  options.any_words = options.any_return = 0.1;
  CHECK(std::abs(count(options, [](const SequenceText& t) { return !t.command.words; }) - 200) < 60);
  CHECK(std::abs(count(options, [](const SequenceText& t) { return !t.command.return_bin; }) - 200) < 60);
  CHECK(std::abs(count(options, [](const SequenceText& t) { return !t.command.words && !t.command.return_bin; }) - 20) <
        20);
}

TEST_CASE("Words are told from a share of the run on, and nothing is swapped after one") {
  SequenceOptions options = plain();
  options.entity_swap = options.mention = 1;
  options.mention_from = 0.5, options.swap_until = 0.9;
  const auto change_at = [&](double progress) {
    RandomStream random(1, "any");
    return draw_augmentation(options, 0, progress, random);
  };
  CHECK_FALSE(change_at(0).mention);
  CHECK(change_at(0).swap);
  CHECK(change_at(0.6).mention);
  CHECK(change_at(0.6).swap);
  CHECK(change_at(1).mention);
  CHECK_FALSE(change_at(1).swap);
}

TEST_CASE("Auxiliary returns are dropped on their own") {
  SequenceOptions options = plain();
  options.any_return = 0.1;
  Sample sample = samples(3)[2];
  sample.auxiliary = {3, 1};
  CHECK(plain_text(sample, options).command.auxiliary == std::vector<std::optional<int>>{3, 1});
  int first = 0, both = 0;
  for (std::uint64_t epoch = 0; epoch < 2000; ++epoch) {
    const auto auxiliary = text_of(sample, options, epoch).command.auxiliary;
    REQUIRE(auxiliary.size() == 2);
    first += auxiliary[0] ? 0 : 1;
    both += auxiliary[0] || auxiliary[1] ? 0 : 1;
  }
  CHECK(std::abs(first - 200) < 60);
  CHECK(std::abs(both - 20) < 20);
}

TEST_CASE("A countdown stands among the tokens that are learned") {
  SequenceOptions options = plain();
  options.countdown = true;
  Sample sample = samples(3)[2];
  sample.answer = "one two three four five six seven eight nine ten";
  const auto pieces = tokenizer(samples(20));
  const Sequence counted = encode(text_of(sample, options), pieces),
                 plain_one = encode(text_of(sample, plain()), pieces);
  const int left = *pieces.id("⟨left:8⟩");
  const auto place = std::find(counted.ids.begin(), counted.ids.end(), left) - counted.ids.begin();
  CHECK(place > counted.first_target);
  CHECK(counted.targets() == plain_one.targets() + 1);
  std::vector<int> without = counted.ids;
  std::erase(without, left);
  CHECK(without == plain_one.ids);
}

TEST_CASE("A segment splits the answer at a word and asks for the words still to come") {
  SequenceOptions options = plain();
  options.segments = 1;
  const Sample sample = samples(3)[2];
  std::set<std::string> cuts;
  for (std::uint64_t epoch = 0; epoch < 200; ++epoch) {
    const SequenceText text = text_of(sample, options, epoch);
    REQUIRE(text.have + " " + text.answer == sample.answer);
    REQUIRE(text.command.words == data::count_words(text.answer));
    cuts.insert(text.have);
  }
  CHECK(cuts.size() == static_cast<std::size_t>(data::count_words(sample.answer) - 1));
}

TEST_CASE("Swaps are drawn anew each epoch and the words command is that of the swapped answer") {
  SequenceOptions options = plain();
  options.entity_swap = 1;
  const WordList words({"one", "two words", "now three words"});
  Sample sample = samples(3)[2];
  std::set<std::string> intents;
  for (std::uint64_t epoch = 0; epoch < 50; ++epoch) {
    const SequenceText text = text_of(sample, options, epoch, &words);
    REQUIRE(text.command.words == data::count_words(text.answer));
    REQUIRE(text.answer.find(sample.subject) == std::string::npos);
    intents.insert(text.intent);
  }
  CHECK(intents.size() == 3);
}

TEST_CASE("Words are told as often as asked, whatever else is drawn") {
  SequenceOptions options = plain();
  const auto is_told = [](const SequenceText& t) { return !t.command.mention.empty(); };
  CHECK(count(options, is_told) == 0);
  options.mention = 0.3;
  CHECK(std::abs(count(options, is_told) - 600) < 90);
  options.entity_swap = options.any_words = 0.5;
  CHECK(std::abs(count(options, is_told) - 600) < 90);
  options.mention = 1;
  CHECK(count(options, is_told) == 2000);
}

TEST_CASE("What is told is what the rest of the answer holds") {
  SequenceOptions options = plain();
  options.mention = options.segments = 1;
  Sample sample = samples(3)[2];
  sample.answer = "snow lanterns glowing";
  std::set<std::string> told;
  for (std::uint64_t epoch = 0; epoch < 300; ++epoch) {
    const SequenceText text = text_of(sample, options, epoch);
    told.insert(text.have + ": " + text.command.mention);
  }
  CHECK(told == std::set<std::string>{"snow: ", "snow: lanterns", "snow: glowing", "snow: lanterns, glowing",
                                      "snow: glowing, lanterns", "snow lanterns: ", "snow lanterns: glowing"});
}

TEST_CASE("A told word that is swapped is told as it was swapped") {
  SequenceOptions options = plain();
  options.mention = options.entity_swap = 1;
  const WordList words({"otter", "sea lion"});
  Sample sample = samples(3)[2];
  sample.intent = "poster of the sea";
  sample.subject = "lantern";  // the answer holds it, the intent does not
  sample.answer = "Lanterns in the snow";
  std::set<std::string> told;
  for (std::uint64_t epoch = 0; epoch < 300; ++epoch) {
    const SequenceText text = text_of(sample, options, epoch, &words);
    REQUIRE(text.intent == sample.intent);
    REQUIRE(text.answer != sample.answer);
    if (text.answer.find("antern") == std::string::npos)
      CHECK(text.command.mention.find("lantern") == std::string::npos);
    told.insert(text.command.mention);
  }
  CHECK(told.contains("otter"));             // the one that is told
  CHECK(told.contains("sea lion, snow"));    // one of two
  CHECK(told.contains("sea lions, otter"));  // the subject, and another
}

TEST_CASE("Of the words that are told one is exchanged for another, in the answer too") {
  RandomStream random(1, "swap");
  std::vector<std::string> told{"snow", "lanterns"};
  std::string answer = "Snow on lanterns, and snow";
  swap_told(told, answer, WordList({"otter"}), random);
  CHECK((told == std::vector<std::string>{"otter", "lanterns"} || told == std::vector<std::string>{"snow", "otter"}));
  CHECK((answer == "Otter on lanterns, and otter" || answer == "Snow on otter, and snow"));
}

TEST_CASE("The same seed, epoch and record give the same sequence") {
  SequenceOptions options;
  options.mention = 0.5;
  const WordList words = word_list();
  const Sample sample = samples(3)[1];
  for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
    const SequenceText a = text_of(sample, options, epoch, &words), b = text_of(sample, options, epoch, &words);
    CHECK(a.intent == b.intent);
    CHECK(a.have == b.have);
    CHECK(a.answer == b.answer);
    CHECK(a.command.mention == b.command.mention);
  }
}

TEST_CASE("A length that the vocabulary cannot ask for is not asked for") {
  Sample sample = samples(1)[0];
  sample.answer = "w";
  for (int i = 0; i < 80; ++i) sample.answer += " w";
  CHECK_FALSE(plain_text(sample, plain()).command.words.has_value());
}

TEST_CASE("What is learned is what follows gen, the end token included") {
  const auto all = samples(24);
  const student::Tokenizer tok = tokenizer(all);
  SequenceText text = plain_text(all[1], plain());
  const int gen = *tok.id(command::gen_piece), have = *tok.id(command::have_piece);
  for (const std::string& typed : {std::string(), std::string("A warm")}) {
    text.have = typed;
    const Sequence s = encode(text, tok);
    REQUIRE(s.ids.front() == tok.bos_id());
    CHECK(s.ids.back() == tok.eos_id());
    CHECK(s.ids[static_cast<std::size_t>(s.first_target) - 1] == gen);
    CHECK(std::count(s.ids.begin(), s.ids.end(), gen) == 1);
    CHECK(std::count(s.ids.begin(), s.ids.end(), have) == (typed.empty() ? 0 : 1));
    const std::vector<int> learned(s.ids.begin() + s.first_target, s.ids.end() - 1);
    CHECK(tok.decode(learned) == " " + text.answer);
    CHECK(std::count(s.ids.begin(), s.ids.end(), tok.unk_id()) == 0);
  }
}
