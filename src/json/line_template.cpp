#include "json/line_template.h"

#include <algorithm>
#include <cstring>

#include "json/number.h"
#include "json/scalar_text.h"
#include "json/text_scan.h"

namespace weir {
namespace {

// Deeper values are left to the thorough reader, which knows the exact limit.
constexpr int kIgnoredDepthMax = 32;

// Appends the plain string whose first character is at `p`; returns what follows its quote.
inline const char* AppendPlainString(const char* p, ColumnBuilder* column) {
  const char* end = PlainStringEnd(p);
  if (end == nullptr) return nullptr;
  const size_t size = static_cast<size_t>(end - p);
  if (size <= StringRef::kInlineSize) {
    column->Append(InlineStringRef(p, static_cast<uint32_t>(size)));
  } else {
    column->AppendString({p, size});
  }
  return end + 1;
}

const char* AppendNullLiteral(const char* p, ColumnBuilder* column) {
  if (!EqualPadded(p, kNullText, 4)) return nullptr;
  column->AppendNull();
  return p + 4;
}

template <class T, bool (*kConvert)(const ScannedNumber&, T*)>
inline const char* AppendNumber(const char* p, ColumnBuilder* column, T* value) {
  ScannedNumber number;
  if (!ScanNumber(p, &number)) return AppendNullLiteral(p, column);
  if (!kConvert(number, value)) return nullptr;
  column->Append(*value);
  return number.end;
}

const char* AppendBool(const char* p, ColumnBuilder* column) {
  if (EqualPadded(p, kTrueText, 4)) {
    column->Append<uint8_t>(1);
    return p + 4;
  }
  if (EqualPadded(p, kFalseText, 5)) {
    column->Append<uint8_t>(0);
    return p + 5;
  }
  return AppendNullLiteral(p, column);
}

const char* AppendScalarText(const char* p, ColumnBuilder* column) {
  if (*p == '"') return AppendPlainString(p + 1, column);
  if (*p == 'n') return AppendNullLiteral(p, column);
  const char* end = SkipPlainScalar(p);
  if (end != nullptr) column->AppendString({p, static_cast<size_t>(end - p)});
  return end;
}

bool InTimeRange(TimeMs time) { return time >= -kTimestampMax && time <= kTimestampMax; }

}  // namespace

LineTemplate::StepKind LineTemplate::KindOf(const StreamFormat& format, uint32_t column) {
  switch ((*format.schema)[column].type) {
    case Type::kBool:
      return StepKind::kBool;
    case Type::kInt:
      return StepKind::kInt;
    case Type::kLong:
      return format.time_attribute == column ? StepKind::kTimeAttribute : StepKind::kLong;
    case Type::kFloat:
      return StepKind::kFloat;
    case Type::kDouble:
      return StepKind::kDouble;
    default:
      return !format.takes_any_scalar.empty() && format.takes_any_scalar[column]
                 ? StepKind::kScalarText
                 : StepKind::kString;
  }
}

inline const char* LineTemplate::ReadValue(const Step& step, const char* p, StreamRows* rows,
                                           Times* times) {
  ColumnBuilder* column = &rows->columns[step.column];
  switch (step.kind) {
    case StepKind::kBool:
      return AppendBool(p, column);
    case StepKind::kInt: {
      int32_t value;
      return AppendNumber<int32_t, ToInt>(p, column, &value);
    }
    case StepKind::kLong: {
      int64_t value;
      return AppendNumber<int64_t, ToLong>(p, column, &value);
    }
    case StepKind::kFloat: {
      float value;
      return AppendNumber<float, ToFloat>(p, column, &value);
    }
    case StepKind::kDouble: {
      double value;
      return AppendNumber<double, ToDouble>(p, column, &value);
    }
    case StepKind::kString:
      return *p == '"' ? AppendPlainString(p + 1, column) : AppendNullLiteral(p, column);
    case StepKind::kScalarText:
      return AppendScalarText(p, column);
    case StepKind::kTimeAttribute: {
      int64_t value = kNoTime;
      const char* end = AppendNumber<int64_t, ToLong>(p, column, &value);
      times->attribute = value;
      return value == kNoTime || InTimeRange(value) ? end : nullptr;
    }
    case StepKind::kTimestamp: {
      ScannedNumber number;
      if (!ScanNumber(p, &number) || !ToLong(number, &times->envelope)) return nullptr;
      return InTimeRange(times->envelope) ? number.end : nullptr;
    }
    case StepKind::kIgnored:
      return SkipPlainValue(p, kIgnoredDepthMax);
    case StepKind::kEnd:
      if (*p == '\r') ++p;
      return *p == '\n' ? p + 1 : nullptr;
  }
  __builtin_unreachable();
}

inline bool LineTemplate::Matches(const Step& step, const char* p) const {
  using text_scan_internal::Load8;
  const uint64_t differences =
      ((Load8(p) ^ step.first[0]) & step.mask[0]) | ((Load8(p + 8) ^ step.first[1]) & step.mask[1]);
  if (differences != 0) return false;
  return step.literal_size <= 16 ||
         EqualPadded(p + 16, literals_.data() + step.literal + 16, step.literal_size - 16);
}

const char* LineTemplate::Read(const char* text, MessageBatch* batch) const {
  StreamRows* rows = &batch->streams[stream_];
  const char* p = text;
  Times times;
  for (const Step& step : steps_) {
    if (Matches(step, p)) {
      p = ReadValue(step, p + step.literal_size, rows, &times);
    } else {
      p = nullptr;
    }
    if (p == nullptr) {
      rows->Truncate(rows->size());
      return nullptr;
    }
  }
  for (const uint32_t column : missing_) rows->columns[column].AppendNull();
  const TimeMs time = times.attribute != kNoTime ? times.attribute : times.envelope;
  rows->timestamps.push_back(time);
  batch->messages.push_back({time, stream_, 1});
  ++batch->rows;
  return p;
}

// Walks a line that is known to be good JSON and known to be a message.
class LineTemplate::Learner {
 public:
  Learner(std::string_view line, const StreamFormat& format, const AttributeIndex& index)
      : line_(line), format_(format), index_(index), seen_(format.schema->size(), false) {}

