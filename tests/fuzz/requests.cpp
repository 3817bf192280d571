// Bodies of requests to udrl-serve: of completions, of chats, and of what is shown while somebody types.
#include "fuzz.hpp"
#include "serve/wishes/wishes.hpp"

namespace {

const udrl::command::Fitted& commands() {
  static const udrl::command::Fitted fitted = [] {
    udrl::command::Fitted made;
    made.bins = 5;
    made.mentions = true;
    made.auxiliary.push_back({"novelty", 1});
    for (const char* name : {"image", "headline"}) {
      made.tasks.emplace_back();
      made.tasks.back().name = name;
      made.tasks.back().support = udrl::command::Support(5);
      for (int bin = 0; bin < 5; ++bin) made.tasks.back().support.add(12, bin, 50);
    }
    return made;
  }();
  return fitted;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static const serve::WishReader reader(commands(), "tiny", "", 64);
  const auto text = fuzz::text_of(data, size);
  fuzz::expect_error_at_most([&] { (void)reader.completion(data::parse_json(text)); });
  fuzz::expect_error_at_most([&] { (void)reader.chat(data::parse_json(text)); });
  return fuzz::expect_error_at_most([&] { (void)reader.type_ahead(data::parse_json(text)); });
}
