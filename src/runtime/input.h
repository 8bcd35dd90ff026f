#pragma once

#include <string>

#include "io/codec.h"

namespace weir {

// One input of a run, as its core sees it: something to wait for that holds messages.
class Input {
 public:
  virtual ~Input() = default;

  // Readable when Fill may find something.
  virtual int fd() const = 0;
  // Files are read one after the other, everything else as it arrives.
  virtual bool is_regular() const { return false; }
  // Reads once; may block if fd() is not readable.
  virtual Status Fill() = 0;
  // Appends messages that were read; see Decoder.
  virtual Decoder::State Read(size_t messages_max, size_t rows_max, MessageBatch* batch) = 0;
  virtual const std::string& query() const = 0;
  // The query is being answered; how far the input was read counts it from now on.
  virtual void PassQuery() {}
  // Whether the query may change tables.
  virtual bool query_may_change() const { return true; }
  // Takes the answer to query(), if it is not to be printed.
  virtual bool TakeAnswer(const std::string& /*line*/) { return false; }
  // Somebody waits to hear that what was read is safe.
  virtual bool owes_receipts() const { return false; }
  // All messages that were read so far have been run, and logged if there is a log.
  virtual void AfterBatch() {}
  virtual uint64_t bytes() const = 0;  // read so far

  virtual const std::string& path() const = 0;
  // How far messages were read, for Resume in another process; empty if the input cannot be read
  // again (a pipe, a socket).
  virtual std::string Position() const { return ""; }
  // Goes on where a position says. False if that was something else; then nothing is changed.
  virtual Result<bool> Resume(const std::string& /*position*/) { return false; }
};

}  // namespace weir
