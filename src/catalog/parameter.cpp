#include "catalog/parameter.h"

#include <algorithm>

namespace weir {
namespace {

// Only the literal `null` is a constant null of type object; it fits every type.
bool IsNullLiteral(const Argument& argument) {
  return argument.type == Type::kObject && argument.constant.has_value() &&
         argument.constant->is_null();
}

const Parameter& ParameterOf(const Overload& overload, size_t argument) {
  return overload[std::min(argument, overload.size() - 1)];
}

bool CountFits(const Overload& overload, size_t count) {
  if (count == overload.size()) return true;
  return count > overload.size() && !overload.empty() && overload.back().repeats;
}

bool TypesFit(const Overload& overload, std::span<const Argument> arguments) {
  if (!CountFits(overload, arguments.size())) return false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (IsNullLiteral(arguments[i])) continue;
    if ((ParameterOf(overload, i).types & OneType(arguments[i].type)) == 0) return false;
  }
  return true;
}

// The first argument that is not written as its parameter demands.
std::optional<size_t> WrongForm(const Overload& overload, std::span<const Argument> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Parameter::Form form = ParameterOf(overload, i).form;
    if (form == Parameter::Form::kConstant && !arguments[i].constant.has_value()) return i;
    if (form == Parameter::Form::kAttribute && !arguments[i].column.has_value()) return i;
  }
  return std::nullopt;
}

std::string DescribeCall(std::string_view name, std::span<const Argument> arguments) {
  std::string text(name);
  text += '(';
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) text += ", ";
    text += IsNullLiteral(arguments[i]) ? "null" : TypeName(arguments[i].type);
  }
  return text + ')';
}

std::string DescribeTypes(TypeSet types) {
  if (types == kAnyType) return "any";
  std::string text;
  for (int t = 0; t < 7; ++t) {
    const Type type = static_cast<Type>(t);
    if ((types & OneType(type)) == 0) continue;
    if (!text.empty()) text += '|';
    text += TypeName(type);
  }
  return text;
}

Status WrongFormError(std::string_view name, const Overload& overload, size_t argument,
                      std::span<const Argument> arguments) {
  const Parameter& parameter = ParameterOf(overload, argument);
  const bool constant = parameter.form == Parameter::Form::kConstant;
  return Status::Invalid(DescribeCall(name, arguments) + ": argument " +
                         std::to_string(argument + 1) + " (" + parameter.name + ") must be " +
                         (constant ? "a constant" : "an attribute of the input"));
}

}  // namespace

Result<size_t> MatchOverload(std::string_view name, std::span<const Overload> overloads,
                             std::span<const Argument> arguments) {
  std::optional<size_t> near;  // the first one that fits but for how an argument is written
  for (size_t i = 0; i < overloads.size(); ++i) {
    if (!TypesFit(overloads[i], arguments)) continue;
    if (!WrongForm(overloads[i], arguments).has_value()) return i;
    if (!near.has_value()) near = i;
  }
  if (near.has_value()) {
    const Overload& overload = overloads[*near];
    return WrongFormError(name, overload, *WrongForm(overload, arguments), arguments);
  }
  std::string text = DescribeCall(name, arguments) + ": no such parameters; it takes ";
  for (size_t i = 0; i < overloads.size(); ++i) {
    if (i > 0) text += i + 1 == overloads.size() ? " or " : ", ";
    text += DescribeOverload(overloads[i]);
  }
  return Status::Invalid(std::move(text));
}

Status CheckSameType(std::string_view name, std::span<const Argument> arguments) {
  for (const Argument& argument : arguments) {
    if (argument.type == arguments[0].type) continue;
    return Status::Invalid(DescribeCall(name, arguments) + ": types differ, " +
                           std::string(TypeName(arguments[0].type)) + " and " +
                           std::string(TypeName(argument.type)));
  }
  return Status::Ok();
}

std::string DescribeOverload(const Overload& overload) {
  std::string text = "(";
  for (size_t i = 0; i < overload.size(); ++i) {
    if (i > 0) text += ", ";
    text += '<' + DescribeTypes(overload[i].types) + "> " + overload[i].name;
    if (overload[i].repeats) text += ", ...";
  }
  return text + ')';
}

}  // namespace weir
