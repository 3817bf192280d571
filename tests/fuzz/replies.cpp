// What an endpoint replies, whatever it is.
#include "lm/http/replies.hpp"

#include "fuzz.hpp"
#include "lm/answer/answer_end.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static const std::vector<std::string> options{"A", "B", "same"};
  lm::HttpReply reply;
  reply.status = 200;
  reply.body = fuzz::text_of(data, size);
  lm::Request request;
  request.sampling.stop = {"\n"};
  (void)lm::words_of(reply);
  (void)lm::embedding_fault(reply);
  (void)lm::token_counts(reply);
  (void)lm::read_choice(reply, options);
  (void)lm::read_completion(request, reply);
  reply.fault = lm::completion_fault(reply);
  (void)lm::read_completion(request, reply);
  reply.fault.clear();
  request.sampling.stop = {"\n", "END"};
  for (const bool object : {false, true}) {
    request.sampling.stop_at_newline = !object;
    request.sampling.stop_after_object = object;
    (void)lm::read_completion(request, reply);
    std::string text = reply.body;
    fuzz::require(lm::settled(text, request.sampling) <= text.size());
    const bool ends = lm::cut_at_end(text, request.sampling);
    fuzz::require(reply.body.starts_with(text) && (ends || text.size() == reply.body.size()));
  }
  return fuzz::expect_error_at_most([&] { (void)lm::read_embeddings(reply, 2); });
}
