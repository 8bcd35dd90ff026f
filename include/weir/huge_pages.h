#pragma once

namespace weir {

// The program's memory in huge pages, where the system has them: state that is looked up anywhere
// costs a third less, and a snapshot's fork copies a small table of pages. The C library decides
// this when a process starts, so the first call begins the program anew, with the same arguments
// and process number. To be called before anything is read or opened.
void UseHugePages();

}  // namespace weir
