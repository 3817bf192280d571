// Reading shards: order, compression, and what is said of a bad line.
#include "catch.hpp"
#include "data/support.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/shards.hpp"

using namespace udrl;
using namespace udrl::data;
using namespace udrl::data::testing;

namespace {

std::string numbers(int first, int last) {
  std::string out;
  for (int i = first; i <= last; ++i) out += "{\"n\":" + std::to_string(i) + "}\n";
  return out;
}

std::vector<int> read_numbers(const fs::path& input, ReadOptions options = {}) {
  JsonLinesReader reader(input, options);
  std::vector<int> out;
  while (const auto json = reader.next()) out.push_back(json->at("n").get<int>());
  return out;
}

std::vector<int> range(int first, int last) {
  std::vector<int> out;
  for (int i = first; i <= last; ++i) out.push_back(i);
  return out;
}

std::string error_of_lines(const std::string& content) {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", content);
  return message_of([&] { read_numbers(folder.path()); });
}

}  // namespace

TEST_CASE("Shards are read in the order of their numbers, plain and gzipped") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", numbers(1, 3));
  put_gzip(folder / "part-00001.jsonl.gz", numbers(4, 5000));
  put(folder / "part-100000.jsonl", numbers(5003, 5004));
  put(folder / "part-99999.jsonl", numbers(5001, 5002));
  put(folder / "manifest.json", "{}");
  put(folder / "rejects.jsonl", "not a shard");
  CHECK(list_shards(folder.path()).size() == 4);
  CHECK(read_numbers(folder.path()) == range(1, 5004));
}

TEST_CASE("A single file of any name is read, also without its last newline") {
  const TempFolder folder;
  put(folder / "mine.jsonl", "{\"n\":1}\r\n{\"n\":2}");
  CHECK(read_numbers(folder / "mine.jsonl") == range(1, 2));
  put_gzip(folder / "mine.gz", numbers(1, 9));
  CHECK(read_numbers(folder / "mine.gz") == range(1, 9));
}

TEST_CASE("Empty shards hold nothing") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", "");
  put(folder / "part-00001.jsonl", numbers(1, 2));
  put_gzip(folder / "part-00002.jsonl.gz", "");
  CHECK(read_numbers(folder.path()) == range(1, 2));
}

TEST_CASE("Shards without a line are said where some are needed") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", "");
  CHECK(contains(message_of([&] { require_lines(folder.path(), "record"); }), "there is no record in it"));
  put(folder / "part-00001.jsonl", numbers(1, 1));
  require_lines(folder.path(), "record");
}

TEST_CASE("A folder without shards says what is looked for") {
  const TempFolder folder;
  CHECK_FALSE(has_shards(folder.path()));
  CHECK_FALSE(has_shards(folder / "none"));
  CHECK(contains(message_of([&] { list_shards(folder.path()); }), "part-NNNNN.jsonl"));
  CHECK(contains(message_of([&] { list_shards(folder / "none"); }), "none"));
  put(folder / "train/part-00000.jsonl", numbers(1, 1));
  CHECK(contains(message_of([&] { list_shards(folder.path()); }), "did you mean"));
}

TEST_CASE("Two shards of one number are refused") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", numbers(1, 1));
  put_gzip(folder / "part-00000.jsonl.gz", numbers(1, 1));
  CHECK(contains(message_of([&] { list_shards(folder.path()); }), "same shard number"));
}

TEST_CASE("A malformed line stops with file, line, reason and the cure") {
  const std::string message = error_of_lines("{\"n\":1}\n{\"n\":}\n");
  INFO(message);
  CHECK(contains(message, "part-00000.jsonl:2"));
  CHECK(contains(message, "not JSON"));
  CHECK(contains(message, "column"));
  CHECK(contains(message, "fix or remove"));
  CHECK_FALSE(contains(message, "--skip-bad"));
}

TEST_CASE("A flag to skip malformed lines is named where the tool has it") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", "{\n");
  ReadOptions options;
  options.can_skip = true;
  CHECK(contains(message_of([&] { JsonLinesReader(folder.path(), options).next(); }), "--skip-bad"));
}

