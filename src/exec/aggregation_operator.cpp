#include "exec/aggregation_operator.h"

#include <utility>

#include "exec/serves_all_keys.h"

namespace weir {
namespace {

class AggregationOperator final : public StepOperator {
 public:
  // `hosts`: port 0 fills the aggregation, the readers' ports follow.
  AggregationOperator(OrderPlace place, std::shared_ptr<Aggregation> aggregation,
                      std::vector<AggregationReader> readers, bool hosts)
      : StepOperator(place),
        aggregation_(std::move(aggregation)),
        store_(aggregation_->store),
        hosts_(hosts) {
    for (AggregationReader& reader : readers) {
      Reader made;
      made.wanted.assign(store_.spec().output->size(), false);
      for (const uint32_t column : reader.columns) made.wanted[column] = true;
      made.spec = std::move(reader);
      readers_.push_back(std::move(made));
    }
  }

  void Start(TimeMs now) override {
    if (hosts_) store_.Start(now);
  }

 protected:
  void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) override {
    if (hosts_ && port == 0) {
      Take(chunk, begin, end);
    } else {
      Answer(&readers_[port - (hosts_ ? 1 : 0)], chunk, begin, end);
    }
  }

  void Flush() override {
    for (Reader& reader : readers_) reader.questions = Questions();
  }

  void SaveStep(StateWriter& out) const override {
    if (hosts_) out.Write(*aggregation_);
    for (const Reader& reader : readers_) out.Write(reader.clean);
  }
  void LoadStep(StateReader& in) override {
    if (hosts_) in.Read(*aggregation_);
    for (Reader& reader : readers_) in.Read(reader.clean);
  }

 private:
  // What rows ask for, as columns over their chunk.
  struct Questions {
    ColumnPtr begin, end, per;
  };
  struct Reader {
    AggregationReader spec;
    std::vector<bool> wanted;  // of the aggregation's output
    bool clean = false;        // nothing but resets went out since the last one
    Questions questions;       // of the chunk at hand
  };

  // Purges come between the rows before and after their tick.
  void Take(const Chunk& chunk, uint32_t begin, uint32_t end) {
    while (begin < end) {
      BeginStep(chunk.KeyAt(begin));
      store_.Purge(now());
      uint32_t stop = end;
      const TimeMs next = store_.NextPurge();
      if (timeline().TimeOf(chunk.moment(chunk.Row(end - 1))) >= next) {
        stop = begin + 1;
        while (timeline().TimeOf(chunk.moment(chunk.Row(stop))) < next) ++stop;
      }
      aggregation_->rows_without_time += store_.Add(Part(chunk, begin, stop), timeline());
      begin = stop;
    }
  }

  // Copied if it is small: evaluating over a chunk costs more the longer it is.
  static Chunk Part(const Chunk& chunk, uint32_t begin, uint32_t end) {
    if ((end - begin) * 4 > chunk.physical_size()) return chunk.Slice(begin, end);
    const ChunkRun run{&chunk, begin, end};
    return ConcatenateRuns(chunk.schema(), {&run, 1});
  }

  void Answer(Reader* reader, const Chunk& chunk, uint32_t begin, uint32_t end) {
    // Every chunk is taken from its first row on, in one piece or in several.
    if (begin == 0) {
      const EvalContext rows{chunk, &timeline()};
      const AggregationReader& spec = reader->spec;
      reader->questions.begin = EvalColumn(*spec.within_begin, rows);
      if (spec.within_end != nullptr) reader->questions.end = EvalColumn(*spec.within_end, rows);
      reader->questions.per = EvalColumn(*spec.per, rows);
    }
    for (uint32_t i = begin; i < end;) {
      const uint32_t emission_end = chunk.EmissionEnd(i);
      BeginStep(chunk.KeyAt(i));
      store_.Purge(now());
      for (; i < emission_end; ++i) AnswerRow(reader, chunk, chunk.Row(i));
    }
  }

  void AnswerRow(Reader* reader, const Chunk& chunk, uint32_t row) {
    const RowKind kind = chunk.kind(row);
    if (kind == RowKind::kReset) {
      Reset(reader, chunk.timestamp(row));
      return;
    }
    if (kind != RowKind::kCurrent && kind != RowKind::kExpired) return;
    if (kind == RowKind::kExpired && !reader->spec.needs_expired) return;
    const Questions& questions = reader->questions;
    std::optional<Value> end;
    if (questions.end != nullptr) end = questions.end->GetValue(row);
    const auto range = ResolveRange(store_.spec(), questions.begin->GetValue(row), end,
                                    questions.per->GetValue(row));
    if (!range.ok()) {
      if (aggregation_->refused_reads++ == 0) {
        aggregation_->first_refusal = range.status().message();
      }
      return;
    }
    const OrderKey key = EmissionKey();
    const std::vector<ColumnPtr> found = Find(*reader, range.value(), chunk, row, key);
    Emit(reader, found, chunk.timestamp(row), kind, key);
    if (reader->spec.has_window) return;
    // A row without a window expires at once and takes the aggregates behind with it.
    if (reader->spec.needs_expired) Emit(reader, found, now(), RowKind::kExpired, EmissionKey());
    Reset(reader, now());
  }

