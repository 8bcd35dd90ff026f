// Stream functions, and what becomes of rows that fail.
#include <algorithm>
#include <iterator>

#include "exec/stream_function_operator.h"
#include "plan/lowering.h"
#include "plan/partition_lowering.h"

namespace weir {

void QueryLowering::MakeFaults() {
  for (const uint32_t stream : StreamsRead(query_)) {
    keeps_faults_ = keeps_faults_ || app_.streams[stream].fault_stream.has_value();
  }
  faults_ = std::make_shared<QueryFaults>(query_.name, keeps_faults_, roots_->log());
  if (!keeps_faults_) return;
  roots_->log()->BeforeHandOut([faults = std::weak_ptr<QueryFaults>(faults_)] {
    if (const auto alive = faults.lock()) alive->TellAll();
  });
}

QueryLowering::Chain QueryLowering::NumberRows(Chain chain) {
  const Attribute number{"", Type::kInt};
  std::vector<Attribute> attributes = chain.schema->attributes();
  attributes.push_back(number);
  const auto output = std::make_shared<const Schema>(std::move(attributes));
  number_column_ = static_cast<uint32_t>(chain.schema->size());
  auto make = [number, output, faults = faults_, log = roots_->log()] {
    return MakeStreamFunctionOperator(
        {MakeRowNumbers(), {}, {number}, output, log, faults, std::nullopt});
  };
  return Append(std::move(chain), "number", "the rows of each message", std::move(make), output);
}

QueryLowering::Chain QueryLowering::Function(Chain chain, const BoundStreamFunctionCall& call) {
  std::vector<Attribute> attributes = chain.schema->attributes();
  const std::vector<Attribute>& more = call.function.appended;
  attributes.insert(attributes.end(), more.begin(), more.end());
  const auto output = std::make_shared<const Schema>(std::move(attributes));
  auto make = [call, output, faults = faults_, log = roots_->log(), number = number_column_] {
    return MakeStreamFunctionOperator({call.function.make(call.place), call.arguments,
                                       call.function.appended, output, log, faults, number});
  };
  return Append(std::move(chain), "function", call.text, std::move(make), output);
}

// What one writes for some of the rows is not made for the others; the pattern sees all of them
// unless there may be none or several for one.
QueryLowering::Chain QueryLowering::PatternFunction(Chain chain,
                                                    const BoundStreamFunctionCall& call) {
  if (call.condition == nullptr) return Function(std::move(chain), call);
  const Chain made = Function(Filter(chain, {&call.condition, 1}), call);
  return call.spec->one_to_one ? chain : made;
}

QueryLowering::Chain QueryLowering::Handlers(Chain chain, const BoundStreamInput& input, bool after,
                                             std::span<const ExprPtr> filters,
                                             const std::vector<BoundLookup>& lookups) {
  size_t done = 0;
  size_t functions = 0;
  const auto filter_up_to = [&](size_t end) {
    const SchemaPtr schema = chain.schema;
    std::vector<BoundLookup> asked;
    std::copy_if(lookups.begin(), lookups.end(), std::back_inserter(asked),
                 [&](const BoundLookup& lookup) { return lookup.functions_ahead == functions; });
    chain = Lookups(std::move(chain), asked);
    chain = Filter(std::move(chain), filters.subspan(done, end - done));
    if (!asked.empty()) chain = DropAnswers(std::move(chain), schema);
    done = end;
    ++functions;
  };
  for (const BoundStreamFunctionCall& call : input.functions) {
    if (call.after_window != after) continue;
    filter_up_to(call.filters_ahead);
    chain = Function(std::move(chain), call);
  }
  filter_up_to(filters.size());
  return chain;
}

bool QueryLowering::TakesFaultsInLockstep() const {
  return keeps_faults_ && (query_.faults_in_loop || graph_->per_key());
}

std::vector<Edge> QueryLowering::MarkEmissions(const std::vector<Edge>& inputs) {
  if (!TakesFaultsInLockstep()) return inputs;
  std::vector<Edge> marked = inputs;
  const std::vector<uint32_t> streams = StreamsRead(query_);
  marks_.resize(streams.size());
  for (size_t i = 0; i < streams.size(); ++i) {
    const BoundStream& stream = app_.streams[streams[i]];
    if (stream.table) continue;  // nothing arrives on it
    marks_[i] = graph_->AddNode(
        {"begin", "faults of " + stream.name, query_.name, {}, ""},
        [faults = faults_] { return MakeFaultBeginOperator(faults); }, graph_->per_key() ? 1 : 2,
        false);
    graph_->Connect(marks_[i], 0, inputs[i]);
    marked[i] = {marks_[i], 0, 1};
  }
  return marked;
}

std::vector<QueryLowering::FaultSource> QueryLowering::LowerFaults(const std::vector<Edge>& inputs,
                                                                   NodeId output) {
  std::vector<FaultSource> sources;
  if (!keeps_faults_) return sources;
  const std::vector<uint32_t> streams = StreamsRead(query_);
  const bool lockstep = TakesFaultsInLockstep();
  for (size_t i = 0; i < streams.size(); ++i) {
    if (app_.streams[streams[i]].table) continue;
    const auto& fault_stream = app_.streams[streams[i]].fault_stream;
    const BoundStream* target = fault_stream ? &app_.streams[*fault_stream] : nullptr;
    const NodeId node = graph_->AddNode(
        {"faults", target == nullptr ? "to the log" : "into " + target->name, query_.name, {}, ""},
        [schema = target == nullptr ? nullptr : target->schema, faults = faults_, lockstep] {
          return lockstep ? MakeFaultEndOperator(schema, faults)
                          : MakeFaultOperator(schema, faults);
        },
        graph_->per_key() ? 1 : 2, true);
    graph_->Connect(node, 0, lockstep ? Edge{marks_[i], 1, 1} : inputs[i]);
    if (!graph_->per_key()) graph_->Connect(node, 1, {output, 0, 0});
    // Makes both a part of the loop, wherever the stream comes from.
    if (lockstep && !graph_->per_key()) graph_->Connect(marks_[i], 1, {node, 0, 0});
    if (fault_stream) sources.push_back({node, *fault_stream});
  }
  return sources;
}

}  // namespace weir
