// What a page without a server looks up. Not for: the file (tests/tools/export_test.sh).
#include "catch.hpp"
#include "page/asked_table.hpp"
#include "student/tiny.hpp"
#include "udrl/inference/answers.hpp"
#include "udrl/student/gguf_export.hpp"

using namespace udrl;
using namespace udrl::serve;

TEST_CASE("everything that a page may ask is resolved as udrl-generate --nearest does") {
  const tiny::Folder folder;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
  (void)student::export_gguf(folder.path(), {.prove = false});
  const auto student = inference::StudentModel::open(folder.path());
  const data::OrderedJson table = asked_table(student);
  REQUIRE(table.size() == 2);
  REQUIRE(table["image"].size() == 82);
  REQUIRE(table["image"]["18"].size() == 8);  // no returns beside the first, so `top_of_all` is top
  for (const char* words : {"auto", "any", "1", "18", "33", "80"}) {
    for (const char* wanted : {"top", "lowest", "any", "0", "4"}) {
      INFO(words << " words, return " << wanted);
      inference::Ask ask{"holiday sale", "image", words, wanted};
      ask.nearest = true;
      const inference::Resolved resolved = student.resolve(ask);
      const data::OrderedJson& entry = table["image"][words][wanted];
      CHECK(entry["pieces"] == command_pieces(resolved.command));
      CHECK(entry.value("note", "") == resolved.note);
      const lm::Sampling sampling = draw_of(student, ask, resolved.command, {}, 0).request.sampling;
      CHECK(entry["max_tokens"] == sampling.max_tokens);
      CHECK(entry["least_room"] == sampling.least_room);
    }
  }
  CHECK(table["image"]["33"]["top"].contains("note"));
  CHECK(table["image"]["any"]["any"]["words_asked"].is_null());
}
