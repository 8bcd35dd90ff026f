#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ast/expression.h"
#include "bind/bind_context.h"
#include "expr/expr.h"
#include "pattern/pattern_spec.h"
#include "types/schema.h"

namespace weir {

// What the names in an expression mean. Failing look-ups are reported to the context and give null.
class Scope {
 public:
  virtual ~Scope() = default;
  virtual ExprPtr Resolve(const ast::AttributeRef& ref, const ast::Span& span,
                          BindContext& context) = 0;
  // `e2 is null`, where e2 is an event of a pattern or a side of a join: a bool expression, true if
  // there is no such event. Nothing when `ref` does not name one.
  virtual std::optional<ExprPtr> ResolveEvent(const ast::StreamRef& ref, BindContext& context) = 0;
  // `eventTimestamp(e1)`. Nothing when `ref` does not name an event.
  virtual std::optional<ExprPtr> ResolveTimestamp(const ast::StreamRef&, BindContext&) {
    return std::nullopt;
  }
  // What `(*)` means in a call: all attributes. Nothing where that means nothing.
  virtual std::vector<ExprPtr> Everything() const { return {}; }
  // A call that means something of its own here, as `eventTimestamp(first)`; nothing otherwise.
  virtual std::optional<ExprPtr> ResolveCall(const ast::Call&) { return std::nullopt; }
};

// One named row source of a scope: a stream, or one side of a join.
struct ScopeSource {
  std::string name;   // how the app calls the stream
  std::string alias;  // `as x`, or empty
  SchemaPtr schema;
  uint32_t offset = 0;                          // column of its first attribute
  std::optional<uint32_t> time = std::nullopt;  // as BoundStreamInput::time
};

// A stream, or two joined ones: columns side by side.
class RowScope : public Scope {
 public:
  explicit RowScope(std::vector<ScopeSource> sources) : sources_(std::move(sources)) {}
  ExprPtr Resolve(const ast::AttributeRef& ref, const ast::Span& span,
                  BindContext& context) override;
  std::optional<ExprPtr> ResolveEvent(const ast::StreamRef& ref, BindContext& context) override;
  std::optional<ExprPtr> ResolveTimestamp(const ast::StreamRef& ref, BindContext& context) override;
  std::vector<ExprPtr> Everything() const override;
  const std::vector<ScopeSource>& sources() const { return sources_; }

 private:
  ExprPtr Column(const ScopeSource& source, uint32_t attribute, bool qualified) const;

  std::vector<ScopeSource> sources_;
};

// What a pattern scope knows of one state.
struct StateName {
  std::string ref;     // `e1`, or empty
  std::string stream;  // its stream's name
  SchemaPtr schema;
  bool counted = false;  // may match several events
};

// Names inside a pattern. Columns are captures, added as they are asked for. Within a state's own
// condition the arriving event's attributes come first.
class PatternScope : public Scope {
 public:
  static constexpr uint32_t kNoState = UINT32_MAX;

  // `current` is the state whose condition is bound, or kNoState in the select clause.
  PatternScope(const std::vector<StateName>& states, uint32_t current)
      : states_(states), current_(current) {}

  ExprPtr Resolve(const ast::AttributeRef& ref, const ast::Span& span,
                  BindContext& context) override;
  std::optional<ExprPtr> ResolveEvent(const ast::StreamRef& ref, BindContext& context) override;
  std::optional<ExprPtr> ResolveTimestamp(const ast::StreamRef& ref, BindContext& context) override;

  // Position of the column of a capture; the same capture has one column.
  uint32_t CaptureColumn(const Capture& capture, Type type);
  std::vector<Capture>& captures() { return captures_; }
  const std::vector<Type>& capture_types() const { return types_; }

 private:
  uint32_t EventColumns() const {
    return current_ == kNoState ? 0 : static_cast<uint32_t>(states_[current_].schema->size());
  }
  std::optional<uint32_t> FindState(const std::string& name) const;
  ExprPtr ResolveUnqualified(const ast::AttributeRef& ref, const ast::Span& span,
                             BindContext& context);
  ExprPtr ResolveInState(uint32_t state, const ast::AttributeRef& ref, const ast::Span& span,
                         BindContext& context);

  const std::vector<StateName>& states_;
  uint32_t current_;
  std::vector<Capture> captures_;
  std::vector<Type> types_;
};

}  // namespace weir
