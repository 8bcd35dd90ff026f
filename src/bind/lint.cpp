#include "bind/lint.h"

#include <algorithm>
#include <string>
#include <utility>

#include "bind/query_binder.h"

namespace weir {
namespace {

// Rows whose totals never go away again: those of a stream without a window, or of a pattern.
bool KeepsForEver(const BoundQuery& query, const BoundApp& app) {
  if (const auto* stream = std::get_if<BoundStreamInput>(&query.input)) {
    return !stream->window && !app.streams[stream->stream].named_window;
  }
  return !std::holds_alternative<BoundJoin>(query.input);
}

// True if the step goes on by itself: `not A for 5 sec`.
bool EndsByItself(const ast::StateNode& step) {
  const auto* absent = std::get_if<ast::StateAbsent>(&step.node);
  return absent != nullptr && absent->duration.has_value();
}

class Linter {
 public:
  Linter(const ast::App& app, const BoundApp& bound) : app_(app), bound_(bound) {}

  std::vector<ast::Diagnostic> Run() {
    LintStreams();
    uint32_t partition = 0;
    for (const ast::Element& element : app_.elements) {
      if (const auto* query = std::get_if<ast::Query>(&element)) {
        LintQuery(*query);
      } else if (const auto* written = std::get_if<ast::Partition>(&element)) {
        LintPartition(*written, bound_.partitions[partition++]);
        for (const ast::Query& query : written->queries) LintQuery(query);
      }
    }
    return std::move(found_);
  }

 private:
  void Warn(const ast::Span& span, std::string message, std::string help) {
    found_.push_back({span, ast::Severity::kWarning, std::move(message), std::move(help)});
  }

  void LintStreams() {
    for (const ast::Element& element : app_.elements) {
      const auto* definition = std::get_if<ast::StreamDefinition>(&element);
      if (definition == nullptr) continue;
      const BoundStream* stream = bound_.FindStream(definition->name.text);
      if (stream == nullptr || stream->read || stream->written || stream->has_sink) continue;
      Warn(definition->name.span, "no query uses stream '" + stream->name + "'",
           "remove it, or read it with a query");
    }
  }

  void LintPartition(const ast::Partition& written, const BoundPartition& bound) {
    const auto is_purge = [](const ast::Annotation& annotation) {
      std::string name = annotation.name.text;
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return std::tolower(c); });
      return name == "purge";
    };
    if (std::any_of(written.annotations.begin(), written.annotations.end(), is_purge)) return;
    for (size_t k = 0; k < bound.keys.size() && k < written.keys.size(); ++k) {
      if (bound.keys[k].value == nullptr || bound.keys[k].value->type() == Type::kBool) continue;
      Warn(written.keys[k].span,
           "partition '" + bound.name + "': the state of every key is kept for ever",
           "write @purge(enable = 'true', interval = '10 sec', idle.period = '1 hour') before it");
      return;
    }
  }

  const BoundQuery* Find(const ast::Query& written) const {
    for (const BoundQuery& query : bound_.queries) {
      if (query.span.begin == written.span.begin) return &query;
    }
    return nullptr;
  }

  void LintQuery(const ast::Query& written) {
    const BoundQuery* query = Find(written);
    if (query == nullptr) return;
    name_ = "query '" + query->name + "': ";
    LintExpressions(written, name_, &found_);
    if (const auto* state = std::get_if<ast::StateInput>(&written.input)) LintPattern(*state);
    // A join with an aggregation keeps nothing of its rows.
    if (const auto* join = std::get_if<BoundJoin>(&query->input)) {
      LintJoin(std::get<ast::JoinInput>(written.input), *join);
    }
    if (const auto* stream = std::get_if<BoundStreamInput>(&query->input)) {
      LintFilters(std::get<ast::SingleStream>(written.input), *stream);
    }
    if (written.selection) LintSelect(*written.selection, *query);
  }

  // --- patterns

  // In a sequence the next event goes on or ends it all, so nothing piles up.
  void LintPattern(const ast::StateInput& input) {
    if (input.within || input.kind == ast::StateKind::kSequence) return;
    LintSteps(*input.root, /*last=*/true);
  }

