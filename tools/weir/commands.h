#pragma once

#include "command_line.h"

// Each runs a command and returns the exit code.
int RunCommand(const Arguments& arguments);
int OneLinerCommand(const Arguments& arguments);
int CheckCommand(const Arguments& arguments);
int ExplainCommand(const Arguments& arguments);
int TestCommand(const Arguments& arguments);
int NewCommand(const Arguments& arguments);
int HelpCommand(const Arguments& arguments);

// The commands that `weir help` lists.
std::vector<std::string> CommandNames();
