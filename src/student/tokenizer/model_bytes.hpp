// The bytes of a tokenizer.model, looked through before sentencepiece is given them. Not for: what its pieces are
// (tokenizer.cpp).
#pragma once

#include <string_view>

namespace udrl::student {

enum class ModelBytes {
  plain,
  broken,      ///< no whole message of protobuf
  with_table,  ///< texts are changed by a table (`precompiled_charsmap`) before they are cut, or after they are joined
};

/// Reads only which fields there are; whether they make a model, sentencepiece says. It must not be given a table:
/// 0.1.97 follows the offsets in it wherever they lead, out of the table too.
ModelBytes kind_of(std::string_view model);

}  // namespace udrl::student
