// The tagged records as token ids, in a file that is mapped into memory: made once for a tokenizer and a set of shards,
// so that millions of records train in flat memory. Not for: what a sequence holds (sequences.hpp), or its order
// (batches.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/base/observer.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/student/tokenizer.hpp"

namespace udrl::train {

/// A token as it is stored: vocabularies have at most 65,536 pieces.
using TokenId = std::uint16_t;

/// One record. Texts are as they stand in a sequence: normalised, with a leading space.
struct StoredSample {
  std::string_view id;
  std::span<const TokenId> intent, subject, answer;
  int task_index = 0, return_bin = 0;
  std::span<const std::uint16_t> auxiliary;  ///< bins of the auxiliary returns
};

/// A file of samples, read only. Safe to share between threads.
class TokenStore {
 public:
  /// Throws `Error` (user) where the file is not a whole store of ids below `vocabulary`. Reads all of it once.
  explicit TokenStore(const std::filesystem::path& file, int vocabulary = 1 << 16);
  ~TokenStore();
  TokenStore(TokenStore&&) noexcept;

  std::uint32_t size() const;
  StoredSample operator[](std::uint32_t record) const;
  /// Who wrote the answers, each once, sorted.
  const std::vector<std::string>& teachers() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What a store is made of.
struct TokenSource {
  std::filesystem::path shards;  ///< a folder of tagged records
  std::string hash;              ///< of the records and of `fitted`
  const command::Fitted& fitted;
  const student::Tokenizer& tokenizer;
};

/// The store of `source` in `folder`, made by all cores where it is not there yet, or damaged; its name says what it
/// was made of. Throws `Error` (user) for a record that is of no use, and as `write_file_atomic` does.
TokenStore open_token_store(const std::filesystem::path& folder, const TokenSource& source, Observer& observer);

/// Plain text: a file or folder of text files and JSON lines.
struct PlainSource {
  std::filesystem::path texts;
  std::string hash;        ///< of the texts
  int context_length = 0;  ///< of the model: <s> and a piece fill them at most
  const student::Tokenizer& tokenizer;
};

/// As `open_token_store`. A record is a piece of a document: its tokens are in `answer`, </s> at the document's end
/// included; its id is the place, "notes.txt:12". Throws `Error` (user) with file and line for what is no text.
TokenStore open_plain_store(const std::filesystem::path& folder, const PlainSource& source, Observer& observer);

}  // namespace udrl::train
