#pragma once

#include <string>

#include "weir/outcome.h"

// Reads a whole file; kNoInput if there is none or it is a directory.
weir::Outcome ReadTextFile(const std::string& path, std::string* text);

// Makes a pipe, or whatever can be read once only, standard input; *path becomes `-` then.
void TakePipeAsStdin(std::string* path);
