// The file of tokens, and sequences that are put together from it.
#include "data/token_store.hpp"

#include <algorithm>
#include <fstream>
#include <map>

#include "catch.hpp"
#include "data/broken_json.hpp"
#include "train/data/text_sequence.hpp"
#include "train/helpers.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;

namespace {

constexpr int records = 700;  // more than are parsed together

struct World {
  World() {
    write_tagged(folder.path(), records, 8);
    commands.auxiliary = {{"novelty"}, {"calm"}};
  }
  TokenStore open(const std::string& hash = "hash") const {
    return open_token_store(folder.path() / "cache", {folder.path() / "train", hash, commands, pieces}, nobody());
  }
  static Observer& nobody() {
    static Observer silent;
    return silent;
  }
  std::vector<fs::path> files() const {
    return {fs::directory_iterator(folder.path() / "cache"), fs::directory_iterator()};
  }
  TempFolder folder;
  command::Fitted commands = fitted();
  student::Tokenizer pieces = tokenizer(samples(64));
};

std::string text(const student::Tokenizer& tokenizer, std::span<const TokenId> ids) {
  return tokenizer.decode(std::vector<int>(ids.begin(), ids.end()));
}

Sequence by_text(const World& world, int i, const SequenceOptions& options, std::uint64_t epoch, const WordList* words,
                 const student::Ideas* ideas = nullptr) {
  const Sample sample = sample_of(record(i, "train"), world.commands);
  RandomStream random = sequence_stream(7, epoch, sample.id);
  const Augmentation change = draw_augmentation(options, sample.auxiliary.size(), 0.5, random);
  return encode(training_text(sample, change, options, words, random, ideas), world.pieces);
}

/// Of the words of all records, each pointing somewhere.
student::Ideas ideas_of_records() {
  std::map<std::string, std::vector<float>> words;
  for (const Sample& sample : samples(60))
    for (const std::string& word : data::word_tokens(sample.intent + " " + sample.answer)) {
      RandomStream random(3, word);
      std::vector<float>& vector = words[word] = {};
      for (int i = 0; i < 8; ++i) vector.push_back(static_cast<float>(random.normal() / 3));
    }
  return ideas_of(idea_words(words, {"warm", "thin"}));
}

auto count_of(const Sequence& sequence, int id) { return std::count(sequence.ids.begin(), sequence.ids.end(), id); }

}  // namespace

TEST_CASE("A store holds every record, in the order of the shards") {
  const World world;
  const TokenStore store = world.open();
  REQUIRE(store.size() == records);
  CHECK(store.teachers() == std::vector<std::string>{"teacher"});
  for (std::uint32_t i = 0; i < store.size(); i += 99) {
    const Sample sample = sample_of(record(static_cast<int>(i), "train"), world.commands);
    const StoredSample stored = store[i];
    CHECK(stored.id == sample.id);
    CHECK(text(world.pieces, stored.intent) == " " + sample.intent);
    CHECK(text(world.pieces, stored.subject) == " " + sample.subject);
    CHECK(text(world.pieces, stored.answer) == " " + sample.answer);
    CHECK(stored.task_index == sample.task_index);
    CHECK(stored.return_bin == sample.return_bin);
    CHECK(std::vector<int>(stored.auxiliary.begin(), stored.auxiliary.end()) == sample.auxiliary);
    CHECK(sample.auxiliary == std::vector<int>{static_cast<int>(i % 4), static_cast<int>(i % 3)});
  }
}

