// The view: pages, keys, search; colours only where asked for.
#include "udrl/inspect/view.hpp"

#include "catch.hpp"
#include "distill/support.hpp"

using namespace udrl::inspect;
using namespace udrl::distill::testing;
using udrl::data::Record;

namespace {

std::vector<Record> tagged() {
  std::vector<Record> records;
  for (int i = 0; i < 4; ++i) {
    for (int d = 0; d < 2; ++d) {
      Record r =
          sample("intent" + std::to_string(i), d == 0 ? "template" : "image", d, "Prompt number " + std::to_string(i));
      r.scores = {{"relevance", 0.25 * i}};
      r.return_value = i - 1.5;
      r.commands = {{"return", i}, {"words", 3}};
      r.split = "train";
      records.push_back(r);
    }
  }
  return records;
}

class FakeTerminal : public Terminal {
 public:
  explicit FakeTerminal(bool interactive, std::string keys = "") : interactive_(interactive), keys_(std::move(keys)) {}
  bool interactive() const override { return interactive_; }
  ViewStyle style() const override { return {false, 80}; }
  void clear() override { shown.clear(); }
  void write(std::string_view text) override { shown += text; }
  std::optional<char> read_key() override {
    if (next_ == keys_.size()) return std::nullopt;
    return keys_[next_++];
  }
  std::string shown;

 private:
  bool interactive_;
  std::string keys_;
  std::size_t next_ = 0;
};

std::string after_keys(const fs::path& input, const std::string& keys) {
  FakeTerminal terminal(true, keys);
  view_records({input, "", "", 5, 0}, terminal);
  return terminal.shown;
}

}  // namespace

TEST_CASE("A page shows intent, draws, scores and commands") {
  const TempFolder folder;
  write_records(folder / "in", tagged());
  const auto pages = read_pages({folder / "in", "", "", 5, 0});
  REQUIRE(pages.size() == 4);
  const std::string text = render(pages[3], {});
  for (const char* part : {"intent3", "image", "template", "return:3", "words:3", "relevance 0.75", "Prompt number 3",
                           "T 0.8", "teacher #0", "group group"}) {
    INFO(text);
    CHECK(contains(text, part));
  }
  CHECK(text.find("image") < text.find("template"));
  CHECK_FALSE(contains(text, "\033"));
  CHECK(contains(render(pages[3], {true, 80}), "\033"));
}

TEST_CASE("Long answers are wrapped to the width") {
  IntentPage page;
  page.draws.push_back(sample("x", "image", 0, "sieben grüne Flaschen hängen an der Wand und eine fällt herab"));
  const std::string text = render(page, {false, 24});
  std::istringstream lines(text);
  std::string all, line;
  while (std::getline(lines, line)) {
    if (!line.starts_with("    ")) continue;
    CHECK(line.size() <= 24 + 4);  // umlauts are two bytes
    all += line.substr(3);
  }
  CHECK(all == " " + page.draws[0].answer);
}

TEST_CASE("Keys page, search and quit") {
  const TempFolder folder;
  write_records(folder / "in", tagged());
  const fs::path in = folder / "in";
  CHECK(contains(after_keys(in, ""), "1/4"));
  CHECK(contains(after_keys(in, "nn"), "3/4"));
  CHECK(contains(after_keys(in, "nnp"), "2/4"));
  CHECK(contains(after_keys(in, "nqn"), "2/4"));
  CHECK(contains(after_keys(in, "p"), "this is the first"));
  CHECK(contains(after_keys(in, "Gn"), "this is the last"));
  CHECK(contains(after_keys(in, "Gg"), "1/4"));
  CHECK(contains(after_keys(in, "/NUMBER 2\n"), "3/4"));
  CHECK(contains(after_keys(in, "/prompt\n/\n"), "3/4"));  // again
  CHECK(contains(after_keys(in, "nn/intent0\n"), "1/4"));  // from the start
  CHECK(contains(after_keys(in, "/quite\n"), "not found: quite"));
  CHECK(contains(after_keys(in, "/q\x7f\x1bn"), "2/4"));
}

TEST_CASE("Without a terminal the first pages are printed") {
  const TempFolder folder;
  write_records(folder / "in", tagged());
  FakeTerminal terminal(false);
  view_records({folder / "in", "image", "intent1", 2, 0}, terminal);
  CHECK(contains(terminal.shown, "intent1"));
  CHECK(contains(terminal.shown, "intent2"));
  CHECK_FALSE(contains(terminal.shown, "intent3"));
  CHECK_FALSE(contains(terminal.shown, "template"));
  CHECK(contains(terminal.shown, "intents 2 to 3 of 4\n"));
  FakeTerminal cut(false);
  view_records({folder / "in", "", "", 2, 3}, cut);
  CHECK(contains(cut.shown, "in the first 3 records; --limit 0 reads all"));
  CHECK(contains(refusal([&] { view_records({folder / "in", "", "nowhere", 2, 3}, cut); }), "--limit 0"));
}

TEST_CASE("A folder of splits is viewed whole and an empty choice refused") {
  const TempFolder folder;
  const auto records = tagged();
  write_records(folder / "out" / "train", {records.begin(), records.begin() + 4});
  write_records(folder / "out" / "test", {records.begin() + 4, records.end()});
  CHECK(read_pages({folder / "out", "", "", 5, 0}).size() == 4);
  write_records(folder / "out" / "test_intents", tagged());
  CHECK(read_pages({folder / "out", "", "", 5, 0}).front().draws.size() >
        read_pages({folder / "out" / "train", "", "", 5, 0}).front().draws.size());
  CHECK(contains(refusal([&] { read_pages({folder / "out", "poem", "", 5, 0}); }), "nothing to view"));
}
