#pragma once

namespace weir {

// A part of the language that is neither function nor window: `weir help NAME` tells of it.
struct TopicSpec {
  const char* name;     // "pattern"
  const char* summary;  // a few sentences
  const char* rules;    // of the grammar, separated by spaces; may be empty
  // An app that runs on event time, its input lines, and all that it prints.
  const char* app;
  const char* input;
  const char* output;
};

}  // namespace weir