TEST_CASE("What is not one object a line is malformed") {
  CHECK(contains(error_of_lines("\n"), "empty"));
  CHECK(contains(error_of_lines("{\"n\":1}\n \t\n"), "part-00000.jsonl:2"));
  CHECK(contains(error_of_lines("[1]\n"), "not a JSON object"));
  CHECK(contains(error_of_lines("7\n"), "not a JSON object"));
  CHECK(contains(error_of_lines("{\"n\":1} {\"n\":2}\n"), "not JSON"));
  CHECK(contains(error_of_lines("{\"n\":NaN}\n"), "not JSON"));
  CHECK(contains(error_of_lines("{\"n\":1e999}\n"), "not JSON"));
  CHECK(contains(error_of_lines("{\"n\":\"caf\xE9\"}\n"), "not JSON"));
  CHECK(contains(error_of_lines("{\"n\":" + std::string(100000, '[')), "64 deep"));
}

TEST_CASE("A key that stands twice is refused, at any depth, and named") {
  CHECK(contains(error_of_lines("{\"n\":1,\"n\":2}\n"), "\"n\""));
  const std::string message = error_of_lines("{\"n\":1}\n{\"n\":1,\"a\":[{\"b\":{\"c\":{\"x\":1},\"c\":2}}]}\n");
  INFO(message);
  CHECK(contains(message, "part-00000.jsonl:2"));
  CHECK(contains(message, "twice"));
  CHECK(contains(message, "\"c\""));
  // Of two objects, or within a text, it is none.
  CHECK(error_of_lines("{\"n\":1,\"a\":{\"n\":2},\"b\":[{\"n\":3},{\"n\":\"n\\\":1\"}]}\n").empty());
}

