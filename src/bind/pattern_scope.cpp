#include "bind/scope.h"
#include "expr/element.h"

namespace weir {
namespace {

std::string IndexText(const EventIndex& index) {
  switch (index.kind) {
    case EventIndex::Kind::kFirst:
      return "";
    case EventIndex::Kind::kAt:
      return "[" + std::to_string(index.n) + "]";
    case EventIndex::Kind::kLast:
      return index.n == 0 ? "[last]" : "[last-" + std::to_string(index.n) + "]";
    case EventIndex::Kind::kAll:
      return "[*]";
  }
  return "";
}

bool SameCapture(const Capture& a, const Capture& b) {
  return a.state == b.state && a.attribute == b.attribute && a.presence == b.presence &&
         a.timestamp == b.timestamp && a.index.kind == b.index.kind && a.index.n == b.index.n;
}

std::optional<EventIndex> ToIndex(const std::optional<ast::EventIndex>& written) {
  EventIndex index;
  if (!written) return index;
  if (written->offset < 0) return std::nullopt;
  index.kind = written->from_last ? EventIndex::Kind::kLast : EventIndex::Kind::kAt;
  index.n = static_cast<uint32_t>(written->offset);
  return index;
}

}  // namespace

uint32_t PatternScope::CaptureColumn(const Capture& capture, Type type) {
  for (uint32_t i = 0; i < captures_.size(); ++i) {
    if (SameCapture(captures_[i], capture)) return EventColumns() + i;
  }
  captures_.push_back(capture);
  types_.push_back(type);
  return EventColumns() + static_cast<uint32_t>(captures_.size()) - 1;
}

std::optional<uint32_t> PatternScope::FindState(const std::string& name) const {
  for (uint32_t i = 0; i < states_.size(); ++i) {
    if (states_[i].ref == name) return i;
  }
  // In its own condition a state may be called by its stream's name.
  if (current_ != kNoState && states_[current_].stream == name) return current_;
  for (uint32_t i = 0; i < states_.size(); ++i) {
    if (states_[i].ref.empty() && states_[i].stream == name) return i;
  }
  return std::nullopt;
}

ExprPtr PatternScope::ResolveInState(uint32_t state, const ast::AttributeRef& ref,
                                     const ast::Span& span, BindContext& context) {
  const StateName& name = states_[state];
  const std::string& shown = name.ref.empty() ? name.stream : name.ref;
  const auto attribute = name.schema->Find(ref.name.text);
  if (!attribute) {
    std::vector<std::string> names;
    for (const Attribute& a : name.schema->attributes()) names.push_back(a.name);
    context.UnknownName(ref.name.span,
                        "unknown attribute '" + ref.name.text + "' in '" + shown + "'",
                        ref.name.text, names);
    return nullptr;
  }
  const Type type = (*name.schema)[*attribute].type;
  const bool indexed = ref.stream && ref.stream->index;
  if (state == current_ && !indexed) return MakeColumn(*attribute, type, ref.name.text);
  const auto index = ToIndex(indexed ? ref.stream->index : std::nullopt);
  if (!index) {
    context.Error(span, "an event index cannot be negative");
    return nullptr;
  }
  Capture capture{state, *index, *attribute, false};
  Type column_type = type;
  if (!indexed && name.counted && current_ == kNoState) {
    capture.index.kind = EventIndex::Kind::kAll;
    column_type = Type::kObject;
  }
  return MakeColumn(CaptureColumn(capture, column_type), column_type,
                    shown + IndexText(capture.index) + "." + ref.name.text);
}

ExprPtr PatternScope::ResolveUnqualified(const ast::AttributeRef& ref, const ast::Span& span,
                                         BindContext& context) {
  if (current_ != kNoState && states_[current_].schema->Find(ref.name.text)) {
    return ResolveInState(current_, ref, span, context);
  }
  std::optional<uint32_t> found;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < states_.size(); ++i) {
    for (const Attribute& a : states_[i].schema->attributes()) names.push_back(a.name);
    if (!states_[i].schema->Find(ref.name.text)) continue;
    if (found) {
      context.Error(span, "ambiguous attribute '" + ref.name.text + "': several states have it",
                    "name the state, as in 'e1." + ref.name.text + "'");
      return nullptr;
    }
    found = i;
  }
  if (!found) {
    context.UnknownName(span, "unknown attribute '" + ref.name.text + "'", ref.name.text, names);
    return nullptr;
  }
  return ResolveInState(*found, ref, span, context);
}

ExprPtr PatternScope::Resolve(const ast::AttributeRef& ref, const ast::Span& span,
                              BindContext& context) {
  if (!ref.stream) return ResolveUnqualified(ref, span, context);
  const auto state = FindState(ref.stream->stream.name);
  if (state) return ResolveInState(*state, ref, span, context);
  std::vector<std::string> names;
  for (const StateName& name : states_) names.push_back(name.ref.empty() ? name.stream : name.ref);
  context.UnknownName(ref.stream->stream.span,
                      "unknown event '" + ref.stream->stream.name + "' in the pattern",
                      ref.stream->stream.name, names);
  return nullptr;
}

std::optional<ExprPtr> PatternScope::ResolveEvent(const ast::StreamRef& ref, BindContext& context) {
  const auto state = FindState(ref.stream.name);
  if (!state) return std::nullopt;
  const auto index = ToIndex(ref.index);
  if (!index) {
    context.Error(ref.stream.span, "an event index cannot be negative");
    return ExprPtr();
  }
  const Capture capture{*state, *index, 0, /*presence=*/true};
  const ExprPtr present = MakeColumn(CaptureColumn(capture, Type::kBool), Type::kBool,
                                     ref.stream.name + IndexText(*index) + " exists");
  auto absent = MakeNot(present);
  CHECK(absent.ok());
  return std::move(absent).value();
}

std::optional<ExprPtr> PatternScope::ResolveTimestamp(const ast::StreamRef& ref,
                                                      BindContext& context) {
  const auto state = FindState(ref.stream.name);
  if (!state) return std::nullopt;
  const auto index = ToIndex(ref.index);
  if (!index) {
    context.Error(ref.stream.span, "an event index cannot be negative");
    return ExprPtr();
  }
  const bool counted = states_[*state].counted;
  const bool first = index->kind == EventIndex::Kind::kFirst ||
                     (index->kind == EventIndex::Kind::kAt && index->n == 0);
  if (*state == current_ && (counted ? !ref.index : first)) return MakeRowTimestamp();
  Capture capture{*state, *index, 0, /*presence=*/false, /*timestamp=*/true};
  Type type = Type::kLong;
  if (counted && !ref.index && current_ == kNoState) {
    capture.index.kind = EventIndex::Kind::kAll;
    type = Type::kObject;
  }
  return MakeColumn(CaptureColumn(capture, type), type,
                    "eventTimestamp(" + ref.stream.name + IndexText(capture.index) + ")");
}

}  // namespace weir
