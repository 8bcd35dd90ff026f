#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/check.h"

namespace weir {

// What kind of failure a Status reports; tools map each kind to an exit code.
enum class StatusCode {
  kOk,
  kInvalidArgument,  // a value the caller gave is unusable
  kNotSupported,     // understood, but not built yet
  kNotFound,
  kDataError,     // bytes from outside are malformed
  kIoError,       // the operating system refused
  kNoSpace,       // the disk is full: the same may succeed once there is room
  kLocked,        // somebody else holds the lock
  kCorrupt,       // stored bytes are not what was written
  kCannotCreate,  // an output cannot be opened
  kLimit,         // a named limit was passed
};

// The outcome of an operation that can fail because of user input, data or I/O. Programmer errors
// are CHECKs instead. Thread-compatible.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  static Status Ok() { return Status(); }
  static Status Invalid(std::string message) {
    return Status(StatusCode::kInvalidArgument, std::move(message));
  }
  static Status NotSupported(std::string message) {
    return Status(StatusCode::kNotSupported, std::move(message));
  }

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

// A value, or the Status that says why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: implicit by design
  Result(Status status) : status_(std::move(status)) { CHECK(!status_.ok()); }

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  T& value() & {
    CHECK(value_.has_value());
    return *value_;
  }
  const T& value() const& {
    CHECK(value_.has_value());
    return *value_;
  }
  T&& value() && {
    CHECK(value_.has_value());
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace weir
