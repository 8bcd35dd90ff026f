#pragma once

#include <map>
#include <string>

#include "base/check.h"
#include "base/random.h"
#include "state/snapshot_store.h"

namespace weir {

using Records = std::map<std::string, std::string>;

inline SnapshotMeta MetaOf(uint64_t number, const Records& records) {
  SnapshotMeta meta;
  meta.number = number;
  meta.log_number = 10 * number;
  meta.payload = "payload " + std::to_string(number);
  meta.record_count = records.size();
  for (const auto& [key, value] : records) meta.sum.Add(SumOfRecord(key, value));
  return meta;
}

// Brings the base to `to`, in an order of the seed's.
inline Status FeedChange(SnapshotChange* change, const Records& base, const Records& to,
                         uint64_t seed) {
  std::map<uint64_t, std::pair<std::string, const std::string*>> todo;
  Random random(seed);
  for (const auto& [key, value] : base) {
    if (to.count(key) == 0) todo[random.Next()] = {key, nullptr};
  }
  for (const auto& [key, value] : to) {
    const auto old = base.find(key);
    if (old == base.end() || old->second != value) todo[random.Next()] = {key, &value};
  }
  for (const auto& [order, record] : todo) {
    Status status = record.second == nullptr ? change->Delete(record.first)
                                             : change->Put(record.first, *record.second);
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

inline Result<Records> ReadSnapshot(SnapshotStore* store, uint64_t number) {
  Result<std::unique_ptr<SnapshotReader>> reader = store->Read(number);
  if (!reader.ok()) return reader.status();
  Records records;
  std::string last;
  while (true) {
    std::string_view key;
    std::string_view value;
    const Result<bool> found = reader.value()->Next(&key, &value);
    if (!found.ok()) return found.status();
    if (!found.value()) return records;
    CHECK(records.empty() || last < key);
    last = key;
    records.emplace(key, value);
  }
}

// Records of a few owners; about a third differs from those before.
inline Records ChangeRecords(Records records, Random* random) {
  for (uint64_t n = random->Below(40); n > 0; --n) {
    std::string key = "owner" + std::to_string(random->Below(3));
    key += '\0';
    key += std::to_string(random->Below(60));
    if (random->OneIn(3)) {
      records.erase(key);
    } else {
      records[key] = std::to_string(random->Next()) + std::string(random->Below(300), 'v');
    }
  }
  return records;
}

}  // namespace weir
