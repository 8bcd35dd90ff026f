// Settings from a configuration file and from the environment.
#pragma once

#include <string>

#include "command_table.h"
#include "settings.h"
#include "weir/outcome.h"

// The file that --config names, else $XDG_CONFIG_HOME/weir/config ($HOME/.config without it), else
// /etc/weir/config, whichever is there first; empty if none is. Never one of the current folder.
std::string ConfigurationPath(const Settings& settings);

// Adds what the text of a configuration file sets; `path` is for messages. As Configure.
weir::Outcome TakeConfiguration(const std::string& path, const std::string& text,
                                const CommandSpec& command, Settings* settings);

// Adds to what was typed. kUsage, with its place, for a key that is none, a value that does not fit
// or a file that cannot be read.
weir::Outcome Configure(const CommandSpec& command, Settings* settings);
