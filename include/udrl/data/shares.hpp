// Shares of a synthesis (`--shard i/n`): which of them a folder holds, and whether all of them are there when they come
// together. Not for: shards, the files of one folder (shards.hpp).
#pragma once

#include <string>
#include <vector>

#include "udrl/base/observer.hpp"
#include "udrl/data/manifest.hpp"

namespace udrl::data {

/// "3/16"; "" is 1/1. Throws `Error` (user) for anything else.
Share parse_share(const std::string& text);
std::string to_text(const Share& share);

/// Writes into a synthesis's manifest which share it is, and of which run: what all shares of a run have in common.
/// Nothing for the whole.
void note_share(Manifest& manifest, const std::string& share);
/// Writes into a later stage's manifest which shares its input folders hold. Throws `Error` (user) where one is there
/// twice.
void note_shares_of(Manifest& manifest, const std::vector<std::string>& inputs);
/// Throws `Error` (user) naming the shares that a manifest lacks to be whole, and those that are not complete.
void require_whole(const Manifest& manifest);

/// Says of each input that an earlier stage has not finished it: what it lacks is not there.
void note_unfinished(const std::vector<std::string>& inputs, Observer& observer);

}  // namespace udrl::data
