#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "exec/operator.h"
#include "types/chunk.h"

namespace weir::select_test {

// A row as a test writes it; rows with equal emission numbers form one emission.
struct TestRow {
  uint32_t emission;
  RowKind kind;
  std::vector<Value> values;  // none: a row of nulls (reset)
};

// Rows `rows` of `schema` as one chunk. With `hidden`, every row is followed by one that the
// chunk's selection leaves out.
inline Chunk MakeTestChunk(const SchemaPtr& schema, std::span<const TestRow> rows, bool hidden) {
  std::vector<ColumnBuilder> builders;
  for (const Attribute& attribute : schema->attributes()) builders.emplace_back(attribute.type);
  RowMetaBuilder meta;
  Selection selection;
  for (const TestRow& row : rows) {
    // Emissions of one message differ in their path only.
    const OrderKey key{PackMoment(row.emission / 2, 0, kMessageRound),
                       Path().Append(row.emission % 2, 1)};
    selection.push_back(static_cast<uint32_t>(meta.size()));
    for (int copy = 0; copy < (hidden ? 2 : 1); ++copy) {
      meta.Append(1000 + row.emission, row.kind, key);
      for (size_t c = 0; c < builders.size(); ++c) {
        row.values.empty() || copy == 1 ? builders[c].AppendNull()
                                        : builders[c].AppendValue(row.values[c]);
      }
    }
  }
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.Finish());
  const Chunk chunk = meta.Finish(schema, std::move(columns));
  return hidden ? chunk.WithSelection(std::move(selection)) : chunk;
}

inline std::string DescribeRow(uint32_t emission, RowKind kind, const std::vector<Value>& values) {
  std::string text = std::to_string(emission) + (kind == RowKind::kCurrent   ? " +"
                                                 : kind == RowKind::kExpired ? " -"
                                                                             : " 0");
  for (const Value& value : values) {
    text += " ";
    text += value.type() == Type::kObject && !value.is_null() ? "object" : value.ToText();
  }
  return text;
}

inline std::vector<std::string> DescribeRows(std::span<const Chunk> chunks) {
  std::vector<std::string> lines;
  for (const Chunk& chunk : chunks) {
    for (uint32_t i = 0; i < chunk.size(); ++i) {
      const uint32_t row = chunk.Row(i);
      std::vector<Value> values;
      for (const ColumnPtr& column : chunk.columns()) values.push_back(column->GetValue(row));
      const uint32_t emission = MomentPosition(chunk.moment(row)) * 2 +
                                static_cast<uint32_t>(chunk.path(row).high() >> 63);
      EXPECT_EQ(chunk.timestamp(row), 1000 + static_cast<TimeMs>(emission));
      lines.push_back(DescribeRow(emission, chunk.kind(row), values));
    }
  }
  return lines;
}

// Where to cut rows into chunks: never inside an emission, at most `rows_max` rows unless one
// emission is bigger.
inline std::vector<Chunk> SplitRows(const SchemaPtr& schema, const std::vector<TestRow>& rows,
                                    size_t rows_max, bool hidden) {
  std::vector<Chunk> chunks;
  for (size_t begin = 0; begin < rows.size();) {
    size_t end = begin;
    while (end < rows.size()) {
      size_t next = end + 1;
      while (next < rows.size() && rows[next].emission == rows[end].emission) ++next;
      if (end > begin && next - begin > rows_max) break;
      end = next;
    }
    chunks.push_back(MakeTestChunk(schema, std::span(rows).subspan(begin, end - begin), hidden));
    begin = end;
  }
  return chunks;
}

// Feeds each chunk in an epoch of its own or all in one.
inline std::vector<std::string> RunRows(Operator* op, std::vector<Chunk> chunks, bool one_epoch) {
  Timeline timeline;
  timeline.clocks.assign(kMaxEpochMessages, 0);
  std::vector<Chunk> out;
  Port port;
  if (one_epoch) {
    port.chunks = std::move(chunks);
    op->Process({timeline, {&port, 1}, std::nullopt}, &out);
  } else {
    for (Chunk& chunk : chunks) {
      port.chunks = {std::move(chunk)};
      op->Process({timeline, {&port, 1}, std::nullopt}, &out);
    }
  }
  return DescribeRows(out);
}

}  // namespace weir::select_test
