#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/help.h"

namespace weir {

// Appends what is known of the source, sink and codec of that name, with tables of their options.
void DescribeTransports(std::string_view name, std::string* text);

// Names and summaries of a kind: "source", "sink" or "codec"; sorted.
std::vector<BuiltinSummary> ListTransports(std::string_view kind);

// Chapters of the reference, in Markdown.
std::string TransportReference();

}  // namespace weir
