// What a client's JSON asks for. Not for: answering it (desk/service.hpp).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "udrl/data/fields.hpp"
#include "udrl/inference/answers.hpp"

namespace udrl::serve {

/// A request for completions.
struct Wish {
  std::vector<inference::Ask> asks;  ///< one of each prompt
  inference::Drawing drawing;
  bool streams = false;
  bool wants_usage = false;  ///< at the end of a stream
  std::string model;         ///< as the client calls it
};

/// A request for what a text box shows while somebody types.
struct TypeAhead {
  std::string client;                ///< a later request of the same one supersedes this; "": none does
  std::vector<inference::Ask> asks;  ///< one of each task
  inference::Drawing drawing;        ///< one answer of each ask, with `best_of` the best of so many
  int next_words = 0;                ///< an answer ends after so many; 0: where it ends
};

/// Reads requests. Errors are `Error` (user) that name the field.
class WishReader {
 public:
  /// `fitted` must outlive it. `task` is meant where a client names none.
  WishReader(const command::Fitted& fitted, std::string name, std::string task, int most_answers);

  /// The body of /v1/completions: a prompt is an intent.
  Wish completion(const data::Json& body) const;
  /// The body of /v1/chat/completions, read as the student's chat template reads messages: the last user's message is
  /// the intent, an assistant's behind it what is written already, and a system's "task: image, words: 12" commands.
  Wish chat(const data::Json& body) const;
  /// The body of /v1/typeahead.
  TypeAhead type_ahead(const data::Json& body) const;

  const std::string& name() const { return name_; }
  const std::string& task() const { return task_; }
  int most_answers() const { return most_answers_; }

 private:
  inference::Ask usual_ask() const;
  std::pair<Wish, inference::Ask> common_wish(const data::Fields& fields) const;
  std::string task_of_model(const std::string& model) const;
  void check_count(const inference::Drawing& drawing, std::size_t asks, const std::string& of) const;

  const command::Fitted& fitted_;
  std::string name_, task_;
  int most_answers_;
};

}  // namespace udrl::serve
