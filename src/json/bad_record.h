#pragma once

#include <cstdint>
#include <string>

namespace weir {

// Why a line is no message. Repeats of one kind are reported together.
enum class BadRecordKind : uint8_t {
  kSyntax,
  kEncoding,
  kDepth,
  kLength,
  kShape,
  kStream,
  kWrongType,
  kOutOfRange,
  kUnknownKey,
  kTooManyValues,
  kTimestamp,
};
inline constexpr int kBadRecordKinds = static_cast<int>(BadRecordKind::kTimestamp) + 1;

struct BadRecord {
  BadRecordKind kind = BadRecordKind::kSyntax;
  std::string reason;  // one line, values last
};

}  // namespace weir
