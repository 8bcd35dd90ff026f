#pragma once

#include <string>
#include <vector>

#include "command_table.h"
#include "settings.h"

// The only part that knows how options are typed.

using Arguments = std::vector<std::string>;  // without the program's and the command's name

enum class Parsed {
  kOk,
  kHelp,   // --help was asked for and printed
  kUsage,  // the fault was reported on stderr
};

// Reads what was typed behind the command's name; what was not comes from the configuration.
Parsed ReadArguments(const CommandSpec& command, const Arguments& arguments, Settings* settings);

// What `weir COMMAND --help` prints.
std::string CommandHelp(const CommandSpec& command);

// Reports a fault of the command line; returns the exit code.
int UsageError(const std::string& message);
