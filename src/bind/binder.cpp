#include "bind/binder.h"

#include <algorithm>

#include "base/same_text.h"
#include "bind/annotations.h"
#include "bind/fault_loops.h"
#include "bind/function_binder.h"
#include "bind/table_binder.h"
#include "bind/transport_binder.h"
#include "time/duration.h"

namespace weir {
namespace {

class AppBinder {
 public:
  AppBinder(const ast::App& app, const Registry& registry, const TransportRegistry& transports,
            bool tables_on_disk)
      : app_(app),
        transports_(transports),
        tables_on_disk_(tables_on_disk),
        context_(registry, &diagnostics_),
        streams_(&bound_.streams, &bound_.aggregations) {
    context_.set_functions(&bound_.functions);
  }

  BindResult Bind() {
    BindAppAnnotations();
    for (const ast::Element& element : app_.elements) DefineElement(element);
    for (const ast::Element& element : app_.elements) {
      const auto* aggregation = std::get_if<ast::AggregationDefinition>(&element);
      if (aggregation != nullptr) DefineAggregation(*aggregation);
    }
    BindQueries();
    CheckTimestamps();
    BindResult result;
    if (!ast::HasErrors(diagnostics_)) result.app = std::move(bound_);
    std::stable_sort(diagnostics_.begin(), diagnostics_.end(),
                     [](const auto& a, const auto& b) { return a.span.begin < b.span.begin; });
    result.diagnostics = std::move(diagnostics_);
    return result;
  }

 private:
  void BindAppAnnotations();
  void BindPlayback(const ast::Annotation& annotation);
  void BindSnapshot(const ast::Annotation& annotation);
  void BindLateness(const ast::Annotation& annotation);
  void DefineElement(const ast::Element& element);
  void DefinePartition(const ast::Partition& partition);
  void DefineStream(const ast::StreamDefinition& definition);
  void DefineTrigger(const ast::TriggerDefinition& definition);
  void DefineAggregation(const ast::AggregationDefinition& definition);
  void StreamAnnotation(const ast::Annotation& annotation, BoundStream* stream);
  void BindOnError(const ast::Annotation& annotation, BoundStream* stream);
  void AddStream(BoundStream stream);
  // A query of the text, and the partition it stands in.
  struct WrittenQuery {
    const ast::Query* query;
    std::optional<uint32_t> partition;
  };
  std::vector<WrittenQuery> WrittenQueries() const;
  void BindQueries();
  void KeepQueries(std::vector<std::optional<BoundQuery>> bound);
  bool Ready(const WrittenQuery& written);
  void MarkRead(const WrittenQuery& written);
  void HideTarget(const ast::Query& query);
  void ReportUnknownStreams(const WrittenQuery& written);
  void CheckTimestamps();

