#include "testing/bench_pipeline.h"

#include <cstdio>

#include "bind/binder.h"
#include "library/builtins.h"
#include "parser/parser.h"

namespace weir {

BenchPipeline::BenchPipeline(const std::string& queries) {
  const std::string text = StockEvents::Definition() + queries;
  auto parsed = ParseApp(text, {});
  for (const ast::Diagnostic& d : parsed.diagnostics) {
    std::fputs(ast::RenderDiagnostic(d, "bench", text).c_str(), stderr);
  }
  CHECK(parsed.value.has_value());
  auto bound = BindApp(*parsed.value, BuiltinRegistry(), BuiltinTransports());
  for (const ast::Diagnostic& d : bound.diagnostics) {
    std::fputs(ast::RenderDiagnostic(d, "bench", text).c_str(), stderr);
  }
  CHECK(bound.app.has_value());
  app_ = std::move(*bound.app);
  PlanOptions options;
  options.outputs = {{false, "Out"}};
  auto plan = MakePlan(app_, options);
  CHECK(plan.ok());
  plan_ = std::move(plan).value();
}

void BenchPipeline::Generate(const StockOptions& options, uint64_t events) {
  StockEvents generator(options);
  epochs_.clear();
  const size_t stock = SourceNamed("S");
  while (events > 0) {
    const auto rows = static_cast<uint32_t>(std::min<uint64_t>(events, kChunkRows));
    Epoch epoch;
    epoch.sources.resize(plan_.sources.size());
    epoch.sources[stock].chunks.push_back(generator.NextChunk(rows, &epoch.timeline));
    epochs_.push_back(std::move(epoch));
    events -= rows;
  }
  plan_.dag->Start(epochs_.front().timeline.base);
}

size_t BenchPipeline::SourceNamed(const std::string& name) const {
  for (size_t s = 0; s < plan_.sources.size(); ++s) {
    if (plan_.sources[s].name == name) return s;
  }
  CHECK(false);
  return 0;
}

void BenchPipeline::Load(const std::string& name, uint64_t rows) {
  const size_t source = SourceNamed(name);
  const TimeMs clock = epochs_.front().timeline.base;
  for (uint64_t next = 0; next < rows;) {
    const auto count = static_cast<uint32_t>(std::min<uint64_t>(rows - next, kChunkRows));
    Timeline timeline;
    timeline.base = clock;
    timeline.clocks.assign(count, clock);
    ColumnBuilder k(Type::kLong, count), v(Type::kDouble, count);
    RowMetaBuilder meta;
    for (uint32_t i = 0; i < count; ++i, ++next) {
      k.Append(static_cast<int64_t>(next));
      v.Append(static_cast<double>(next) + 0.5);
      meta.Append(clock, RowKind::kCurrent, {timeline.MessageMoment(i), Path()});
    }
    std::vector<Port> sources(plan_.sources.size()), taps(1);
    sources[source].chunks.push_back(
        meta.Finish(plan_.sources[source].schema, {k.Finish(), v.Finish()}));
    plan_.dag->Run(timeline, sources, &taps);
  }
}

uint64_t BenchPipeline::Run(double from, double to) {
  uint64_t rows = 0;
  const auto count = static_cast<double>(epochs_.size());
  for (auto e = static_cast<size_t>(from * count); e < static_cast<size_t>(to * count); ++e) {
    std::vector<Port> taps(1);
    plan_.dag->Run(epochs_[e].timeline, epochs_[e].sources, &taps);
    for (const Chunk& chunk : taps[0].chunks) rows += chunk.size();
  }
  return rows;
}

}  // namespace weir
