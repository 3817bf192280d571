// A critic's file, what it says of an answer, and to which student it belongs.
#include "udrl/student/critic.hpp"

#include <fstream>

#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "student/tiny.hpp"

using namespace udrl;
using namespace udrl::student;
using test::contains;
using test::error_of;

namespace {

Critic some() { return {"abc", 0.5, {1, -2, 0.25}, {310, 4960, 0.5, 0.58}}; }

}  // namespace

TEST_CASE("A critic comes back from its file as it was") {
  const tiny::Folder folder;
  save(some(), folder / files::critic);
  const Critic back = load_critic(folder / files::critic);
  CHECK(back.student == "abc");
  CHECK(back.log_prob == 0.5);
  CHECK(back.state == some().state);
  CHECK(back.fit.requests == 310);
  CHECK(back.fit.answers == 4960);
  CHECK(back.fit.correlation == 0.5);
  CHECK(back.fit.gain == 0.58);
}

TEST_CASE("Worth is linear in the log-probability and in the mean state") {
  CHECK(some().worth(-2, std::vector<float>{0, 0, 0}) == Approx(-1));
  CHECK(some().worth(-2, std::vector<float>{3, 1, 4}) == Approx(1));
}

TEST_CASE("A critic is of one student.gguf alone") {
  const tiny::Folder folder;
  CHECK_FALSE(critic_of(folder.path(), "abc"));
  save(some(), folder / files::critic);
  CHECK(critic_of(folder.path(), "abc"));
  CHECK_FALSE(critic_of(folder.path(), "abd"));
}

TEST_CASE("A damaged critic, or one of another version, is refused with its cure") {
  const tiny::Folder folder;
  const auto refused = [&](const std::string& content) {
    std::ofstream(folder / files::critic) << content;
    return error_of([&] { (void)critic_of(folder.path(), "abc"); });
  };
  const std::string fit = R"("fit": {"requests": 1, "answers": 4, "correlation": 0, "gain": 0}})";
  CHECK(contains(refused("{"), "critic.json"));
  CHECK(contains(refused(R"({"version": 2})"), "udrl-distill critic"));
  CHECK(contains(refused(R"({"version": 1, "student": "abc", "log_prob": 1, "state": [1, "x"], )" + fit), "`state`"));
  CHECK(contains(refused(R"({"version": 1, "student": "abc", "log_prob": 1, "state": [1, 1e308], )" + fit), "1e12"));
  CHECK(contains(refused(R"({"version": 1, "student": "abc", "log_prob": null, "state": [1], )" + fit), "`log_prob`"));
  CHECK(contains(refused(R"({"version": 1, "student": "abc", "log_prob": 1, "state": [1]})"), "fit"));
}
