#include "unit/runtime/kept_app.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "runtime/app_impl.h"
#include "runtime/tap_merge.h"

namespace weir {
namespace {

constexpr const char* kApp = R"(
define stream S (ts long, k string, v int);
@PrimaryKey('k') define table T (k string, v int);
from S#window.length(5) select k, sum(v) as total, max(v) as top group by k insert into A;
from S#window.time(20) select k, count() as n insert into B;
from every e1=S -> e2=S[k == e1.k and v > e1.v] within 50 millisec
  select e1.v as a, e2.v as b insert into C;
from S select k, v update or insert into T set T.v = v on T.k == k;
from S[v > 90] join T on S.k == T.k select S.k as k, T.v as v insert into D;
partition with (k of S) begin
  from S#window.lengthBatch(3) select k, avg(v) as mean insert into E;
end;
)";

constexpr const char* kDiskApp = R"(
define stream S (ts long, k string, v int);
@store(type='rocksdb', cache.size='1MB') @PrimaryKey('k', 'v')
define table T (k string, v int, n long);
@store(type='rocksdb', cache.size='1MB') @Index('v') define table U (k string, v int);
from S join T on S.k == T.k and S.v == T.v select S.k as k, T.n as n insert into A;
from S select k, v, 1L as n update or insert into T set T.n = T.n + 1L on T.k == k and T.v == v;
from S[v < 40] select k, v insert into U;
from S[v > 60] join U on U.v < S.v - 50 select U.k as k, U.v as v insert into B;
from S[v > 90] select k, v delete U on U.k == k and U.v < v - 70;
from S[U.k == k in U] select k, v insert into C;
)";

std::shared_ptr<const App> Compile(const char* text) {
  CompileOptions options;
  options.time = {{"S", "ts"}};
  CompileResult compiled = CompileApp(text, options);
  for (const AppDiagnostic& found : compiled.diagnostics) {
    if (found.is_error) ADD_FAILURE() << found.rendered;
  }
  return compiled.app;
}

}  // namespace

std::shared_ptr<const App> MakeKeptApp() { return Compile(kApp); }
std::shared_ptr<const App> MakeKeptDiskApp() { return Compile(kDiskApp); }

KeptApp::KeptApp(std::shared_ptr<const App> app, OutputLines* lines,
                 std::shared_ptr<TablePlace> place)
    : app_(std::move(app)), lines_(lines) {
  PlanOptions options;
  options.place = std::move(place);
  options.outputs = DefaultOutputs(app_->impl().bound);
  Plan plan = std::move(MakePlan(app_->impl().bound, options)).value();
  formats_ = app_->impl().Formats(plan);
  units_ = StateUnitsOf(app_->impl().bound, plan);
  disk_tables_ = plan.disk_tables;
  std::vector<SchemaPtr> schemas;
  for (const StreamFormat& format : formats_) schemas.push_back(format.schema);
  for (const PlannedStream& output : plan.outputs) {
    RowFormat format;
    format.name = output.name;
    writers_.push_back(std::make_unique<RowWriter>(output.schema, std::move(format)));
  }
  auto take = [this](const Timeline&, const std::vector<Port>& taps) {
    TapMerge().ForEach(taps, [this](uint32_t tap, const Chunk& chunk, uint32_t row) {
      TextBuffer text;
      writers_[tap]->WriteLine(chunk, row, 0, &text);
      lines_->emplace_back(text.view());
    });
  };
  loop_ = std::make_unique<EpochLoop>(std::move(plan.dag), schemas, true, take);
}

void KeptApp::Save(StateWriter& out) const {
  SaveAppState(units_, *loop_, out);
  out.BeginOwner(":lines");
  out.Write(uint64_t{lines_->size()});
  out.EndOwner();
}

Status KeptApp::Load(StateReader& in, bool) {
  const Status status = LoadAppState(units_, in, loop_.get(), nullptr);
  if (!status.ok()) return status;
  if (!in.BeginOwner(":lines")) return Status(StatusCode::kDataError, "no count of lines");
  const auto count = in.Get<uint64_t>();
  in.EndOwner();
  EXPECT_LE(count, lines_->size());
  lines_->resize(count);
  return in.status();
}

Status KeptApp::Begin() {
  lines_->clear();
  return Status::Ok();
}

void FillBatch(uint64_t seed, uint64_t number, MessageBatch* batch) {
  Random random(seed * 1'000'003 + number);
  for (uint64_t m = 0; m < kBatchMessages; ++m) {
    const auto ts = static_cast<int64_t>(1000 + (number * kBatchMessages + m) * 3);
    StreamRows& rows = batch->streams[0];
    rows.columns[0].Append<int64_t>(ts);
    rows.columns[1].AppendString("a key longer than twelve " + std::to_string(random.Below(4)));
    rows.columns[2].Append<int32_t>(static_cast<int32_t>(random.Below(100)));
    rows.timestamps.push_back(ts);
    batch->messages.push_back({ts, 0, 1});
    ++batch->rows;
  }
}

OutputLines CleanOutput(const std::shared_ptr<const App>& app, uint64_t seed, uint64_t batches) {
  OutputLines lines;
  KeptApp kept(app, &lines);
  for (uint64_t number = 0; number < batches; ++number) {
    MessageBatch batch(kept.formats());
    FillBatch(seed, number, &batch);
    EXPECT_TRUE(kept.Run(&batch).ok());
  }
  return lines;
}

}  // namespace weir
