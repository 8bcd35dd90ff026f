#pragma once

// Memory in huge pages, where the system has them: a snapshot forks the process, and the time of a
// fork is that of copying its table of pages. The C library decides this when a process starts, so
// the first call begins the program anew, with the same arguments and process number. To be called
// before anything is read or opened.
void UseHugePages();
