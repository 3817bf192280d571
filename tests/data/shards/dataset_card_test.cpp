#include "shards/dataset_card.hpp"

#include "catch.hpp"
#include "data/support.hpp"
#include "udrl/data/output_folder.hpp"

using namespace udrl::data;
using namespace udrl::data::testing;

namespace {

const std::string head = "---\nconfigs:\n- config_name: default\n  data_files:\n";

void finish(const fs::path& folder) {
  Manifest manifest;
  manifest.stage = "synthesize";
  OutputFolder out(folder, manifest);
  put(folder / "part-00000.jsonl", "{}\n");
  out.finish();
}

}  // namespace

TEST_CASE("a finished folder says which of its files are data") {
  const TempFolder folder;
  finish(folder.path() / "samples");
  CHECK(get(folder.path() / "samples" / "README.md")
            .starts_with(head + "  - split: train\n    path: \"part-*.jsonl*\"\n---\n"));
}

TEST_CASE("the folders of tagged/ are splits, train first; what is empty is none") {
  const TempFolder folder;
  for (const char* split : {"valid", "train", "test_groups"}) put(folder.path() / split / "part-00000.jsonl", "{}\n");
  put(folder.path() / "test" / "part-00000.jsonl", "");
  put(folder.path() / "other" / "notes.txt", "x");
  write_dataset_card(folder.path(), "tag");
  CHECK(get(folder.path() / "README.md")
            .starts_with(head + "  - split: train\n    path: \"train/part-*.jsonl*\"\n"
                                "  - split: test_groups\n    path: \"test_groups/part-*.jsonl*\"\n"
                                "  - split: valid\n    path: \"valid/part-*.jsonl*\"\n---\n"));
}

TEST_CASE("a card of somebody else stays, and a folder without records gets none") {
  const TempFolder folder;
  write_dataset_card(folder.path(), "train");
  CHECK_FALSE(fs::exists(folder.path() / "README.md"));
  put(folder.path() / "README.md", "mine");
  finish(folder.path() / "samples");
  put(folder.path() / "part-00000.jsonl", "{}\n");
  write_dataset_card(folder.path(), "score");
  CHECK(get(folder.path() / "README.md") == "mine");
  write_dataset_card(folder.path() / "samples", "score");  // its own is written again
  CHECK(get(folder.path() / "samples" / "README.md").find("`score`") != std::string::npos);
}
