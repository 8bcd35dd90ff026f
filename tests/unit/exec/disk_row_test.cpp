#include "exec/disk_row.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

SchemaPtr MakeSchema() {
  return std::make_shared<const Schema>(std::vector<Attribute>{{"b", Type::kBool},
                                                               {"s", Type::kString},
                                                               {"i", Type::kInt},
                                                               {"o", Type::kObject},
                                                               {"d", Type::kDouble},
                                                               {"t", Type::kString},
                                                               {"", Type::kLong}});
}

// One row with all values, or null wherever that may be.
Chunk MakeRow(const SchemaPtr& schema, bool nulls, int64_t number) {
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < schema->size(); ++c) {
    ColumnBuilder builder((*schema)[c].type);
    if (nulls && c + 1 < schema->size()) {
      builder.AppendNull();
    } else if (c == 0) {
      builder.Append<uint8_t>(1);
    } else if (c == 1) {
      builder.AppendString("a text that is longer than what fits beside");
    } else if (c == 2) {
      builder.Append<int32_t>(-7);
    } else if (c == 3) {
      builder.AppendObject(std::make_shared<const Object>(Object{int64_t{5}}));
    } else if (c == 4) {
      builder.Append<double>(2.5);
    } else if (c == 5) {
      builder.AppendString("");
    } else {
      builder.Append<int64_t>(number);
    }
    columns.push_back(builder.Finish());
  }
  RowMetaBuilder meta;
  meta.Append(1234, RowKind::kCurrent, OrderKey());
  return meta.Finish(schema, std::move(columns));
}

std::vector<ColumnBuilder> BuildersFor(const Schema& schema, const std::vector<uint32_t>& columns) {
  std::vector<ColumnBuilder> builders;
  for (const uint32_t column : columns) builders.emplace_back(schema[column].type);
  return builders;
}

TEST(DiskRow, ComesBackAsItWas) {
  const SchemaPtr schema = MakeSchema();
  const DiskRowFormat format(schema);
  const std::vector<uint32_t> columns{6, 5, 4, 3, 2, 1, 0};
  for (const bool nulls : {false, true}) {
    const Chunk chunk = MakeRow(schema, nulls, 42);
    std::string bytes;
    format.Encode(ChunkRow{chunk, 0}, &bytes);
    int64_t number = 0;
    ASSERT_TRUE(DiskRowFormat::NumberOf(bytes, &number));
    EXPECT_EQ(number, 42);
    std::vector<ColumnBuilder> builders = BuildersFor(*schema, columns);
    TimeMs timestamp = 0;
    ASSERT_TRUE(format.Decode(bytes, columns, &builders, &timestamp));
    EXPECT_EQ(timestamp, 1234);
    for (size_t i = 0; i < columns.size(); ++i) {
      const auto column = builders[i].Finish();
      ASSERT_EQ(column->size(), 1u);
      EXPECT_EQ(column->GetValue(0).ToText(), chunk.column(columns[i])->GetValue(0).ToText());
    }
  }
}

// Bytes that are cut, or go on, are no row; whatever they are, reading ends.
TEST(DiskRow, OtherBytesAreRefused) {
  const SchemaPtr schema = MakeSchema();
  const DiskRowFormat format(schema);
  const std::vector<uint32_t> columns{0, 1, 2, 3, 4, 5, 6};
  const Chunk chunk = MakeRow(schema, false, 42);
  std::string bytes;
  format.Encode(ChunkRow{chunk, 0}, &bytes);
  TimeMs timestamp = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::vector<ColumnBuilder> builders = BuildersFor(*schema, columns);
    const std::string cut = bytes.substr(0, size);
    EXPECT_FALSE(format.Decode(cut, columns, &builders, &timestamp)) << size;
  }
  std::vector<ColumnBuilder> builders = BuildersFor(*schema, columns);
  EXPECT_FALSE(format.Decode(bytes + "x", columns, &builders, &timestamp));
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x81);
    builders = BuildersFor(*schema, columns);
    (void)format.Decode(changed, columns, &builders, &timestamp);
  }
}

TEST(DiskRow, NumbersInKeysLieInTheirOrder) {
  std::string small, large;
  AppendBigEndian(255, 8, &small);
  AppendBigEndian(256, 8, &large);
  EXPECT_LT(small, large);
  EXPECT_EQ(ReadBigEndian(large), 256u);
}

}  // namespace
}  // namespace weir
