// What a shell completes after a tool's name, from the declared options. Internal.
#pragma once

#include <span>
#include <string>

#include "udrl/base/enum_names.hpp"
#include "udrl/base/tool.hpp"

namespace udrl {

enum class Shell { bash, zsh, fish };
constexpr auto names_of(Shell) { return enum_names("bash", "zsh", "fish"); }

/// A script to be sourced, or put where the shell looks for completions: commands, flags with their meaning (zsh,
/// fish), files and the values of choices.
std::string completion_script(Shell shell, const std::string& tool, std::span<const Subcommand> subcommands);

}  // namespace udrl
