#pragma once

namespace weir {

// Joins the small pages of memory that was meant to have huge ones (advised so, 2 MiB pieces). A
// page that is written while a forked child shares it becomes small, and a fork copies an entry for
// each small page. Takes about as long as copying that memory; other threads go on meanwhile. Does
// nothing where the system cannot (Linux before 6.1).
void CollapseIntoHugePages();

}  // namespace weir
