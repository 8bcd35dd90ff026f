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
  auto bound = BindApp(*parsed.value, BuiltinRegistry());
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
  size_t stock = 0;
  for (size_t s = 0; s < plan_.sources.size(); ++s) {
    if (plan_.sources[s].name == "S") stock = s;
  }
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

uint64_t BenchPipeline::Run() {
  uint64_t rows = 0;
  for (const Epoch& epoch : epochs_) {
    std::vector<Port> taps(1);
    plan_.dag->Run(epoch.timeline, epoch.sources, &taps);
    for (const Chunk& chunk : taps[0].chunks) rows += chunk.size();
  }
  return rows;
}

}  // namespace weir
