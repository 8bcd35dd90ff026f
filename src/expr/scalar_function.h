#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "expr/operand.h"

namespace weir {

// Makes a column function of a body for one row, so that a built-in says only what it does with
// values. Nulls, constants, selections and the memory of strings are handled here.
//
//   BindScalar([](std::string_view text, int32_t from) -> std::optional<std::string_view> {...})
//
// Parameters and results are bool, int32_t, int64_t, float, double, std::string_view, ObjectRef;
// results may also be std::string, or std::optional of any of them (nullopt = null). A null
// argument gives null and the body is not called, except for parameters that are std::optional:
// those are given the null. A numeric argument of a narrower type is converted to the parameter's.
// A body that returns a Result of one of these may fail at run time: the row is given up.
template <class Body>
BoundFunction BindScalar(Body body);

// The same for functions whose types are known only when they are bound, one call per row with
// the values of all arguments, nulls included. Slower: strings are copied.
BoundFunction BindValues(Type result, std::function<Value(std::span<const Value>)> body);

// For functions of the row itself: body(context, row) gives a T for each visible physical row.
template <class T, class Body>
BoundFunction BindRow(Body body);

namespace scalar_internal {

template <class T>
struct Access;  // how values of type T are kept in a column

template <class T, Type kTypeOfT>
struct PlainAccess {
  static constexpr Type kType = kTypeOfT;
  using Storage = typename StorageOf<kTypeOfT>::type;
  static T Read(const Storage& stored) { return static_cast<T>(stored); }
  static void Write(T value, uint32_t row, Column* out) {
    out->mutable_values<Storage>()[row] = static_cast<Storage>(value);
  }
};
template <>
struct Access<bool> : PlainAccess<bool, Type::kBool> {};
template <>
struct Access<int32_t> : PlainAccess<int32_t, Type::kInt> {};
template <>
struct Access<int64_t> : PlainAccess<int64_t, Type::kLong> {};
template <>
struct Access<float> : PlainAccess<float, Type::kFloat> {};
template <>
struct Access<double> : PlainAccess<double, Type::kDouble> {};
template <>
struct Access<std::string_view> {
  static constexpr Type kType = Type::kString;
  using Storage = StringRef;
  static std::string_view Read(const StringRef& stored) { return stored.view(); }
  static void Write(std::string_view text, uint32_t row, Column* out) {
    const char* data =
        text.size() <= StringRef::kInlineSize ? text.data() : out->arena()->Copy(text);
    out->mutable_values<StringRef>()[row] = StringRef(data, static_cast<uint32_t>(text.size()));
  }
};
template <>
struct Access<std::string> : Access<std::string_view> {};
template <>
struct Access<ObjectRef> {
  static constexpr Type kType = Type::kObject;
  using Storage = ObjectRef;
  static const ObjectRef& Read(const ObjectRef& stored) { return stored; }
  static void Write(ObjectRef object, uint32_t row, Column* out) {
    if (object == nullptr) out->SetNull(row);
    out->mutable_values<ObjectRef>()[row] = std::move(object);
  }
};

template <class T>
struct Unwrapped {
  using type = std::remove_cvref_t<T>;
  static constexpr bool kOptional = false;
};
template <class T>
struct Unwrapped<std::optional<T>> {
  using type = T;
  static constexpr bool kOptional = true;
};
template <class T>
struct Fallible {
  using type = T;
  static constexpr bool kMayFail = false;
};
template <class T>
struct Fallible<Result<T>> {
  using type = T;
  static constexpr bool kMayFail = true;
};
template <class T>
using Plain = typename Unwrapped<typename Fallible<std::remove_cvref_t<T>>::type>::type;
template <class T>
inline constexpr bool kTakesNull = Unwrapped<std::remove_cvref_t<T>>::kOptional;

template <class T>
void WriteNull(uint32_t row, Column* out) {
  using Storage = typename Access<T>::Storage;
  out->mutable_values<Storage>()[row] = Storage();
  out->SetNull(row);
}

template <class R>
void WriteResult(R&& result, uint32_t row, Column* out) {
  using T = Plain<R>;
  if constexpr (kTakesNull<R>) {
    if (!result.has_value()) return WriteNull<T>(row, out);
    Access<T>::Write(*std::forward<R>(result), row, out);
  } else {
    Access<T>::Write(std::forward<R>(result), row, out);
  }
}

// One argument of the body.
template <class A>
class Reader {
 public:
  using T = Plain<A>;
  explicit Reader(const Vector& vector) : operand_(vector) {}

