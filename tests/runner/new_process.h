#pragma once

#include <string>
#include <vector>

// Golden files with a process of its own for each step of each app: nothing goes from one to the
// next but the saved state. Prints what differs; true if nothing does.
bool PlayInNewProcesses(const std::vector<std::string>& paths);

// What such a process does: FILE, number of the case, number of the step, file with the state
// before (empty: none), file for the state behind. Prints the lines of the step; the exit code.
int PlayOneStep(const std::vector<std::string>& arguments);
