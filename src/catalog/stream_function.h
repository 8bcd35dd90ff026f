#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "catalog/function.h"
#include "types/schema.h"

namespace weir {

// One row as a stream function sees it: current or expired, with the arguments of the call.
class StreamFunctionRow {
 public:
  StreamFunctionRow(const Chunk& chunk, std::span<const Vector> arguments, uint32_t row)
      : chunk_(chunk), arguments_(arguments), row_(row) {}

  const Chunk& chunk() const { return chunk_; }
  uint32_t row() const { return row_; }  // physical
  RowKind kind() const { return chunk_.kind(row_); }
  TimeMs timestamp() const { return chunk_.timestamp(row_); }

  bool IsNull(size_t argument) const {
    const Vector& vector = arguments_[argument];
    return !vector.column->IsValid(vector.Index(row_));
  }
  // T is how a column stores the argument's type: uint8_t, int32_t, ..., StringRef, ObjectRef.
  template <class T>
  const T& Get(size_t argument) const {
    const Vector& vector = arguments_[argument];
    return vector.column->values<T>()[vector.Index(row_)];
  }
  std::string_view Text(size_t argument) const { return Get<StringRef>(argument).view(); }
  Value GetValue(size_t argument) const {
    const Vector& vector = arguments_[argument];
    return vector.column->GetValue(vector.Index(row_));
  }

 private:
  const Chunk& chunk_;
  std::span<const Vector> arguments_;
  uint32_t row_;
};

// What becomes of a row.
class StreamFunctionOutput {
 public:
  virtual ~StreamFunctionOutput() = default;
  // The next value of the i-th appended attribute; one for each before every Emit.
  ColumnBuilder& appended(size_t i) { return appended_[i]; }
  // Hands the row on, with the appended values; 0..n times. All of it stays in the row's emission
  // and keeps its kind and timestamp.
  virtual void Emit() = 0;
  // Writes a line for the user.
  virtual void Log(std::string line) = 0;
  // The row cannot be processed; must not follow an Emit for the same row.
  virtual void Fail(std::string message) = 0;

 protected:
  std::vector<ColumnBuilder> appended_;
};

// The behaviour and state of one `#name(...)` over one stream of rows.
class StreamFunction {
 public:
  virtual ~StreamFunction() = default;
  virtual void OnRow(const StreamFunctionRow& row, StreamFunctionOutput& out) = 0;
  // What it remembers between epochs, if anything; Load is called once on a new one.
  virtual void Save(StateWriter&) const {}
  virtual void Load(StateReader&) {}
};

// What the query's surroundings tell a stream function.
struct StreamFunctionPlace {
  std::string app;   // its name; empty if it has none
  SchemaPtr schema;  // of the rows it takes
};

struct BoundStreamFunction {
  std::vector<Attribute> appended;
  std::function<std::unique_ptr<StreamFunction>(const StreamFunctionPlace&)> make;
};

struct StreamFunctionSpec {
  const char* name;     // "pol2Cart", or "str:tokenize" with a namespace
  const char* summary;  // one sentence
  const char* example;  // a query
  std::vector<Overload> overloads;
  // Every row gives exactly one (or fails), so that it may stand where joins look for rows.
  bool one_to_one = false;
  std::function<Result<BoundStreamFunction>(std::span<const Argument>, size_t overload)> bind;
};

}  // namespace weir
