#include "ast/printer.h"
#include "runtime/app_impl.h"

namespace weir {

bool App::Impl::has_time_attribute() const {
  for (const BoundStream& stream : bound.streams) {
    if (stream.timestamp_attribute) return true;
  }
  return false;
}

Status App::Impl::CheckSealable() const {
  for (const BoundStream& stream : bound.streams) {
    if (!stream.table || !stream.table->disk_cache_bytes) continue;
    return Status::Invalid("rows on disk are not sealed: table '" + stream.name +
                           "' and a key for the state exclude each other");
  }
  return Status::Ok();
}

StreamFormats App::Impl::Formats(const Plan& plan) const {
  StreamFormats formats;
  for (const PlannedStream& source : plan.sources) {
    StreamFormat format;
    format.name = source.name;
    format.schema = source.schema;
    const BoundStream* stream = bound.FindStream(source.name);
    if (stream != nullptr) format.time_attribute = stream->timestamp_attribute;
    for (const TimeAttribute& time : options.time) {
      if (time.stream == source.name) format.time_attribute = source.schema->Find(time.attribute);
    }
    for (const StreamShape& shape : options.streams) {
      if (shape.name != source.name || shape.attributes.size() != source.schema->size()) continue;
      for (const StreamShape::Attribute& attribute : shape.attributes) {
        format.takes_any_scalar.push_back(attribute.takes_any_scalar);
      }
    }
    formats.push_back(std::move(format));
  }
  return formats;
}

std::string App::name() const { return impl_->bound.name; }
bool App::playback() const { return impl_->event_time(); }

std::vector<StreamInfo> App::streams() const {
  std::vector<StreamInfo> result;
  for (const BoundStream& stream : impl_->bound.streams) {
    StreamInfo info;
    info.name = stream.name;
    for (const Attribute& attribute : stream.schema->attributes()) {
      info.attributes.push_back({attribute.name, std::string(TypeName(attribute.type)), false});
    }
    info.is_defined = stream.defined;
    // Tables and named windows never stand for the one stream that events come from.
    info.is_written = stream.written || stream.table || stream.named_window;
    info.is_read = stream.read;
    result.push_back(std::move(info));
  }
  return result;
}

std::vector<std::string> App::queries() const {
  std::vector<std::string> names;
  for (const BoundQuery& query : impl_->bound.queries) names.push_back(query.name);
  return names;
}

std::vector<std::string> App::default_outputs() const {
  std::vector<std::string> names;
  for (const OutputRequest& output : DefaultOutputs(impl_->bound)) {
    names.push_back(output.query ? "query:" + output.name : output.name);
  }
  return names;
}

Outcome App::Explain(const std::string& format, std::string* out) const {
  PlanOptions options;
  options.optimize = impl_->options.optimize;
  options.outputs = DefaultOutputs(impl_->bound);
  const Result<Plan> plan = MakePlan(impl_->bound, options);
  if (!plan.ok()) return ToOutcome(plan.status());
  Result<std::string> text = ExplainPlan(plan.value(), format);
  if (!text.ok()) return ToOutcome(text.status());
  *out = std::move(text).value();
  return {};
}

std::string App::Print() const { return ast::Print(impl_->ast); }

OutputRequest ParseOutputName(const std::string& text) {
  constexpr std::string_view kQuery = "query:";
  if (text.substr(0, kQuery.size()) == kQuery) return {true, text.substr(kQuery.size())};
  return {false, text};
}

Outcome ToOutcome(const Status& status) {
  switch (status.code()) {
    case StatusCode::kOk:
      return {};
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
      return {OutcomeCode::kUsage, status.message()};
    case StatusCode::kNotSupported:
    case StatusCode::kLimit:
      return {OutcomeCode::kAppRefused, status.message()};
    case StatusCode::kDataError:
      return {OutcomeCode::kBadRecord, status.message()};
    case StatusCode::kIoError:
    case StatusCode::kNoSpace:
    case StatusCode::kCorrupt:
      return {OutcomeCode::kIo, status.message()};
    case StatusCode::kCannotCreate:
      return {OutcomeCode::kCannotCreate, status.message()};
    case StatusCode::kLocked:
      return {OutcomeCode::kLocked, status.message()};
  }
  __builtin_unreachable();
}

}  // namespace weir
