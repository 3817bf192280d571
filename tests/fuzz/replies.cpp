// What an endpoint replies, whatever it is.
#include "lm/http/replies.hpp"

#include "fuzz.hpp"

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
  return fuzz::expect_error_at_most([&] { (void)lm::read_embeddings(reply, 2); });
}