  const ast::App& app_;
  const TransportRegistry& transports_;
  const bool tables_on_disk_;
  std::vector<ast::Diagnostic> diagnostics_;
  BoundApp bound_;
  BindContext context_;
  StreamTable streams_;
  std::vector<const ast::Partition*> written_partitions_;  // as bound_.partitions
  // Names of definitions that were refused, so that their use is not reported again.
  std::vector<std::string> hidden_names_;
};

void AppBinder::BindAppAnnotations() {
  for (const ast::Annotation& annotation : app_.annotations) {
    const std::string& name = annotation.name.text;
    if (SameText(name, "name")) {
      if (!annotation.elements.empty()) bound_.name = annotation.elements[0].value;
      context_.set_app_name(bound_.name);
    } else if (SameText(name, "playback")) {
      BindPlayback(annotation);
    } else if (SameText(name, "snapshot")) {
      BindSnapshot(annotation);
    } else if (SameText(name, "lateness")) {
      BindLateness(annotation);
    } else if (SameText(name, "async")) {
      context_.Error(annotation.span, "@app:async does not exist", "write @async on a stream");
    } else {
      WarnAboutAnnotation(annotation, AnnotationPlace::kApp, context_);
    }
  }
}

void AppBinder::BindPlayback(const ast::Annotation& annotation) {
  bound_.playback = true;
  for (const ast::AnnotationElement& element : annotation.elements) {
    const auto time = ParseDuration(element.value);
    const bool idle = SameText(element.key.text, "idle.time");
    if (!idle && !SameText(element.key.text, "increment")) {
      if (element.key.text.empty() && SameText(element.value, "true")) continue;
      context_.Error(element.span, "@app:playback takes idle.time and increment");
    } else if (!time) {
      context_.Error(element.value_span, "'" + element.value + "' is not a time",
                     "write it as '100 millisec'");
    } else {
      (idle ? bound_.idle_time : bound_.increment) = *time;
    }
  }
  if (bound_.idle_time.has_value() != bound_.increment.has_value()) {
    context_.Error(annotation.span, "@app:playback needs both idle.time and increment, or none");
  }
}

// `@app:snapshot(interval='30 sec')`: how often a run that keeps its state takes a snapshot.
void AppBinder::BindSnapshot(const ast::Annotation& annotation) {
  for (const ast::AnnotationElement& element : annotation.elements) {
    const auto time = ParseDuration(element.value);
    if (!SameText(element.key.text, "interval")) {
      context_.Error(element.span, "@app:snapshot takes interval");
    } else if (!time || *time <= 0) {
      context_.Error(element.value_span, "'" + element.value + "' is not a time",
                     "write it as '30 sec'");
    } else {
      bound_.snapshot_interval = *time;
    }
  }
  if (!bound_.snapshot_interval) context_.Error(annotation.span, "@app:snapshot needs interval");
}

// `@app:lateness('5 sec')`: no row is stamped more than that before the clock.
void AppBinder::BindLateness(const ast::Annotation& annotation) {
  for (const ast::AnnotationElement& element : annotation.elements) {
    const auto time = ParseDuration(element.value);
    if (!element.key.text.empty()) {
      context_.Error(element.span, "@app:lateness takes a time");
    } else if (!time || *time < 0) {
      context_.Error(element.value_span, "'" + element.value + "' is not a time",
                     "write it as '5 sec'");
    } else {
      bound_.lateness = *time;
    }
  }
  if (annotation.elements.empty()) {
    context_.Error(annotation.span, "@app:lateness needs a time", "write it as '5 sec'");
  }
}

void AppBinder::DefineElement(const ast::Element& element) {
  if (const auto* stream = std::get_if<ast::StreamDefinition>(&element)) {
    DefineStream(*stream);
  } else if (const auto* table = std::get_if<ast::TableDefinition>(&element)) {
    DefineTable(*table, {transports_, tables_on_disk_}, streams_, context_);
  } else if (const auto* window = std::get_if<ast::WindowDefinition>(&element)) {
    DefineNamedWindow(*window, streams_, context_);
  } else if (const auto* trigger = std::get_if<ast::TriggerDefinition>(&element)) {
    DefineTrigger(*trigger);
  } else if (const auto* function = std::get_if<ast::FunctionDefinition>(&element)) {
    DefineFunction(*function, context_, &bound_.functions);
  } else if (const auto* partition = std::get_if<ast::Partition>(&element)) {
    DefinePartition(*partition);
  }
}

void AppBinder::DefinePartition(const ast::Partition& partition) {
  BoundPartition bound;
  bound.name = "partition_" + std::to_string(bound_.partitions.size() + 1);
  for (const ast::Annotation& annotation : partition.annotations) {
    if (SameText(annotation.name.text, "info")) {
      for (const ast::AnnotationElement& element : annotation.elements) {
        if (SameText(element.key.text, "name")) bound.name = element.value;
      }
    } else if (SameText(annotation.name.text, "purge")) {
      bound.purge = BindPurge(annotation, context_);
    } else {
      WarnAboutAnnotation(annotation, AnnotationPlace::kPartition, context_);
    }
  }
  bound_.partitions.push_back(std::move(bound));
  written_partitions_.push_back(&partition);
}

void AppBinder::DefineStream(const ast::StreamDefinition& definition) {
  BoundStream stream;
  stream.name = definition.name.text;
  stream.schema =
      BindAttributes("stream", definition.name, definition.attributes, definition.span, context_);
  if (stream.schema == nullptr) return;
  stream.defined = true;
  for (const ast::Annotation& annotation : definition.annotations) {
    StreamAnnotation(annotation, &stream);
  }
  const auto known = streams_.Find(stream.name);
  if (!known) {
    AddStream(std::move(stream));
  } else if (streams_.at(*known).trigger || streams_.at(*known).table ||
             streams_.at(*known).named_window || !(*streams_.at(*known).schema == *stream.schema)) {
    context_.Error(definition.name.span,
                   "stream '" + stream.name + "' is defined twice, with other attributes");
  }
}

void AppBinder::DefineTrigger(const ast::TriggerDefinition& definition) {
  for (const ast::Annotation& annotation : definition.annotations) {
    WarnAboutAnnotation(annotation, AnnotationPlace::kTrigger, context_);
  }
  BoundStream stream;
  stream.name = definition.name.text;
  stream.schema = TriggerSchema();
  stream.defined = true;
  stream.trigger.emplace();
  if (const auto* every = std::get_if<ast::TimeLiteral>(&definition.at)) {
    stream.trigger->every_ms = every->milliseconds;
    if (every->milliseconds < 1) {
      context_.Error(definition.at_span, "a trigger needs a time of at least 1 millisecond");
    }
  } else if (SameText(std::get<std::string>(definition.at), "start")) {
    stream.trigger->at_start = true;
  } else {
    const auto cron = CronSchedule::Parse(std::get<std::string>(definition.at));
    if (!cron.ok()) {
      context_.Error(definition.at_span, cron.status().message());
      hidden_names_.push_back(stream.name);
      return;
    }
    stream.trigger->cron = cron.value();
  }
  if (streams_.Find(stream.name)) {
    context_.Error(definition.name.span, "'" + stream.name + "' is defined twice");
    return;
  }
  streams_.Add(std::move(stream));
}

void AppBinder::DefineAggregation(const ast::AggregationDefinition& definition) {
  const ast::StreamName name{definition.name.span, ast::StreamKind::kPlain, definition.name.text};
  if (streams_.Find(name.name) || streams_.FindAggregation(name)) {
    context_.Error(name.span, "'" + name.name + "' is defined twice");
    return;
  }
  auto bound = QueryBinder(context_, streams_).BindAggregation(definition);
  if (bound) {
    streams_.at(bound->input.stream).read = true;
    bound_.aggregations.push_back(std::move(*bound));
  } else {
    hidden_names_.push_back(name.name);
  }
}

void AppBinder::StreamAnnotation(const ast::Annotation& annotation, BoundStream* stream) {
  const std::string& name = annotation.name.text;
  if (SameText(name, "timestamp")) {
    const std::string attribute = annotation.elements.empty() ? "" : annotation.elements[0].value;
    const auto at = stream->schema->Find(attribute);
    if (!at || (*stream->schema)[*at].type != Type::kLong) {
      context_.Error(annotation.span, "@timestamp needs the name of a long attribute");
      return;
    }
    stream->timestamp_attribute = *at;
  } else if (SameText(name, "source")) {
    BindSource(annotation, transports_, stream, context_);
  } else if (SameText(name, "sink")) {
    BindSink(annotation, transports_, stream, context_);
  } else if (SameText(name, "OnError")) {
    BindOnError(annotation, stream);
  } else {
    WarnAboutAnnotation(annotation, AnnotationPlace::kStream, context_);
  }
}

// The place of the fault stream is not known yet, but there is one.
void AppBinder::BindOnError(const ast::Annotation& annotation, BoundStream* stream) {
  for (const ast::AnnotationElement& element : annotation.elements) {
    if (!element.key.text.empty() && !SameText(element.key.text, "action")) {
      context_.Error(element.span, "@OnError takes action");
    } else if (SameText(element.value, "STREAM") || SameText(element.value, "STORE")) {
      stream->stores_faults = SameText(element.value, "STORE");
      if (stream->schema->Find("_error")) {
        context_.Error(annotation.span, "a fault stream has an attribute '_error' of its own");
        return;
      }
      stream->fault_stream = 0;
    } else if (!SameText(element.value, "LOG")) {
      context_.Error(element.value_span, "unknown action '" + element.value + "' of @OnError",
                     "write LOG, STREAM or STORE");
    }
  }
}

// Adds the stream and, if it has one, its fault stream.
void AppBinder::AddStream(BoundStream stream) {
  const std::string name = stream.name;
  const bool faults = stream.fault_stream.has_value();
  const bool stores = stream.stores_faults;
  for (const BoundSink& sink : stream.sinks) {
    if (sink.on_error != SinkOnError::kStream || (faults && !stores)) continue;
    context_.Error(sink.on_error_span, "there is no fault stream '!" + name + "'",
                   "write @OnError(action='STREAM') before the definition of '" + name + "'");
  }
  std::vector<Attribute> attributes = stream.schema->attributes();
  const uint32_t at = streams_.Add(std::move(stream));
  if (!faults) return;
  attributes.push_back({"_error", Type::kObject});
  BoundStream fault;
  fault.name = "!" + name;
  fault.schema = std::make_shared<const Schema>(std::move(attributes));
  fault.defined = fault.written = fault.takes_faults = true;
  fault.stores_faults = stores;
  streams_.at(at).fault_stream = streams_.Add(std::move(fault));
}

bool AppBinder::Ready(const WrittenQuery& written) {
  for (const ast::StreamName* name : InputStreams(*written.query)) {
    if (streams_.FindAggregation(*name)) continue;
    if (!streams_.Find(*name, written.partition)) return false;
  }
  return true;
}

void AppBinder::MarkRead(const WrittenQuery& written) {
  for (const ast::StreamName* name : InputStreams(*written.query)) {
    const auto found = streams_.Find(*name, written.partition);
    if (found) streams_.at(*found).read = true;
  }
}

void AppBinder::HideTarget(const ast::Query& query) {
  const auto* insert = std::get_if<ast::InsertInto>(&query.output.node);
  if (insert != nullptr) hidden_names_.push_back(ShownName(insert->target));
}

void AppBinder::ReportUnknownStreams(const WrittenQuery& written) {
  for (const ast::StreamName* name : InputStreams(*written.query)) {
    if (streams_.Find(*name, written.partition) || streams_.FindAggregation(*name)) continue;
    const std::string shown = ShownName(*name);
    if (std::find(hidden_names_.begin(), hidden_names_.end(), shown) != hidden_names_.end()) {
      continue;
    }
    if (name->kind == ast::StreamKind::kInner && !written.partition) {
      context_.Error(name->span, "inner streams exist only inside a partition");
    } else if (name->kind == ast::StreamKind::kFault) {
      ReportNoFaultStream(*name, context_);
    } else {
      context_.UnknownName(name->span, "unknown stream '" + shown + "'", shown, streams_.Names());
    }
  }
}

std::vector<AppBinder::WrittenQuery> AppBinder::WrittenQueries() const {
  std::vector<WrittenQuery> queries;
  uint32_t partition = 0;
  for (const ast::Element& element : app_.elements) {
    if (const auto* query = std::get_if<ast::Query>(&element)) {
      queries.push_back({query, std::nullopt});
    } else if (const auto* written = std::get_if<ast::Partition>(&element)) {
      for (const ast::Query& inside : written->queries) queries.push_back({&inside, partition});
      ++partition;
    }
  }
  return queries;
}

void AppBinder::BindQueries() {
  std::vector<WrittenQuery> waiting = WrittenQueries();
  std::vector<std::optional<BoundQuery>> bound(waiting.size());
  // A query may read a stream that a later query makes, so go round until nothing new is known.
  for (bool progress = true; progress;) {
    progress = false;
    for (size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].query == nullptr || !Ready(waiting[i])) continue;
      QueryBinder binder(context_, streams_, waiting[i].partition);
      bound[i] = binder.Bind(*waiting[i].query, i + 1);
      if (!bound[i]) HideTarget(*waiting[i].query);
      MarkRead(waiting[i]);
      waiting[i].query = nullptr;
      progress = true;
    }
  }
  for (const WrittenQuery& written : waiting) {
    if (written.query != nullptr) HideTarget(*written.query);
  }
  for (const WrittenQuery& written : waiting) {
    if (written.query != nullptr) ReportUnknownStreams(written);
  }
  for (size_t p = 0; p < written_partitions_.size(); ++p) {
    if (BindPartitionKeys(*written_partitions_[p], streams_, context_, &bound_.partitions[p])) {
      for (const BoundPartition::Key& key : bound_.partitions[p].keys) {
        streams_.at(key.stream).read = true;
      }
    }
  }
  KeepQueries(std::move(bound));
  FindFaultLoops(&bound_);
}

void AppBinder::KeepQueries(std::vector<std::optional<BoundQuery>> bound) {
  for (auto& query : bound) {
    if (!query) continue;
    const auto same = [&](const BoundQuery& other) { return other.name == query->name; };
    if (std::any_of(bound_.queries.begin(), bound_.queries.end(), same)) {
      context_.Error(query->span, "two queries are named '" + query->name + "'");
    }
    bound_.queries.push_back(std::move(*query));
  }
}

void AppBinder::CheckTimestamps() {
  for (const BoundStream& stream : bound_.streams) {
    if (stream.timestamp_attribute) bound_.playback = true;
  }
}

}  // namespace

const BoundStream* BoundApp::FindStream(std::string_view stream_name) const {
  for (const BoundStream& stream : streams) {
    if (stream.name == stream_name) return &stream;
  }
  return nullptr;
}

BindResult BindApp(const ast::App& app, const Registry& registry,
                   const TransportRegistry& transports, bool tables_on_disk) {
  return AppBinder(app, registry, transports, tables_on_disk).Bind();
}

}  // namespace weir