TEST_CASE("A sequence put together from tokens is the one that is made from text") {
  const World world;
  const TokenStore store = world.open();
  const WordList words = word_list();
  const student::Ideas all_ideas = ideas_of_records();
  SequenceOptions options;
  options.any_words = options.any_return = options.segments = options.entity_swap = 0.5;
  options.mention = GENERATE(0.0, 0.5);
  options.countdown = GENERATE(false, true);
  const student::Ideas* ideas = GENERATE(false, true) ? &all_ideas : nullptr;
  const SequenceMaker make(world.pieces, options, &words, ideas);
  const int mention = *world.pieces.id(command::mention_piece);
  int told = 0;
  for (int i = 0; i < 60; ++i) {
    for (std::uint64_t epoch = 0; epoch < 8; ++epoch) {
      const StoredSample stored = store[static_cast<std::uint32_t>(i)];
      const Sequence made = make(stored, 0.5, sequence_stream(7, epoch, stored.id));
      const Sequence wanted = by_text(world, i, options, epoch, &words, ideas);
      REQUIRE(made.ids == wanted.ids);
      REQUIRE(made.first_target == wanted.first_target);
      told += count_of(made, mention) > 0 ? 1 : 0;
    }
  }
  CHECK(told >= (options.mention > 0 ? 150 : 0));
  CHECK(told <= (options.mention > 0 ? 300 : 0));
}

TEST_CASE("A sequence that is told words is the plain one, with the words before gen") {
  const World world;
  const TokenStore store = world.open();
  SequenceOptions options;
  options.any_words = options.any_return = options.entity_swap = 0;
  options.segments = GENERATE(0, 1);
  SequenceOptions telling = options;
  telling.mention = 1;
  const SequenceMaker plain(world.pieces, options, nullptr), make(world.pieces, telling, nullptr);
  const int mention = *world.pieces.id(command::mention_piece), gen = *world.pieces.id(command::gen_piece),
            have = *world.pieces.id(command::have_piece);
  for (std::uint32_t i = 0; i < 60; ++i) {
    const RandomStream random = sequence_stream(7, 1, store[i].id);
    Sequence made = make(store[i], 0.5, random);
    const Sequence wanted = plain(store[i], 0.5, random);
    if (count_of(made, mention) == 0 && options.segments > 0) continue;  // the rest holds none
    REQUIRE(count_of(made, mention) == 1);
    REQUIRE(made.targets() == wanted.targets());
    const auto from = std::find(made.ids.begin(), made.ids.end(), mention);
    const auto to = std::find(from, made.ids.end(), options.segments > 0 ? have : gen);
    const auto text_of = [&](auto begin, auto end) { return world.pieces.decode(std::vector<int>(begin, end)); };
    const std::string told = text_of(from + 1, to);
    const std::string answer = text_of(made.ids.begin() + made.first_target, made.ids.end() - 1);
    CHECK(told == " " + told_in(data::word_tokens(told), answer));
    made.ids.erase(from, to);
    CHECK(made.ids == wanted.ids);
  }
  CHECK(count_of(make.unchanged(sample_of(record(1, "train"), world.commands)), mention) == 0);
}

TEST_CASE("Texts beyond ASCII come back as they were") {
  TempFolder folder;
  data::Record odd = record(1, "train");
  odd.answer = "café déjà-vu “quoted” 東京 {\"subject\":\"zebra ☕\"} don't";
  {
    data::ShardWriter writer(folder.path() / "train");
    writer.append(data::to_json(odd));
    writer.close();
  }
  const command::Fitted commands = fitted();
  const student::Tokenizer pieces = tokenizer(samples(64));
  const TokenStore store =
      open_token_store(folder.path(), {folder.path() / "train", "h", commands, pieces}, World::nobody());
  CHECK(text(pieces, store[0].answer) == " " + odd.answer);
  SequenceOptions options;
  options.segments = 1, options.entity_swap = 0;
  const SequenceMaker make(pieces, options, nullptr);
  for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
    RandomStream random = sequence_stream(1, epoch, odd.id);
    const Augmentation change = draw_augmentation(options, 0, 0.5, random);
    const SequenceText wanted = training_text(sample_of(odd, commands), change, options, nullptr, random);
    REQUIRE(make(store[0], 0.5, sequence_stream(1, epoch, odd.id)).ids == encode(wanted, pieces).ids);
  }
}

