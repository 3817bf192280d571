// Shares of a synthesis, when they come together again.
#include "udrl/data/shares.hpp"

#include "../../base/files/temp_folder.hpp"
#include "catch.hpp"
#include "udrl/base/error.hpp"

using namespace udrl::data;
using udrl::test::TempFolder;

namespace {

/// A folder that a job of a synthesis wrote.
std::string share_in(const TempFolder& folder, const std::string& share, bool complete = true,
                     const std::string& model = "a") {
  Manifest manifest;
  manifest.stage = "synthesize";
  manifest.config = {{"temperatures", {0.7}}, {"shard", share}};
  manifest.models["teacher"] = model;
  manifest.complete = complete;
  note_share(manifest, share);
  const auto place = folder.path() / (model + share.substr(0, share.find('/')));
  std::filesystem::create_directories(place);
  write_manifest(place, manifest);
  return place.string();
}

/// What a later stage's manifest says of them.
Manifest together(const std::vector<std::string>& folders) {
  Manifest manifest;
  note_shares_of(manifest, folders);
  return manifest;
}

std::string refusal(const Manifest& manifest) {
  try {
    require_whole(manifest);
  } catch (const udrl::Error& error) {
    CHECK(error.exit_code() == 2);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("shares that are all there are whole, and so is what was never shared") {
  const TempFolder folder;
  CHECK(refusal(together({share_in(folder, "1/3"), share_in(folder, "2/3"), share_in(folder, "3/3")})).empty());
  CHECK(refusal(together({share_in(folder, "")})).empty());
  CHECK(refusal(together({(folder.path() / "no-such-folder").string()})).empty());
}

TEST_CASE("a share that is missing, unfinished or there twice is named") {
  const TempFolder folder;
  const std::string first = share_in(folder, "1/4"), third = share_in(folder, "3/4");
  const std::string missing = refusal(together({first, third}));
  CHECK(missing.find("2/4, 4/4") != std::string::npos);
  const std::string unfinished = refusal(together({share_in(folder, "1/2"), share_in(folder, "2/2", false)}));
  CHECK(unfinished.find("2/2") != std::string::npos);
  CHECK_THROWS_AS(together({first, first}), udrl::Error);
}

TEST_CASE("a share of more than there can be, or one that lacks a field, is refused") {
  CHECK_THROWS_AS(parse_share("1/18446744073709551615"), udrl::Error);
  CHECK_THROWS_AS(parse_share("1/100001"), udrl::Error);
  CHECK(parse_share("100000/100000").of == 100000);
  for (const char* shares : {R"([{"run": "a"}])", R"({"a": 1})", R"([{"run": "a", "share": "1/2", "complete": 3}])",
                             R"([{"run": "a", "share": "3/2"}])", "[3]"}) {
    Json json = to_json(Manifest{});
    json["shares"] = Json::parse(shares);
    CHECK_THROWS_AS(manifest_from_json(json), udrl::Error);
  }
}

TEST_CASE("shares are written as they were read") {
  Json json = to_json(Manifest{});
  json["shares"] = Json::parse(
      R"([{"run": "a", "share": "1/2"}, {"run": "a", "share": "2/2", "complete": false},
          {"run": "b", "share": "1/1", "complete": true}])");
  CHECK(to_json(manifest_from_json(json)) == json);
}

TEST_CASE("shares of two runs are not mixed up") {
  const TempFolder folder;
  const std::string one = share_in(folder, "1/2"), other = share_in(folder, "2/2", true, "b");
  CHECK_FALSE(refusal(together({one, other})).empty());
  CHECK(refusal(together({one, share_in(folder, "2/2"), other, share_in(folder, "1/2", true, "b")})).empty());
}

TEST_CASE("what is missing is known through the stages between") {
  const TempFolder folder;
  std::vector<std::string> scored;
  for (const char* share : {"1/3", "2/3"}) {
    Manifest manifest = together({share_in(folder, share)});
    manifest.stage = "score";
    manifest.complete = true;
    scored.push_back((folder.path() / ("scored" + std::to_string(scored.size()))).string());
    std::filesystem::create_directories(scored.back());
    write_manifest(scored.back(), manifest);
  }
  CHECK(refusal(together(scored)).find("3/3") != std::string::npos);
}
