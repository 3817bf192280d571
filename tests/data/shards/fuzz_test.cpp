// The reader on damaged bytes: it returns records or throws Error, and never anything else.
#include "catch.hpp"
#include "data/support.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/shards.hpp"

using namespace udrl;
using namespace udrl::data;
using namespace udrl::data::testing;

namespace {

std::string sample(int n) {
  std::string out;
  for (int i = 0; i < n; ++i) {
    Record record = full_record();
    record.id = std::to_string(i);
    out += to_line(to_json(record)) + "\n";
  }
  return out;
}

struct Outcome {
  std::size_t records = 0;
  std::uint64_t rejected = 0;
  bool error = false;
};

Outcome read(const fs::path& input, bool skip, const fs::path& rejects) {
  Outcome outcome;
  try {
    JsonLinesReader reader(input, {skip, rejects});
    while (reader.next_as(record_from_json)) ++outcome.records;
    outcome.rejected = reader.rejected();
  } catch (const Error&) {
    outcome.error = true;
  }
  return outcome;
}

void damage(std::string& bytes, RandomStream& random) {
  const auto edits = 1 + random.below(4);
  for (std::uint64_t i = 0; i < edits && !bytes.empty(); ++i) {
    const auto at = random.below(bytes.size());
    switch (random.below(3)) {
      case 0: bytes[at] = static_cast<char>(random.below(256)); break;
      case 1: bytes.erase(at, 1 + random.below(20)); break;
      default: bytes.insert(at, 1 + random.below(3), "{}[]\",:\\\n0"[random.below(10)]); break;
    }
  }
}

}  // namespace

TEST_CASE("A shard truncated anywhere gives its whole lines and one error") {
  const TempFolder folder;
  const std::string whole = sample(4);
  const fs::path file = folder / "in/part-00000.jsonl";
  RandomStream random(2, "truncate");
  for (int i = 0; i < 200; ++i) {
    const std::string cut = whole.substr(0, random.below(whole.size() + 1));
    const auto lines = static_cast<std::size_t>(std::count(cut.begin(), cut.end(), '\n'));
    const bool torn = !cut.empty() && cut.back() != '\n';
    put(file, cut);
    const Outcome strict = read(folder / "in", false, {});
    const Outcome skipping = read(folder / "in", true, folder / "rejects.jsonl");
    INFO("cut to " << cut.size());
    CHECK(strict.records == lines);
    CHECK(strict.error == torn);
    CHECK(skipping.records == lines);
    CHECK(skipping.rejected == (torn ? 1u : 0u));
    CHECK_FALSE(skipping.error);
  }
}

TEST_CASE("Damaged shards give records and rejects, a line each") {
  const TempFolder folder;
  const std::string whole = sample(3);
  RandomStream random(3, "damage");
  for (int i = 0; i < 400; ++i) {
    std::string bytes = whole;
    damage(bytes, random);
    put(folder / "in/part-00000.jsonl", bytes);
    const auto lines = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    const bool torn = !bytes.empty() && bytes.back() != '\n';
    const Outcome outcome = read(folder / "in", true, folder / "rejects.jsonl");
    CHECK_FALSE(outcome.error);
    CHECK(outcome.records + outcome.rejected == lines + (torn ? 1 : 0));
  }
}

TEST_CASE("Damaged compressed shards are read or refused") {
  const TempFolder folder;
  const fs::path file = folder / "in/part-00000.jsonl.gz";
  put_gzip(file, sample(50));
  const std::string whole = get(file);
  RandomStream random(4, "damage gzip");
  int refused = 0;
  for (int i = 0; i < 150; ++i) {
    std::string bytes = whole;
    damage(bytes, random);
    put(file, bytes);
    refused += read(folder / "in", true, folder / "rejects.jsonl").error ? 1 : 0;
  }
  CHECK(refused > 100);
}
