#pragma once

#include <termios.h>

#include <cstddef>
#include <string>
#include <string_view>

// The terminal on standard input and output, key by key while this lives.
class RawTerminal {
 public:
  RawTerminal();
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  bool ok() const { return ok_; }
  size_t columns() const;
  // Waits for a key; empty at the end.
  std::string Read() const;
  void Write(std::string_view text) const;

 private:
  struct termios before_;
  bool ok_ = false;
};
