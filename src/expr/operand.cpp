#include "expr/operand.h"

#include <algorithm>
#include <array>

namespace weir {

void CombineValidity(std::initializer_list<const Vector*> operands, Column* out) {
  bool first = true;
  for (const Vector* operand : operands) {
    const uint64_t* validity = operand->constant ? nullptr : operand->column->validity();
    if (validity == nullptr) continue;
    if (first) {
      out->CopyValidity(validity);
      first = false;
      continue;
    }
    std::vector<uint64_t>& words = *out->mutable_validity();
    for (size_t i = 0; i < words.size(); ++i) words[i] &= validity[i];
  }
}

Vector ConstantVector(const Value& value) {
  auto column = std::make_shared<Column>(value.type(), 1);
  std::memset(column->mutable_values<uint8_t>(), 0, StorageSize(value.type()));
  column->SetValue(0, value);
  return {std::move(column), true};
}

Vector NullVector(Type type) {
  static const auto nulls = [] {
    std::array<Vector, 7> all;
    for (int t = 0; t < 7; ++t) all[t] = ConstantVector(Value::Null(static_cast<Type>(t)));
    return all;
  }();
  return nulls[static_cast<size_t>(type)];
}

Vector WidenVector(const Vector& vector, Type type, const RowSet& rows) {
  if (vector.type() == type) return vector;
  if (vector.constant) return ConstantVector(WidenValue(vector.column->GetValue(0), type));
  auto out = std::make_shared<Column>(type, rows.physical);
  CombineValidity({&vector}, out.get());
  DispatchNumeric(type, [&](auto to) {
    DispatchNumeric(vector.type(), [&](auto from) {
      using To = typename decltype(to)::type;
      using From = typename decltype(from)::type;
      // Narrowing never happens; the test only keeps undefined conversions from being compiled.
      if constexpr (std::is_floating_point_v<To> || std::is_integral_v<From>) {
        const From* in = vector.column->values<From>();
        To* result = out->mutable_values<To>();
        rows.ForEach([=](uint32_t row) { result[row] = static_cast<To>(in[row]); });
      }
    });
  });
  return {std::move(out), false};
}

Value WidenValue(const Value& value, Type type) {
  if (value.type() == type) return value;
  if (value.is_null()) return Value::Null(type);
  switch (type) {
    case Type::kLong:
      return Value::Long(value.AsLong());
    case Type::kFloat:
      return Value::Float(static_cast<float>(value.AsLong()));  // only int and long are narrower
    default:
      DCHECK(type == Type::kDouble);
      return Value::Double(value.AsDouble());
  }
}

bool AllConstant(std::span<const Vector> operands) {
  return std::all_of(operands.begin(), operands.end(),
                     [](const Vector& operand) { return operand.constant; });
}

Vector PickFirstValid(Type type, std::span<const Vector> sources, const Chunk& chunk) {
  if (!sources[0].column->has_nulls()) return sources[0];
  const bool constant = AllConstant(sources);
  const RowSet rows = constant ? RowSet::One() : RowSet::Visible(chunk);
  std::vector<uint32_t> choice(rows.physical, kNoSource);
  rows.ForEach([&](uint32_t row) {
    for (uint32_t s = 0; s < sources.size(); ++s) {
      if (!sources[s].column->IsValid(sources[s].Index(row))) continue;
      choice[row] = s;
      return;
    }
  });
  Vector result = PickValues(type, sources, choice.data(), rows);
  result.constant = constant;
  return result;
}

Vector PickValues(Type type, std::span<const Vector> sources, const uint32_t* choice,
                  const RowSet& rows) {
  auto out = std::make_shared<Column>(type, rows.physical);
  DispatchType(type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<Operand<T>> operands;
    operands.reserve(sources.size());
    for (const Vector& source : sources) operands.emplace_back(source);
    T* result = out->template mutable_values<T>();
    rows.ForEach([&](uint32_t row) {
      const uint32_t source = choice[row];
      if (source == kNoSource || !operands[source].IsValid(row)) {
        result[row] = T();
        out->SetNull(row);
      } else {
        result[row] = operands[source][row];
      }
    });
  });
  if (type == Type::kString) {
    for (const Vector& source : sources) out->KeepAlive(source.column);
  }
  return {std::move(out), false};
}

}  // namespace weir