  // `last`: nothing follows in the pattern.
  void LintSteps(const ast::StateNode& node, bool last) {
    if (const auto* next = std::get_if<ast::StateNext>(&node.node)) {
      const auto& steps = next->steps;
      for (size_t i = 0; i < steps.size(); ++i) {
        const auto rest = steps.begin() + static_cast<std::ptrdiff_t>(i) + 1;
        const bool waits =
            std::any_of(rest, steps.end(), [](const auto& step) { return !EndsByItself(*step); });
        if (waits && std::holds_alternative<ast::StateEvery>(steps[i]->node)) {
          Warn(steps[i]->span, name_ + "every match of this waits for what follows, for ever",
               "write 'within 10 min' behind the pattern");
        } else {
          LintSteps(*steps[i], last && i + 1 == steps.size());
        }
      }
    } else if (const auto* every = std::get_if<ast::StateEvery>(&node.node)) {
      LintSteps(*every->child, last);
    } else if (const auto* count = std::get_if<ast::StateCount>(&node.node)) {
      if (count->max != ast::kUnbounded || last) return;
      Warn(node.span, name_ + "events are collected here until the next step, without end",
           "give the count a maximum, as in <1:100>, or write 'within 10 min' behind the pattern");
    }
  }

  // --- streams and joins

  void LintFilters(const ast::SingleStream& written, const BoundStreamInput& bound) {
    size_t before = 0;
    size_t after = 0;
    bool windowed = false;
    for (const ast::StreamHandler& handler : written.handlers) {
      const auto* filter = std::get_if<ast::Filter>(&handler.node);
      if (filter == nullptr) {
        windowed = windowed || bound.window.has_value();
        continue;
      }
      const auto& filters = windowed ? bound.filters_after : bound.filters_before;
      size_t& at = windowed ? after : before;
      if (at >= filters.size()) return;
      const ExprPtr folded = FoldConstants(filters[at++]);
      const Value* value = folded->constant();
      if (value == nullptr) continue;
      const bool holds = !value->is_null() && value->bool_value();
      Warn(filter->condition->span, name_ + "the filter is always " + (holds ? "true" : "false"),
           holds ? "remove it" : "no row will ever pass");
    }
  }

  void LintJoin(const ast::JoinInput& written, const BoundJoin& bound) {
    LintSide(written.left.stream, bound.left, bound.right_triggers, written.right.stream);
    LintSide(written.right.stream, bound.right, bound.left_triggers, written.left.stream);
  }

  void LintSide(const ast::SingleStream& written, const BoundStreamInput& side, bool searched,
                const ast::SingleStream& other) {
    const BoundStream& stream = bound_.streams[side.stream];
    if (!searched || side.window || stream.table || stream.named_window) return;
    Warn(written.span,
         name_ + "rows of '" + side.alias + "' are never found by those of '" +
             (other.alias ? other.alias->text : ShownName(other.source)) +
             "', because it has no window",
         "give it a window, or write 'unidirectional' behind it");
  }

  // --- select

  void LintSelect(const ast::Selection& written, const BoundQuery& query) {
    const BoundSelect& select = query.select;
    const auto* stream = std::get_if<BoundStreamInput>(&query.input);
    const std::string window = "put a window behind the stream, as in #window.time(1 hour)";
    const std::string help =
        stream != nullptr ? window : "read the matches from a stream with a window";
    if (select.distinct == Distinct::kForever) {
      Warn(written.span, name_ + "select distinct remembers every row for ever",
           "put a batch window behind the stream, as in #window.timeBatch(1 min)");
    }
    if (!KeepsForEver(query, bound_)) return;
    for (size_t k = 0; k < select.group_by.size() && !select.aggregates.empty(); ++k) {
      if (select.group_by[k]->type() == Type::kBool ||
          FoldConstants(select.group_by[k])->constant() != nullptr) {
        continue;
      }
      Warn(written.group_by[k]->span,
           name_ + "the aggregates of every value of the group by key are kept for ever", help);
      break;
    }
    for (const BoundAggregate& aggregate : select.aggregates) {
      const std::string_view name = aggregate.spec->name;
      if (name != "distinctCount" && name != "unionSet") continue;
      Warn(written.span, name_ + aggregate.text + " remembers every value for ever", help);
    }
  }

  const ast::App& app_;
  const BoundApp& bound_;
  std::string name_;  // of the query at hand, for messages
  std::vector<ast::Diagnostic> found_;
};

}  // namespace

std::vector<ast::Diagnostic> LintApp(const ast::App& app, const BoundApp& bound) {
  return Linter(app, bound).Run();
}

}  // namespace weir
