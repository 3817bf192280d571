// Manifests come back as written, and a folder of other settings is refused key by key.
#include "catch.hpp"
#include "data/support.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/output_folder.hpp"
#include "udrl/data/record_stream.hpp"
#include "udrl/data/shards.hpp"

using namespace udrl;
using namespace udrl::data;
using namespace udrl::data::testing;

namespace {

Manifest example() {
  Manifest manifest;
  manifest.stage = "synthesize";
  manifest.tool_version = "udrl 0.1.0";
  manifest.command_line = "udrl-distill synthesize";
  manifest.config = Json::parse(R"({"temperatures": [0.6, 0.8], "model": {"slots": 32}})");
  manifest.seed = 7;
  manifest.models = {{"teacher", "abc"}};
  manifest.inputs = {{"intents", "def"}};
  manifest.counts = {{"stop", 10}, {"length", 2}};
  return manifest;
}

}  // namespace

TEST_CASE("A stage's manifest begins with what it was run with") {
  Observer observer;
  const RunContext context{observer, "udrl-distill", "udrl-distill tag --bins 5", "{}", R"({"bins": 5})"};
  const Manifest manifest = manifest_of("tag", context);
  CHECK(manifest.stage == "tag");
  CHECK(manifest.tool_version == version());
  CHECK(manifest.command_line == "udrl-distill tag --bins 5");
  CHECK(manifest.config.at("bins") == 5);
  CHECK_FALSE(manifest.complete);
}

TEST_CASE("A manifest comes back as it was written") {
  const TempFolder folder;
  Manifest manifest = example();
  manifest.complete = true;
  CHECK_FALSE(has_manifest(folder.path()));
  write_manifest(folder.path(), manifest);
  CHECK(has_manifest(folder.path()));
  const Manifest back = read_manifest(folder.path());
  CHECK(to_json(back) == to_json(manifest));
  CHECK(back.counts.at("length") == 2);
  CHECK(back.complete);
  CHECK(to_json(back).at("schema_version") == schema_version);
  CHECK(to_json(back).at("normalisation_version") == normalisation_version);
}

TEST_CASE("The same settings go on in the folder, with the counts of the earlier run") {
  const TempFolder folder;
  Manifest wanted = example();
  wanted.complete = true;
  Manifest opened = OutputFolder(folder / "out", wanted).manifest;
  CHECK_FALSE(opened.complete);
  opened.counts["stop"] = 99;
  write_manifest(folder / "out", opened);
  wanted.tool_version = "udrl 0.2.0";
  wanted.command_line = "another";
  CHECK(OutputFolder(folder / "out", wanted).manifest.counts.at("stop") == 99);
}

TEST_CASE("Other settings are refused and each difference is named") {
  const TempFolder folder;
  OutputFolder(folder.path(), example());
  put(folder / "part-00000.jsonl", "{}\n");
  Manifest other = example();
  other.config = Json::parse(R"({"temperatures": [0.7], "model": {"slots": 16}, "top_p": 0.9})");
  other.seed = 8;
  other.models["teacher"] = "xyz";
  other.inputs.clear();
  const auto error = error_of([&] { OutputFolder(folder.path(), other); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::user);
  const std::string message = error->what();
  INFO(message);
  CHECK(contains(message, "temperatures: was [0.6,0.8], now [0.7]"));
  CHECK(contains(message, "model.slots: was 32, now 16"));
  CHECK(contains(message, "top_p: was not set, now 0.9"));
  CHECK(contains(message, "seed: was 7, now 8"));
  CHECK(contains(message, "model teacher: was abc, now xyz"));
  CHECK(contains(message, "input intents: was def, now not set"));
  CHECK(contains(message, folder.path().string()));
  CHECK_FALSE(error->cure().empty());
}

TEST_CASE("A run that wrote nothing yet does not hold its folder") {
  const TempFolder folder;
  Manifest other = example();
  other.seed = 8;
  OutputFolder(folder.path(), example());
  put(folder / "rejects.jsonl", "{}\n");
  CHECK(OutputFolder(folder.path(), other).manifest.seed == 8);
  CHECK(read_manifest(folder.path()).seed == 8);

  other.complete = true;
  write_manifest(folder.path(), other);
  CHECK_FALSE(message_of([&] { OutputFolder(folder.path(), example()); }).empty());
}

TEST_CASE("Another stage or normalisation is a difference, a version is not") {
  Manifest other = example();
  other.tool_version = "other";
  other.counts.clear();
  CHECK(differences(example(), other).empty());
  other.normalisation += 1;
  REQUIRE(differences(example(), other).size() == 1);
  CHECK(contains(differences(example(), other)[0], "normalisation_version: was "));
  other.stage = "score";
  other.config = Json::object();
  CHECK(differences(example(), other) == std::vector<std::string>{"stage: was \"synthesize\", now \"score\""});
}

TEST_CASE("Shards without a manifest are not written into") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl", "{}\n");
  CHECK(contains(message_of([&] { OutputFolder(folder.path(), example()); }), "no manifest.json"));
  CHECK(get(folder / "part-00000.jsonl") == "{}\n");
}