TEST_CASE("A byte order mark is dropped, and carriage returns alone end lines") {
  const TempFolder folder;
  put(folder / "bom.jsonl", "\xEF\xBB\xBF{\"n\":1}\n{\"n\":2}\n");
  CHECK(read_numbers(folder / "bom.jsonl") == range(1, 2));
  put(folder / "cr.jsonl", "{\"n\":1}\r{\"n\":2}\r{\"n\":3}");
  CHECK(read_numbers(folder / "cr.jsonl") == range(1, 3));
  std::string large;
  for (int i = 1; i <= 60'000; ++i) large += "{\"n\":" + std::to_string(i) + "}\r\n";
  put(folder / "crlf.jsonl", large);
  CHECK(read_numbers(folder / "crlf.jsonl") == range(1, 60'000));
}

TEST_CASE("Shards in another encoding are refused with the command that converts them") {
  const TempFolder folder;
  using namespace std::string_literals;
  put(folder / "a.jsonl", "\xFF\xFE{\0}\0\n\0"s);
  CHECK(contains(message_of([&] { read_numbers(folder / "a.jsonl"); }), "iconv -f UTF-16 -t UTF-8"));
  put(folder / "a.jsonl", "{\0}\0\n\0"s);
  CHECK(contains(message_of([&] { read_numbers(folder / "a.jsonl"); }), "iconv -f UTF-16LE"));
  put(folder / "a.jsonl", "\0{\0}\0\n"s);
  CHECK(contains(message_of([&] { read_numbers(folder / "a.jsonl"); }), "iconv -f UTF-16BE"));
  put(folder / "a.jsonl", "{\0\0\0}\0\0\0"s);
  CHECK(contains(message_of([&] { read_numbers(folder / "a.jsonl"); }), "iconv -f UTF-32LE"));
  const std::string latin = error_of_lines("{\"n\":\"caf\xE9\"}\n");
  CHECK(contains(latin, "part-00000.jsonl:1"));
  CHECK(contains(latin, "iconv -f WINDOWS-1252"));
}

TEST_CASE("What the library of JSON throws while a line is converted is a malformed line") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", numbers(1, 1) + "{\"n\":\"two\"}\n{\"m\":3}\n");
  const auto convert = [](const Json& json) { return json.at("n").get<int>(); };
  JsonLinesReader reader(folder.path());
  CHECK(reader.next_as(convert) == 1);
  const std::string message = message_of([&] { reader.next_as(convert); });
  INFO(message);
  CHECK(contains(message, "part-00000.jsonl:2"));
  CHECK(contains(message_of([&] { reader.next_as(convert); }), "part-00000.jsonl:3"));
  ReadOptions skip;
  skip.skip_bad = true;
  skip.rejects = folder / "rejects.jsonl";
  JsonLinesReader skipping(folder.path(), skip);
  CHECK(skipping.next_as(convert) == 1);
  CHECK_FALSE(skipping.next_as(convert));
  CHECK(skipping.rejected() == 2);
}

TEST_CASE("A document is read with the line of what is wrong") {
  const TempFolder folder;
  put(folder / "a.json", "{\n  \"a\": 1,\n  \"b\": }\n");
  const std::string message = message_of([&] { read_json(folder / "a.json"); });
  INFO(message);
  CHECK(contains(message, "a.json"));
  CHECK(contains(message, "line 3"));
  put(folder / "a.json", "\xEF\xBB\xBF{\"a\": [1]}");
  CHECK(read_json(folder / "a.json") == Json::parse("{\"a\":[1]}"));
}

TEST_CASE("A document is refused unread where it is too long, in one line or many") {
  const TempFolder folder;
  put(folder / "a.json", "{}");
  fs::resize_file(folder / "a.json", (longest_document_mib << 20U) + 1);
  CHECK(contains(message_of([&] { read_json(folder / "a.json"); }), "a.json: the file is too long to be read whole"));
  std::string lines(longest_document_mib << 20U, ' ');
  for (std::size_t at = 0; at < lines.size(); at += std::size_t{1} << 20U) lines[at] = '\n';
  put_gzip(folder / "bomb.json.gz", lines + "{}");
  const std::string message = message_of([&] { read_json(folder / "bomb.json.gz"); });
  CHECK(contains(message, "bomb.json.gz: the file is too long to be read whole"));
  CHECK(contains(message, "expected: at most 64 MiB"));
}

TEST_CASE("A document that is nested too deep is refused with its name") {
  const TempFolder folder;
  put(folder / "a.json", std::string(100'000, '['));
  CHECK(contains(message_of([&] { read_json(folder / "a.json"); }), "a.json: nested more than 64 deep"));
  CHECK(json_or_discarded(std::string(100'000, '[')).is_discarded());
  CHECK(ordered_json_or_discarded(std::string(100'000, '{')).is_discarded());
  CHECK_FALSE(is_json(std::string(65, '[') + std::string(65, ']')));
  CHECK(is_json(std::string(64, '[') + std::string(64, ']')));
}

TEST_CASE("Brackets within strings are not depth") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", "{\"n\":1,\"t\":\"\\\"" + std::string(1000, '[') + "\"}\n");
  CHECK(read_numbers(folder.path()) == range(1, 1));
}

TEST_CASE("A torn last line says that the file is truncated and how to repair it") {
  for (const std::string tail : {"{\"n\":", "{\"n\":2}"}) {
    const std::string message = error_of_lines("{\"n\":1}\n" + tail);
    INFO(message);
    CHECK(contains(message, "part-00000.jsonl:2"));
    CHECK(contains(message, "truncated"));
    CHECK(contains(message, "start the stage that wrote it again"));
  }
}

TEST_CASE("A truncated or damaged gzip file is an error, even where bad lines are skipped") {
  const TempFolder folder;
  const fs::path file = folder / "part-00000.jsonl.gz";
  put_gzip(file, numbers(1, 2000));
  const std::string whole = get(file);
  ReadOptions skip;
  skip.skip_bad = true;
  skip.rejects = folder / "rejects.jsonl";
  for (const std::size_t n :
       {std::size_t{0}, std::size_t{1}, std::size_t{9}, std::size_t{20}, whole.size() / 2, whole.size() - 1}) {
    put(file, whole.substr(0, n));
    INFO("cut to " << n);
    CHECK(contains(message_of([&] { read_numbers(folder.path()); }), "truncated"));
    CHECK(contains(message_of([&] { read_numbers(folder.path(), skip); }), "part-00000.jsonl.gz"));
  }
  std::string damaged = whole;
  damaged[whole.size() / 2] = static_cast<char>(damaged[whole.size() / 2] ^ 0x55);
  put(file, damaged);
  CHECK(error_of([&] { read_numbers(folder.path()); }));
}

TEST_CASE("Skipped lines go to the rejects with file, line, reason and text") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", "{\"n\":1}\nbad \xFF\n{\"n\":2}\n\n");
  put(folder / "part-00001.jsonl", "{\"n\":3}\n{\"n\"");
  put(folder / "rejects.jsonl", "of an earlier run\n");
  ReadOptions options;
  options.skip_bad = true;
  options.rejects = folder / "rejects.jsonl";
  JsonLinesReader reader(folder.path(), options);
  std::vector<int> out;
  while (const auto json = reader.next()) out.push_back(json->at("n").get<int>());
  CHECK(out == range(1, 3));
  CHECK(reader.rejected() == 3);
  std::vector<Json> rejects;
  JsonLinesReader again(options.rejects);
  while (auto json = again.next()) rejects.push_back(std::move(*json));
  REQUIRE(rejects.size() == 3);
  CHECK(rejects[0].at("file") == "part-00000.jsonl");
  CHECK(rejects[0].at("line") == 2);
  CHECK(contains(rejects[0].at("why"), "not JSON"));
  CHECK(contains(rejects[0].at("text"), "bad"));
  CHECK(rejects[1].at("line") == 4);
  CHECK(contains(rejects[1].at("why"), "empty"));
  CHECK(rejects[2].at("text") == "{\"n\"");
  CHECK(contains(rejects[2].at("why"), "ends within"));
}

TEST_CASE("Skipping needs a place for what is skipped") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", numbers(1, 1));
  ReadOptions options;
  options.skip_bad = true;
  CHECK_THROWS_AS(read_numbers(folder.path(), options), Error);
}

TEST_CASE("A record that is refused is a malformed line") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", to_line(to_json(full_record())) + "\n{\"intent_id\":\"1\",\"intent\":7}\n");
  const std::string message = message_of([&] { read_records(folder.path()); });
  INFO(message);
  CHECK(contains(message, "part-00000.jsonl:2"));
  CHECK(contains(message, "\"intent\""));
  ReadOptions options;
  options.skip_bad = true;
  options.rejects = folder / "rejects.jsonl";
  CHECK(read_records(folder.path(), options).size() == 1);
  CHECK(read_intents(folder.path(), options).size() == 1);
}

TEST_CASE("An error that is not the line's passes through") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", numbers(1, 2));
  ReadOptions options;
  options.skip_bad = true;
  options.rejects = folder / "rejects.jsonl";
  JsonLinesReader reader(folder.path(), options);
  const auto full = error_of([&] { reader.next_as([](const Json&) -> int { throw failure("the disk is full"); }); });
  REQUIRE(full);
  CHECK(full->kind() == ErrorKind::failure);
  CHECK(reader.rejected() == 0);
}

TEST_CASE("The position names shard and line") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", numbers(1, 1));
  put(folder / "part-00001.jsonl", numbers(2, 3));
  JsonLinesReader reader(folder.path());
  for (int i = 0; i < 3; ++i) reader.next();
  CHECK(reader.position() == "part-00001.jsonl:2");
}

TEST_CASE("A line of JSON that would take much memory is refused, or set aside, before it is parsed") {
  const TempFolder folder;
  const std::string large = "{\"n\":[" + std::string(std::size_t{8} << 20, ' ') + "]}\n";
  put(folder / "part-00000.jsonl", numbers(1, 1) + large + numbers(3, 3));
  const std::string message = message_of([&] { read_numbers(folder.path()); });
  CHECK(contains(message, "part-00000.jsonl:2: malformed line: the line of JSON is longer than 8 MiB"));
  CHECK(read_numbers(folder.path(), {true, folder / "rejects.jsonl"}) == std::vector<int>{1, 3});
}

TEST_CASE("A line longer than a buffer is read whole") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", "{\"n\":1,\"t\":\"" + std::string(1 << 20, 'x') + "\"}\n" + numbers(2, 2));
  CHECK(read_numbers(folder.path()) == range(1, 2));
}