  bool Learn(RowShape shape) {
    SkipSpace();
    if (!(shape == RowShape::kBare ? Event() : Envelope(shape))) return false;
    SkipSpace();
    if (at_ != line_.size()) return false;
    AddStep(StepKind::kEnd, 0);
    result_.literals_.append(kTextPadding, '\0');
    for (uint32_t c = 0; c < seen_.size(); ++c) {
      if (!seen_[c]) result_.missing_.push_back(c);
    }
    return true;
  }

  LineTemplate result_;

 private:
  bool Envelope(RowShape shape) {
    return Members([&](std::string_view key) {
      if (key == "stream") return SkipValue();  // stays part of the fixed bytes
      if (key == "timestamp") return Value(StepKind::kTimestamp, 0);
      if (key == "event" && shape == RowShape::kEvent) return Event();
      if (key == "data" && shape == RowShape::kData) return Data();
      return Value(StepKind::kIgnored, 0);
    });
  }

  bool Event() {
    return Members([&](std::string_view key) {
      const std::optional<uint32_t> column = index_.Find(key);
      if (!column) return Value(StepKind::kIgnored, 0);
      return ColumnValue(*column);
    });
  }

  bool Data() {
    if (!Take('[')) return false;
    SkipSpace();
    if (Take(']')) return true;
    for (uint32_t column = 0; column < seen_.size(); ++column) {
      if (!ColumnValue(column)) return false;
      SkipSpace();
      if (Take(']')) return true;
      if (!Take(',')) return false;
      SkipSpace();
    }
    return false;
  }

  template <class F>
  bool Members(F&& member) {
    if (!Take('{')) return false;
    SkipSpace();
    if (Take('}')) return true;
    for (;;) {
      if (!Take('"')) return false;
      const size_t begin = at_;
      while (at_ < line_.size() && line_[at_] != '"' && line_[at_] != '\\') ++at_;
      const std::string_view key = line_.substr(begin, at_ - begin);
      if (!Take('"')) return false;
      SkipSpace();
      if (!Take(':')) return false;
      SkipSpace();
      if (!member(key)) return false;
      SkipSpace();
      if (Take('}')) return true;
      if (!Take(',')) return false;
      SkipSpace();
    }
  }

  bool ColumnValue(uint32_t column) {
    const bool nested = at_ < line_.size() && (line_[at_] == '{' || line_[at_] == '[');
    if (seen_[column] || nested || (*format_.schema)[column].type == Type::kObject) return false;
    seen_[column] = true;
    return Value(KindOf(format_, column), column);
  }

  bool Value(StepKind kind, uint32_t column) {
    AddStep(kind, column);
    if (!SkipValue()) return false;
    literal_begin_ = at_;
    return true;
  }

  void AddStep(StepKind kind, uint32_t column) {
    const std::string_view literal = line_.substr(literal_begin_, at_ - literal_begin_);
    Step step = {};
    step.literal = static_cast<uint32_t>(result_.literals_.size());
    step.literal_size = static_cast<uint32_t>(literal.size());
    step.kind = kind;
    step.column = column;
    const size_t first = std::min(literal.size(), sizeof(step.first));
    std::memcpy(step.first, literal.data(), first);
    std::memset(step.mask, 0xff, first);
    result_.steps_.push_back(step);
    result_.literals_.append(literal);
  }

  bool SkipValue() {
    const char* end = SkipPlainValue(line_.data() + at_, kIgnoredDepthMax);
    if (end == nullptr) return false;
    at_ = static_cast<size_t>(end - line_.data());
    return true;
  }

  bool Take(char c) {
    if (at_ == line_.size() || line_[at_] != c) return false;
    ++at_;
    return true;
  }

  void SkipSpace() {
    while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t')) ++at_;
  }

  std::string_view line_;
  const StreamFormat& format_;
  const AttributeIndex& index_;
  std::vector<bool> seen_;
  size_t at_ = 0;
  size_t literal_begin_ = 0;
};

std::optional<LineTemplate> LineTemplate::Learn(std::string_view line, RowShape shape,
                                                uint32_t stream, const StreamFormat& format,
                                                const AttributeIndex& index) {
  Learner learner(line, format, index);
  if (!learner.Learn(shape)) return std::nullopt;
  learner.result_.stream_ = stream;
  return std::move(learner.result_);
}

}  // namespace weir