TEST_CASE("An output is one writer's as long as it is open, and no other finds out less or changes anything") {
  const TempFolder folder;
  const fs::path out = folder / "out";
  OutputFolder first(out, example());
  put(out / "part-00000.jsonl", "{}\n{\"torn");
  put(out / "part-00001.jsonl.gz.tmp", "half");
  put(out / ".table.json.tmp-1-2", "half");
  const auto refused = error_of([&] { OutputFolder second(out, example()); });
  REQUIRE(refused);
  CHECK(refused->kind() == ErrorKind::user);
  CHECK(contains(refused->what(), "another process is writing into this folder"));
  CHECK(refused->where() == out.string());
  CHECK(contains(refused->cure(), "choose another output folder"));
  CHECK(error_of([&] { ShardWriter other(out); }));
  CHECK(get(out / "part-00000.jsonl") == "{}\n{\"torn");
  CHECK(fs::exists(out / "part-00001.jsonl.gz.tmp"));
  CHECK(fs::exists(out / ".table.json.tmp-1-2"));

  ShardWriter mine(first);  // the holder itself writes, and repairs
  CHECK(get(out / "part-00000.jsonl") == "{}\n");
}

TEST_CASE("What killed runs left in an output goes with the next run of the same settings") {
  const TempFolder folder;
  const fs::path out = folder / "out";
  for (const bool same : {false, true}) {
    OutputFolder(out, example()).finish();
    put(out / "part-00001.jsonl.gz.tmp", "half");
    put(out / ".table.json.tmp-1-2", "half");
    put(out / ".mine.tmp-x", "of someone else");
    Manifest wanted = example();
    if (!same) wanted.seed += 1;
    CHECK(error_of([&] { OutputFolder(out, wanted); }).has_value() != same);
    CHECK(fs::exists(out / "part-00001.jsonl.gz.tmp") != same);
    CHECK(fs::exists(out / ".table.json.tmp-1-2") != same);
    CHECK(fs::exists(out / ".mine.tmp-x"));
  }
}

TEST_CASE("A manifest that cannot be read names the file and the reason") {
  const TempFolder folder;
  CHECK(contains(message_of([&] { read_manifest(folder.path()); }), "no manifest.json"));
  put(folder / "manifest.json", "{\"stage\":");
  CHECK(contains(message_of([&] { read_manifest(folder.path()); }), "manifest.json"));
  Json json = to_json(example());
  json["seed"] = "seven";
  put(folder / "manifest.json", json.dump());
  const std::string message = message_of([&] { read_manifest(folder.path()); });
  CHECK(contains(message, "\"seed\""));
  CHECK(contains(message, "manifest.json"));
  json = to_json(example());
  json["schema_version"] = schema_version + 1;
  put(folder / "manifest.json", json.dump());
  CHECK(contains(message_of([&] { read_manifest(folder.path()); }), "newer"));
}

TEST_CASE("The hash of an input follows its content and names, not its place or manifest") {
  const TempFolder folder;
  put(folder / "a/part-00000.jsonl", "{\"x\":1}\n");
  put(folder / "b/part-00000.jsonl", "{\"x\":1}\n");
  put(folder / "b/manifest.json", "{}");
  const std::string hash = hash_input(folder / "a");
  CHECK(hash.size() == 64);
  CHECK(hash_input(folder / "b") == hash);
  put(folder / "b/part-00001.jsonl", "{\"x\":2}\n");
  CHECK(hash_input(folder / "b") != hash);
  put(folder / "a/part-00000.jsonl", "{\"x\":2}\n");
  CHECK(hash_input(folder / "a") != hash);
  CHECK(hash_input(folder / "a/part-00000.jsonl").size() == 64);
  CHECK(hash_input(folder.path()).size() == 64);  // of the shards one folder down
  CHECK_THROWS_AS(hash_input(folder / "none"), Error);
}

TEST_CASE("Where an endpoint is served is no difference, its model's name is") {
  Manifest before = example(), now = example();
  before.config["teacher.url"] = "http://127.0.0.1:8000/v1";  // older versions kept it
  before.config["teacher.api_key_env"] = "ONE_KEY";
  before.config["teacher.http_model"] = now.config["teacher.http_model"] = "llama";
  CHECK(differences(before, now).empty());
  now.config["teacher.http_model"] = "other";
  REQUIRE(differences(before, now).size() == 1);
  CHECK(contains(differences(before, now)[0], "teacher.http_model"));
  before = now = example();
  now.config["teacher.extra"]["url"] = "http://picture";  // a field of the request
  CHECK(differences(before, now).size() == 1);
}

TEST_CASE("A folder in which every request failed is begun anew with other settings") {
  const TempFolder folder;
  { const OutputFolder first(folder.path(), example()); }
  put(folder / "failures.json", "{}\n");
  Manifest other = example();
  other.config["teacher.leave_out"] = {"seed"};
  CHECK_NOTHROW(OutputFolder(folder.path(), other));
}

TEST_CASE("The same records cannot be given twice, under whatever name") {
  const TempFolder folder;
  for (const char* name : {"a", "b", "other"})
    ShardWriter(folder.path() / name).append({{"n", std::string(name) == "other" ? 1 : 2}});
  const auto input = [&](const char* name) { return (folder.path() / name).string(); };
  CHECK(hash_inputs({input("a"), input("other")}).size() == 2);
  CHECK_THROWS_AS(hash_inputs({input("a"), input("a")}), udrl::Error);
  CHECK_THROWS_AS(hash_inputs({input("a"), input("other"), input("b")}), udrl::Error);
}
