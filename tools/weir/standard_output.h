#pragma once

#include <string>
#include <string_view>

#include "weir/outcome.h"

// Lines to standard output, in large pieces; SIGPIPE must be ignored.
class StandardOutput {
 public:
  // False once nobody reads, or a write failed.
  bool Write(std::string_view bytes);
  // Writes what is left. kIo tells of the first failure; that nobody reads is none.
  weir::Outcome Flush();

 private:
  void WriteBuffer();

  std::string buffer_;
  bool reader_gone_ = false;
  weir::Outcome failure_;
};
