#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "exec/select_operator.h"
#include "exec/union_operator.h"

namespace weir::test {
namespace {

SchemaPtr RowSchema() {
  return std::make_shared<const Schema>(std::vector<Attribute>{
      {"n", Type::kInt}, {"text", Type::kString}, {"object", Type::kObject}});
}

// Row number n of its emission, recognisable in every column.
void AppendRow(int n, RowMetaBuilder* meta, std::vector<ColumnBuilder>* columns,
               const OrderKey& key) {
  meta->Append(n, n % 3 == 0 ? RowKind::kExpired : RowKind::kCurrent, key);
  meta->AppendRowId(static_cast<uint32_t>(n) + 7);
  (*columns)[0].Append<int32_t>(n);
  if (n % 5 == 0) {
    (*columns)[1].AppendNull();
    (*columns)[2].AppendNull();
  } else {
    (*columns)[1].AppendString((n % 2 == 0 ? "s" : "a string that is long ") + std::to_string(n));
    (*columns)[2].AppendObject(std::make_shared<const Object>(Object{n}));
  }
}

Chunk MakeChunk(const std::vector<std::pair<OrderKey, int>>& rows) {
  RowMetaBuilder meta;
  std::vector<ColumnBuilder> builders;
  for (const Type type : {Type::kInt, Type::kString, Type::kObject}) builders.emplace_back(type);
  for (const auto& [key, n] : rows) AppendRow(n, &meta, &builders, key);
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.Finish());
  return meta.Finish(RowSchema(), std::move(columns));
}

std::string RowText(const Chunk& chunk, uint32_t row) {
  std::string text = std::to_string(chunk.timestamp(row)) + "/" +
                     std::to_string(static_cast<int>(chunk.kind(row))) + "/" +
                     std::to_string(chunk.row_id(row));
  for (size_t c = 0; c < 3; ++c) text += " " + chunk.column(c)->GetValue(row).ToText();
  return text;
}

TEST(Union, MergesByKeyAndKeepsEmissionsWhole) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    const size_t port_count = 1 + random() % 5;
    const uint64_t longest = seed % 20 == 0 ? 600 : 4;
    std::vector<Port> ports(port_count);
    std::vector<std::vector<std::pair<OrderKey, int>>> pending(port_count);
    std::vector<std::string> expected;
    const auto flush = [&](size_t p) {
      if (pending[p].empty()) return;
      Chunk chunk = MakeChunk(pending[p]);
      if (random() % 2 == 0) chunk = chunk.Slice(0, chunk.size());
      ports[p].chunks.push_back(chunk);
      pending[p].clear();
    };
    int n = 0;
    for (uint32_t e = 0; e < 120; ++e) {
      const size_t p = random() % port_count;
      const OrderKey key{PackMoment(e / 7, 0, 1), Path().Append(e % 7, 3)};
      for (uint64_t rows = 1 + random() % longest; rows > 0; --rows) {
        pending[p].push_back({key, n});
        expected.push_back(RowText(MakeChunk({{key, n}}), 0));
        ++n;
      }
      if (random() % 8 == 0) flush(p);
    }
    for (size_t p = 0; p < port_count; ++p) flush(p);

    std::vector<Chunk> out;
    const Timeline timeline;
    MakeUnionOperator(RowSchema())->Process({timeline, ports, std::nullopt}, &out);
    std::vector<std::string> actual;
    OrderKey last;
    for (const Chunk& chunk : out) {
      for (uint32_t i = 0; i < chunk.size();) {
        ASSERT_TRUE(last < chunk.KeyAt(i)) << "seed " << seed;
        last = chunk.KeyAt(i);
        for (const uint32_t end = chunk.EmissionEnd(i); i < end; ++i) {
          actual.push_back(RowText(chunk, chunk.Row(i)));
        }
      }
    }
    ASSERT_EQ(expected, actual) << "seed " << seed;
  }
}

TEST(Union, OnePortPassesUncopied) {
  std::vector<Port> ports(3);
  ports[1].chunks = {MakeChunk({{{1, Path()}, 1}}), MakeChunk({{{2, Path()}, 2}})};
  std::vector<Chunk> out;
  MergePorts(ports, &out);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].column(0), ports[1].chunks[0].column(0));
  EXPECT_EQ(out[1].column(1), ports[1].chunks[1].column(1));
}

TEST(Union, LongStringsOutliveTheirSource) {
  std::vector<Port> ports(2);
  ports[0].chunks = {MakeChunk({{{1, Path()}, 1}, {{3, Path()}, 3}})};
  ports[1].chunks = {MakeChunk({{{2, Path()}, 7}})};
  std::vector<Chunk> out;
  MergePorts(ports, &out);
  ports.clear();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].column(1)->GetValue(1).string_value(), "a string that is long 7");
}

}  // namespace
}  // namespace weir::test
