// Orders of many threads, answered by one.
#include "desk/desk.hpp"

#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "catch.hpp"
#include "lm/fake_model.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::serve;

namespace {

lm::Request request(const std::string& id) {
  lm::Request one;
  one.id = id;
  one.prompt = {{" " + id, false}};
  return one;
}

/// Runs a desk in a thread of its own until it is left.
class Open {
 public:
  explicit Open(Desk& desk) : running_(std::async(std::launch::async, [&desk] { desk.run(); })) {}
  ~Open() { close(); }
  void close() {
    if (!running_.valid()) return;
    request_stop();
    try {
      running_.get();
    } catch (const Error&) {
    }
    request_stop(false);
  }

 private:
  std::future<void> running_;
};

}  // namespace

TEST_CASE("orders of many threads are each answered, whatever their ids") {
  lm::testing::FakeModel model;
  Desk desk(model, 10'000);
  Open open(desk);
  std::vector<std::thread> clients;
  std::mutex lock;
  std::multiset<std::string> texts;
  for (int client = 0; client < 8; ++client)
    clients.emplace_back([&, client] {
      for (int i = 0; i < 50; ++i) {
        std::promise<lm::Completion> answered;
        lm::Request one = request("same");
        one.sampling.seed = static_cast<std::uint64_t>(client);
        if (desk.take({{one, [&](lm::Completion done) { answered.set_value(std::move(done)); }}}) != Taken::yes) return;
        const lm::Completion completion = answered.get_future().get();
        const std::scoped_lock guard(lock);
        texts.insert(completion.text);
      }
    });
  for (auto& client : clients) client.join();
  for (int client = 0; client < 8; ++client)
    CHECK(texts.count("A quiet scene about  same number " + std::to_string(client)) == 50);
  CHECK(desk.waiting() == 0);
  CHECK(desk.being_written() == 0);
}

TEST_CASE("of orders that are too many none is taken") {
  lm::testing::FakeModel model;
  Desk desk(model, 3);
  int done = 0;
  const Order one{request("a"), [&](const lm::Completion&) { ++done; }};
  CHECK(desk.take({one, one}) == Taken::yes);
  CHECK(desk.take({one, one}) == Taken::too_many_wait);
  CHECK(desk.waiting() == 2);
  CHECK(desk.take({one}) == Taken::yes);
  CHECK(desk.take({one}) == Taken::too_many_wait);
}

TEST_CASE("a request of many answers does not hold up one of a single answer") {
  lm::testing::FakeModel model;
  Desk desk(model, 100);
  std::promise<void> all;
  int left = 13;
  const auto orders = [&](const std::string& id, std::size_t count) {
    return std::vector<Order>(count, {request(id), [&](const lm::Completion&) {
                                        if (--left == 0) all.set_value();
                                      }});
  };
  REQUIRE(desk.take(orders("many", 10)) == Taken::yes);
  REQUIRE(desk.take(orders("one", 1)) == Taken::yes);
  REQUIRE(desk.take(orders("two", 2)) == Taken::yes);
  CHECK(desk.waiting() == 13);
  Open open(desk);
  all.get_future().get();
  std::vector<std::string> first;
  for (std::size_t i = 0; i < 6; ++i) first.push_back(model.asked[i].id);
  CHECK(first == std::vector<std::string>{"many", "one", "two", "many", "two", "many"});
}

TEST_CASE("what nobody wants any more is not written") {
  lm::testing::FakeModel model;
  Desk desk(model, 10);
  std::promise<lm::Completion> unwanted, wanted;
  Order given_up{request("a"), [&](lm::Completion done) { unwanted.set_value(std::move(done)); }};
  given_up.request.written = [](const lm::Written&) { return false; };
  REQUIRE(desk.take({given_up, {request("b"), [&](lm::Completion done) { wanted.set_value(std::move(done)); }}}) ==
          Taken::yes);
  Open open(desk);
  CHECK(unwanted.get_future().get().finish == lm::Finish::cancelled);
  CHECK(wanted.get_future().get().finish == lm::Finish::stop);
  CHECK(model.asked_ids() == std::set<std::string>{"b"});
}

TEST_CASE("where the server stops, each order is told so, and none is taken after") {
  lm::testing::FakeModel model;
  Desk desk(model, 10);
  std::promise<lm::Completion> told;
  request_stop();
  const Order one{request("a"), [&](lm::Completion done) { told.set_value(std::move(done)); }};
  REQUIRE(desk.take({one}) == Taken::yes);
  desk.run();
  request_stop(false);
  const lm::Completion completion = told.get_future().get();
  CHECK(completion.finish == lm::Finish::error);
  CHECK(completion.cause == "the server is stopping");
  CHECK(desk.take({one}) == Taken::is_closed);
}

TEST_CASE("where the model fails, so does the desk, and nobody waits for ever") {
  lm::testing::FakeModel model;
  model.answer = [](const lm::Request&) -> std::string { throw failure("no memory"); };
  Desk desk(model, 10);
  std::promise<lm::Completion> told;
  REQUIRE(desk.take({{request("a"), [&](lm::Completion done) { told.set_value(std::move(done)); }}}) == Taken::yes);
  CHECK_THROWS_AS(desk.run(), Error);
  CHECK(told.get_future().get().finish == lm::Finish::error);
}
