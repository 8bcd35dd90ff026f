#pragma once

#include <memory>
#include <string>
#include <vector>

#include "expr/expr.h"

namespace weir::expr_test {

// A chunk made of columns of values, for tests of expressions.
class TestRows {
 public:
  explicit TestRows(std::vector<std::vector<Value>> columns, std::vector<Type> types)
      : columns_(std::move(columns)), types_(std::move(types)) {
    auto meta = std::make_shared<RowMeta>();
    const size_t rows = columns_.empty() ? 0 : columns_[0].size();
    for (size_t row = 0; row < rows; ++row) {
      meta->timestamps.push_back(static_cast<TimeMs>(1000 + row));
      meta->moments.push_back(PackMoment(static_cast<uint32_t>(row), 0, kMessageRound));
    }
    std::vector<Attribute> attributes;
    std::vector<ColumnPtr> built;
    for (size_t c = 0; c < types_.size(); ++c) {
      attributes.push_back({"c" + std::to_string(c), types_[c]});
      ColumnBuilder builder(types_[c]);
      for (const Value& value : columns_[c]) builder.AppendValue(value);
      built.push_back(builder.Finish());
    }
    chunk_ = Chunk(std::make_shared<const Schema>(std::move(attributes)), std::move(built), meta);
  }

  const Chunk& chunk() const { return chunk_; }
  void Select(Selection rows) { chunk_ = chunk_.WithSelection(std::move(rows)); }
  Value At(size_t column, size_t row) const { return columns_[column][row]; }
  ExprPtr Column(uint32_t c) const { return MakeColumn(c, types_[c], "c" + std::to_string(c)); }

 private:
  std::vector<std::vector<Value>> columns_;
  std::vector<Type> types_;
  Chunk chunk_;
};

inline ExprPtr Constant(Value value) { return MakeConstant(std::move(value)); }
inline ExprPtr NullLiteral() { return MakeConstant(Value::Null(Type::kObject)); }

// The values of an expression for the visible rows, in order.
inline std::vector<Value> EvalValues(const ExprPtr& expr, const Chunk& chunk,
                                     const Timeline* timeline = nullptr) {
  const Vector result = expr->Eval({chunk, timeline});
  std::vector<Value> values;
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    values.push_back(result.column->GetValue(result.Index(chunk.Row(i))));
  }
  return values;
}

// The value of an expression without columns, folded.
inline Value FoldedValue(const ExprPtr& expr) {
  const ExprPtr folded = FoldConstants(expr);
  return folded->constant() == nullptr ? Value::String("not folded") : *folded->constant();
}

}  // namespace weir::expr_test
