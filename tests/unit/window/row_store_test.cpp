#include "types/row_store.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace weir::window_test {
namespace {

SchemaPtr StoredSchema() {
  static const auto schema =
      std::make_shared<const Schema>(std::vector<Attribute>{{"text", Type::kString},
                                                            {"number", Type::kDouble},
                                                            {"flag", Type::kBool},
                                                            {"thing", Type::kObject}});
  return schema;
}

struct StoredRow {
  TimeMs timestamp = 0;
  std::vector<Value> values;
};

StoredRow RandomRow(std::mt19937_64& random) {
  StoredRow row;
  row.timestamp = static_cast<TimeMs>(random() % 1000);
  const bool nulls = random() % 4 == 0;
  row.values.push_back(nulls ? Value::Null(Type::kString)
                             : Value::String(std::string(random() % 40, 'x')));
  row.values.push_back(Value::Double(static_cast<double>(random() % 100)));
  row.values.push_back(Value::Bool(random() % 2 == 0));
  auto object = std::make_shared<Object>();
  object->value = static_cast<int32_t>(random() % 100);
  row.values.push_back(nulls ? Value::Null(Type::kObject) : Value::FromObject(object));
  return row;
}

Chunk MakeChunk(const std::vector<StoredRow>& rows) {
  std::vector<ColumnBuilder> builders;
  for (const Attribute& attribute : StoredSchema()->attributes()) {
    builders.emplace_back(attribute.type);
  }
  RowMetaBuilder meta;
  for (const StoredRow& row : rows) {
    for (size_t c = 0; c < builders.size(); ++c) builders[c].AppendValue(row.values[c]);
    meta.Append(row.timestamp, RowKind::kCurrent, {});
  }
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.Finish());
  return meta.Finish(StoredSchema(), std::move(columns));
}

void ExpectHolds(const RowStore& store, const std::map<RowId, StoredRow>& model) {
  ASSERT_EQ(store.live_rows(), model.size());
  std::vector<RowId> ids;
  for (const auto& [id, row] : model) ids.push_back(id);
  ids.push_back(kNoRow);
  const std::vector<ColumnPtr> columns = store.GatherAll(ids);
  for (size_t c = 0; c < columns.size(); ++c) {
    size_t i = 0;
    for (const auto& [id, row] : model) {
      ASSERT_EQ(store.timestamp(id), row.timestamp);
      ASSERT_EQ(store.IsValid(c, id), !row.values[c].is_null());
      ASSERT_TRUE(columns[c]->GetValue(i) == row.values[c]) << "column " << c << " row " << id;
      ASSERT_TRUE(store.GetValue(c, id) == row.values[c]);
      ++i;
    }
    ASSERT_FALSE(columns[c]->IsValid(i));
  }
}

TEST(RowStore, HoldsWhatAMapHolds) {
  std::mt19937_64 random(5);
  RowStore store(StoredSchema());
  std::map<RowId, StoredRow> model;
  for (int round = 0; round < 60; ++round) {
    std::vector<StoredRow> rows(random() % 50 + 1);
    for (StoredRow& row : rows) row = RandomRow(random);
    Chunk chunk = MakeChunk(rows);
    if (round % 3 == 0) {  // every second row only
      Selection selection;
      for (uint32_t i = 0; i < rows.size(); i += 2) selection.push_back(i);
      chunk = chunk.WithSelection(std::move(selection));
    }
    const uint32_t begin = static_cast<uint32_t>(random() % chunk.size());
    std::vector<RowId> ids(chunk.size() - begin);
    store.Add(chunk, begin, chunk.size(), ids.data());
    for (uint32_t i = begin; i < chunk.size(); ++i) {
      ASSERT_TRUE(model.emplace(ids[i - begin], rows[chunk.Row(i)]).second) << "an id in use";
    }
    for (auto& [id, row] : model) {
      if (random() % 10 != 0) continue;
      const size_t column = random() % 3;
      row.values[column] = RandomRow(random).values[column];
      store.SetValue(column, id, row.values[column]);
    }
    for (auto it = model.begin(); it != model.end();) {
      if (random() % 2 != 0) {
        ++it;
        continue;
      }
      store.Release(it->first);
      // Readable until reclaimed.
      ASSERT_TRUE(store.GetValue(0, it->first) == it->second.values[0]);
      it = model.erase(it);
    }
    if (round % 2 == 0) store.Reclaim();
    ExpectHolds(store, model);
    if (HasFatalFailure()) return;
  }
}

TEST(RowStore, ReusesReclaimedRows) {
  std::mt19937_64 random(6);
  RowStore store(StoredSchema());
  const Chunk chunk = MakeChunk({RandomRow(random), RandomRow(random)});
  RowId ids[2];
  store.Add(chunk, 0, 2, ids);
  const size_t bytes = store.bytes();
  for (int round = 0; round < 1000; ++round) {
    for (RowId id : ids) store.Release(id);
    store.Reclaim();
    store.Add(chunk, 0, 2, ids);
  }
  EXPECT_EQ(store.live_rows(), 2u);
  EXPECT_EQ(store.bytes(), bytes);
}

}  // namespace
}  // namespace weir::window_test