TEST_CASE("A plain sequence is as long as it is said to be") {
  const World world;
  const TokenStore store = world.open();
  SequenceOptions options;
  options.any_words = options.any_return = options.segments = options.entity_swap = 0;
  const SequenceMaker make(world.pieces, options, nullptr);
  for (std::uint32_t i = 0; i < 20; ++i)
    CHECK(make(store[i], 0.5, RandomStream(1, "x")).length() == SequenceMaker::plain_length(store[i]));
}

TEST_CASE("A store is made once, and anew for other data or another tokenizer") {
  World world;
  world.open();
  REQUIRE(world.files().size() == 1);
  const auto before = fs::last_write_time(world.files()[0]);
  world.open();
  CHECK(fs::last_write_time(world.files()[0]) == before);
  world.open("other");
  CHECK(world.files().size() == 2);
  world.pieces = tokenizer(samples(64), 500);
  world.open();
  CHECK(world.files().size() == 3);
}

TEST_CASE("A folder that cannot be written says that another can be named") {
  const World world;
  write_file_atomic(world.folder.path() / "a file", "");
  try {
    open_token_store(world.folder.path() / "a file" / "cache",
                     {world.folder.path() / "train", "h", world.commands, world.pieces}, World::nobody());
    FAIL("made");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::user);
    CHECK(error.cure().find("--cache FOLDER") != std::string::npos);
  }
}

TEST_CASE("A damaged file is made again, whatever is damaged") {
  const World world;
  world.open();
  const fs::path file = world.files()[0];
  const std::string whole = test::content_of(file);
  const auto put = [&](const std::string& text) { std::ofstream(file, std::ios::binary) << text; };
  RandomStream random(5, "damage");
  for (int i = 0; i < 60; ++i) {
    std::string damaged = whole;
    if (i % 3 == 0) damaged.resize(random.below(whole.size()));
    else if (i % 3 == 1) damaged[random.below(whole.size())] ^= static_cast<char>(1 + random.below(255));
    else std::swap_ranges(damaged.begin() + 20, damaged.begin() + 24, damaged.begin() + 40 + i);
    if (damaged == whole) continue;
    put(damaged);
    INFO(i);
    CHECK_THROWS_AS(TokenStore(file), Error);
    CHECK(world.open().size() == records);
    REQUIRE(test::content_of(file) == whole);
  }
}

TEST_CASE("A store with a token beyond the vocabulary is refused") {
  const World world;
  world.open();
  CHECK_THROWS_AS(TokenStore(world.files()[0], 300), Error);
  CHECK_NOTHROW(TokenStore(world.files()[0]));
}

TEST_CASE("A bad record is named by its file and line") {
  const World world;
  std::ofstream(world.folder.path() / "train" / "part-00000.jsonl", std::ios::app) << "{\"id\": 3}\n";
  try {
    world.open();
    FAIL("must throw");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("part-00000.jsonl:701") != std::string::npos);
  }
  CHECK(world.files().empty());
}

TEST_CASE("The first samples by id are the same whatever the order of shards") {
  const World world;
  const auto first = first_samples(world.folder.path() / "train", world.commands, 10);
  REQUIRE(first.size() == 10);
  for (std::size_t i = 1; i < first.size(); ++i) CHECK(first[i - 1].id < first[i].id);
  int smaller = 0;
  for (int i = 0; i < records; ++i) smaller += record(i, "train").id < first.back().id ? 1 : 0;
  CHECK(smaller == 9);
}

TEST_CASE("A store whose end is damaged is refused with file and field") {
  const World world;
  world.open();
  const fs::path file = world.files().front();
  const std::string store = test::content_of(file);
  const std::size_t end = 4 * sizeof(std::uint64_t), json = store.rfind('{');
  const auto put = [&](std::string text) {
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t bytes = text.size();
    std::ofstream out(file, std::ios::binary);
    out << store.substr(0, json) << text;
    out.write(reinterpret_cast<const char*>(&bytes), sizeof bytes);
    out << store.substr(store.size() - end + sizeof bytes);
  };
  test::check_broken_is_told({{"format", 2}, {"teachers", {"teacher"}}}, file.string(), put,
                             [&] { return test::refusal([&] { (void)TokenStore(file); }); });
}
