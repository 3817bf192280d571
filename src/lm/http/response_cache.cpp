// A table of replies: the hash of a request, its status and body.
#include "response_cache.hpp"

#include "udrl/base/files.hpp"

namespace udrl::lm {

std::string ResponseCache::key_of(const HttpJob& job) { return sha256(job.path + "\n" + job.body); }

ResponseCache::ResponseCache(const std::filesystem::path& folder) : database_(folder / file_name) {
  database_.run(
      "CREATE TABLE IF NOT EXISTS responses (request BLOB PRIMARY KEY, status INTEGER, body BLOB) WITHOUT ROWID");
  find_.emplace(database_, "SELECT status, body FROM responses WHERE request = ?");
  keep_.emplace(database_, "INSERT OR IGNORE INTO responses VALUES (?, ?, ?)");
}

std::optional<HttpReply> ResponseCache::find(const std::string& key) {
  find_->reset();
  if (!find_->bind(0, key).step()) return std::nullopt;
  HttpReply reply;
  reply.status = static_cast<long>(find_->whole(0));
  reply.body = find_->bytes(1);
  reply.is_cached = true;
  find_->reset();
  return reply;
}

void ResponseCache::keep(const std::string& key, const HttpReply& reply) {
  keep_->reset();
  keep_->bind(0, key).bind(1, static_cast<std::int64_t>(reply.status)).bind(2, reply.body).step();
  keep_->reset();
}

}  // namespace udrl::lm