  // The columns of what goes out for a row.
  std::vector<ColumnPtr> Find(const Reader& reader, const AggregationRange& range,
                              const Chunk& chunk, uint32_t row, const OrderKey& key) {
    const AggregationReader& spec = reader.spec;
    const std::vector<uint32_t> rows = store_.Find(range, now());
    std::vector<ColumnPtr> buckets = store_.Read(range.level, rows, reader.wanted, key, timeline());
    std::vector<ColumnPtr> columns;
    const auto add_buckets = [&] {
      for (const uint32_t c : spec.columns) columns.push_back(buckets[c]);
    };
    if (!spec.rows_first) add_buckets();
    const std::vector<uint32_t> repeated(rows.size(), row);
    for (const ColumnPtr& column : chunk.columns()) {
      columns.push_back(GatherColumn(column, repeated));
    }
    if (spec.rows_first) add_buckets();
    if (spec.on != nullptr && !rows.empty()) {
      RowMetaBuilder meta;
      for (size_t i = 0; i < rows.size(); ++i) {
        meta.Append(chunk.timestamp(row), RowKind::kCurrent, key);
      }
      const Chunk pairs = meta.Finish(spec.output, columns);
      const Selection kept = EvalFilter(*spec.on, {pairs, &timeline()});
      if (kept.size() < rows.size()) {
        for (ColumnPtr& column : columns) column = GatherColumn(column, kept);
      }
    }
    const bool none = columns.empty() ? rows.empty() : columns[0]->size() == 0;
    if (none && spec.keeps_unmatched) return Unmatched(spec, chunk, row);
    return columns;
  }

  // The row, and nulls for the aggregation.
  static std::vector<ColumnPtr> Unmatched(const AggregationReader& spec, const Chunk& chunk,
                                          uint32_t row) {
    std::vector<ColumnPtr> columns;
    const size_t first = spec.rows_first ? 0 : spec.columns.size();
    for (size_t c = 0; c < spec.output->size(); ++c) {
      if (c >= first && c - first < chunk.column_count()) {
        columns.push_back(GatherColumn(chunk.column(c - first), {{row}}));
      } else {
        columns.push_back(NullColumn((*spec.output)[c].type));
      }
    }
    return columns;
  }

  static ColumnPtr NullColumn(Type type) {
    ColumnBuilder builder(type);
    builder.AppendNull();
    return builder.Finish();
  }

  void Emit(Reader* reader, const std::vector<ColumnPtr>& columns, TimeMs timestamp, RowKind kind,
            const OrderKey& key) {
    if (columns.empty() || columns[0]->size() == 0) return;
    RowMetaBuilder meta;
    for (size_t i = 0; i < columns[0]->size(); ++i) meta.Append(timestamp, kind, key);
    out()->push_back(meta.Finish(reader->spec.output, columns));
    reader->clean = false;
  }

  void Reset(Reader* reader, TimeMs timestamp) {
    const OrderKey key = EmissionKey();
    if (reader->clean) return;  // a reset after a reset says nothing
    std::vector<ColumnPtr> columns;
    for (const Attribute& a : reader->spec.output->attributes()) {
      columns.push_back(NullColumn(a.type));
    }
    RowMetaBuilder meta;
    meta.Append(timestamp, RowKind::kReset, key);
    out()->push_back(meta.Finish(reader->spec.output, std::move(columns)));
    reader->clean = true;
  }

  std::shared_ptr<Aggregation> aggregation_;
  AggregationStore& store_;
  bool hosts_;
  std::vector<Reader> readers_;
};

class ReaderOutputOperator final : public Operator, public ServesAllKeys {
 public:
  explicit ReaderOutputOperator(SchemaPtr schema) : schema_(std::move(schema)) {}

  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      if (chunk.schema() == schema_) out->push_back(chunk);
    }
  }
  void Save(StateWriter&) const override {}
  void Load(StateReader&) override {}

 private:
  SchemaPtr schema_;
};

}  // namespace

std::unique_ptr<Operator> MakeAggregationOperator(OrderPlace place,
                                                  std::shared_ptr<Aggregation> aggregation,
                                                  std::vector<AggregationReader> readers) {
  return std::make_unique<AggregationOperator>(place, std::move(aggregation), std::move(readers),
                                               /*hosts=*/true);
}

std::unique_ptr<Operator> MakeBucketsOperator(OrderPlace place,
                                              std::shared_ptr<Aggregation> aggregation,
                                              AggregationReader reader) {
  return std::make_unique<AggregationOperator>(place, std::move(aggregation),
                                               std::vector{std::move(reader)}, /*hosts=*/false);
}

std::unique_ptr<Operator> MakeReaderOutputOperator(SchemaPtr schema) {
  return std::make_unique<ReaderOutputOperator>(std::move(schema));
}

}  // namespace weir