  // False if the row must give null.
  bool Ready(uint32_t row) const { return kTakesNull<A> || operand_.IsValid(row); }
  bool may_be_unready() const { return !kTakesNull<A> && operand_.has_nulls(); }
  decltype(auto) Get(uint32_t row) const {
    if constexpr (kTakesNull<A>) {
      return operand_.IsValid(row) ? std::optional<T>(Access<T>::Read(operand_[row]))
                                   : std::optional<T>();
    } else {
      return Access<T>::Read(operand_[row]);
    }
  }

 private:
  Operand<typename Access<T>::Storage> operand_;
};

template <class Signature>
struct Runner;

template <class Body, class R, class... A>
struct Runner<R (Body::*)(A...) const> {
  static constexpr Type kResult = Access<Plain<R>>::kType;

  static Vector Run(const Body& body, std::span<const Vector> given, const CallContext& context) {
    return RunIndexed(body, given, context, std::index_sequence_for<A...>());
  }

 private:
  template <size_t... I>
  static Vector RunIndexed(const Body& body, std::span<const Vector> given,
                           const CallContext& context, std::index_sequence<I...>) {
    CHECK_EQ(given.size(), sizeof...(A));
    const bool constant = (given[I].constant && ...);
    const RowSet rows = constant ? RowSet::One() : RowSet::Visible(context.chunk);
    const std::array<Vector, sizeof...(A)> arguments = {
        WidenVector(given[I], Access<Plain<A>>::kType, rows)...};
    if (((!kTakesNull<A> && IsConstantNull(arguments[I])) || ...)) return NullVector(kResult);
    const std::tuple<Reader<A>...> readers{Reader<A>(arguments[I])...};
    auto out = std::make_shared<Column>(kResult, rows.physical);
    const bool nulls = (std::get<I>(readers).may_be_unready() || ...);
    rows.ForEach([&](uint32_t row) {
      if (nulls && !(std::get<I>(readers).Ready(row) && ...)) {
        WriteNull<Plain<R>>(row, out.get());
      } else if constexpr (Fallible<R>::kMayFail) {
        R result = body(std::get<I>(readers).Get(row)...);
        if (result.ok()) {
          WriteResult<typename Fallible<R>::type>(std::move(result).value(), row, out.get());
        } else {
          WriteNull<Plain<R>>(row, out.get());
          context.Fail(constant ? RowFaults::kAllRows : row, result.status().message());
        }
      } else {
        WriteResult<R>(body(std::get<I>(readers).Get(row)...), row, out.get());
      }
    });
    return {std::move(out), constant};
  }
};

}  // namespace scalar_internal

template <class Body>
BoundFunction BindScalar(Body body) {
  using Runner = scalar_internal::Runner<decltype(&Body::operator())>;
  return {Runner::kResult,
          [body = std::move(body)](std::span<const Vector> arguments, const CallContext& context) {
            return Runner::Run(body, arguments, context);
          }};
}

template <class T, class Body>
BoundFunction BindRow(Body body) {
  using scalar_internal::Access;
  return {
      Access<T>::kType,
      [body = std::move(body)](std::span<const Vector>, const CallContext& context) {
        const RowSet rows = RowSet::Visible(context.chunk);
        auto out = std::make_shared<Column>(Access<T>::kType, rows.physical);
        rows.ForEach([&](uint32_t row) { Access<T>::Write(body(context, row), row, out.get()); });
        return Vector{std::move(out), false};
      }};
}

}  // namespace weir
