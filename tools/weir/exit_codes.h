#pragma once

#include <string_view>

struct ExitCodeSpec {
  int code;
  std::string_view meaning;
};

inline constexpr ExitCodeSpec kExitCodes[] = {
    {0, "ok; also when nobody reads standard output any more"},
    {1,
     "failed tests, warnings under check --deny-warnings, or errors in what repl reads from a "
     "pipe"},
    {64, "usage: an unknown option, stream or query name"},
    {65, "a bad record under --errors stop"},
    {66, "no such input, or a directory"},
    {70, "internal error: a fault of weir"},
    {73, "an output or the state directory cannot be created"},
    {74, "input or output failed: disk full, failed write"},
    {75, "the state directory is in use by another process"},
    {78, "the app is refused: it has errors, or needs what is not supported yet"},
};

inline constexpr std::string_view kSignals =
    "SIGINT and SIGTERM end a run in order, with exit code 0; a second one stops it at once.";
