// Texts made from the table of commands and options.
#pragma once

#include <string>

// A script for `shell`: bash, zsh or fish.
std::string CompletionScript(const std::string& shell);

// The manual page weir(1), in roff.
std::string ManualPage();

// Every option with its environment variable and key, in Markdown.
std::string OptionReference();
