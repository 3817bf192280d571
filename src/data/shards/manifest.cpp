// manifest.json: written, read, compared. Not for: the records.
#include "udrl/data/manifest.hpp"

#include <algorithm>
#include <vector>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/shares.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;

using Flat = std::map<std::string, std::string>;

fs::path manifest_file(const fs::path& folder) { return folder / "manifest.json"; }

void flatten(const std::string& name, const Json& value, Flat& out) {
  if (!value.is_object()) {
    out[name] = json_line(value);
    return;
  }
  for (auto it = value.begin(); it != value.end(); ++it) {
    flatten(name.empty() ? it.key() : name + "." + it.key(), it.value(), out);
  }
}

// Where an endpoint is, and who has its key: settings that older manifests hold, and that change nothing that is made.
bool is_place(const std::string& name) {
  const bool is_field = name.find(".extra.") != std::string::npos;  // of a request
  return !is_field && (name.ends_with(".url") || name.ends_with(".api_key_env"));
}

// What must agree for two runs to write the same output. Not the tool's version, the command line or the counts.
Flat decisive(const Manifest& manifest) {
  Flat out;
  flatten("", manifest.config, out);
  std::erase_if(out, [](const auto& entry) { return is_place(entry.first); });
  flatten("seed", manifest.seed, out);
  flatten("schema_version", manifest.schema, out);
  flatten("normalisation_version", manifest.normalisation, out);
  for (const auto& model : manifest.models) out["model " + model.first] = model.second;
  for (const auto& input : manifest.inputs) out["input " + input.first] = input.second;
  return out;
}

std::string value_or_unset(const Flat& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? "not set" : found->second;
}

void check_schema(int schema) {
  if (schema <= schema_version) return;
  throw user_error("the data was written by a newer udrl")
      .expected("schema_version " + std::to_string(schema_version) + " or lower")
      .got(std::to_string(schema))
      .hint("use that version of udrl, or make the data again with this one");
}

std::string hash_shards(const fs::path& folder, const std::vector<fs::path>& shards) {
  std::string listing;
  for (const fs::path& shard : shards) {
    listing += sha256_file(shard) + "  " + shard.lexically_relative(folder).generic_string() + "\n";
  }
  return sha256(listing);
}

// tagged/ holds its shards in train/, valid/ and test/.
std::vector<fs::path> shards_below(const fs::path& folder) {
  std::vector<fs::path> folders, shards;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() && has_shards(entry.path())) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& below : folders) {
    const std::vector<fs::path> found = list_shards(below);
    shards.insert(shards.end(), found.begin(), found.end());
  }
  return shards;
}

Json share_json(const HeldShare& held) {
  Json json = {{"run", held.run}, {"share", to_text(held.share)}};
  if (held.complete) json["complete"] = *held.complete;
  return json;
}

HeldShare share_from(const Json& json) {
  const Fields fields(json, "share");
  HeldShare held{fields.text("run"), parse_share(fields.text("share")), std::nullopt};
  if (fields.has("complete")) held.complete = fields.boolean("complete");
  return held;
}

}  // namespace

std::vector<std::string> differences(const Manifest& was, const Manifest& now) {
  // The settings of two stages have nothing to do with each other.
  if (was.stage != now.stage) return {"stage: was \"" + was.stage + "\", now \"" + now.stage + "\""};
  const Flat before = decisive(was), after = decisive(now);
  Flat names = before;
  names.insert(after.begin(), after.end());
  std::vector<std::string> out;
  for (const auto& entry : names) {
    const std::string old_value = value_or_unset(before, entry.first), new_value = value_or_unset(after, entry.first);
    if (old_value != new_value) out.push_back(entry.first + ": was " + old_value + ", now " + new_value);
  }
  return out;
}

Manifest manifest_of(const std::string& stage, const RunContext& context) {
  Manifest manifest;
  manifest.stage = stage;
  manifest.tool_version = version();
  manifest.command_line = context.command_line;
  manifest.config = parse_json(context.output_config_json);
  return manifest;
}

std::string to_text(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts)
    if (count > 0) text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count);
  return text.empty() ? "none" : text;
}

Json to_json(const Manifest& manifest) {
  Json json = {{"schema_version", manifest.schema},
               {"normalisation_version", manifest.normalisation},
               {"stage", manifest.stage},
               {"tool_version", manifest.tool_version},
               {"command_line", manifest.command_line},
               {"config", manifest.config},
               {"seed", manifest.seed},
               {"models", manifest.models},
               {"inputs", manifest.inputs},
               {"counts", manifest.counts},
               {"complete", manifest.complete}};
  if (!manifest.usage.empty()) json["usage"] = manifest.usage;
  for (const HeldShare& held : manifest.shares) json["shares"].push_back(share_json(held));
  return json;
}

Manifest manifest_from_json(const Json& json) {
  const Fields fields(json, "manifest");
  Manifest manifest;
  manifest.schema = fields.integer("schema_version");
  check_schema(manifest.schema);
  manifest.normalisation = fields.integer("normalisation_version");
  manifest.stage = fields.text("stage");
  manifest.tool_version = fields.text("tool_version");
  manifest.command_line = fields.text("command_line");
  manifest.config = fields.object("config");
  manifest.seed = fields.natural("seed");
  manifest.models = fields.text_map("models");
  manifest.inputs = fields.text_map("inputs");
  manifest.counts = fields.naturals("counts");
  if (json.contains("usage")) manifest.usage = fields.object("usage");
  if (json.contains("shares"))
    for (const Json& share : fields.list("shares")) manifest.shares.push_back(share_from(share));
  manifest.complete = fields.boolean("complete");
  return manifest;
}

bool has_manifest(const fs::path& folder) { return fs::exists(manifest_file(folder)); }

Manifest read_manifest(const fs::path& folder) {
  const fs::path file = manifest_file(folder);
  if (!fs::exists(file)) {
    throw user_error("the folder has no manifest.json")
        .at(folder.string())
        .hint("name the folder that an earlier stage wrote, or run that stage first");
  }
  return read_document(file, "restore the file, or make the folder again", manifest_from_json);
}

void write_manifest(const fs::path& folder, const Manifest& manifest) {
  make_folder(folder);
  write_json(manifest_file(folder), to_json(manifest));
}

std::string hash_input(const fs::path& folder_or_file) {
  if (fs::exists(folder_or_file) && !fs::is_directory(folder_or_file)) return sha256_file(folder_or_file);
  if (fs::is_directory(folder_or_file) && !has_shards(folder_or_file)) {
    const std::vector<fs::path> below = shards_below(folder_or_file);
    if (!below.empty()) return hash_shards(folder_or_file, below);
  }
  return hash_shards(folder_or_file, list_shards(folder_or_file));
}

}  // namespace udrl::data
