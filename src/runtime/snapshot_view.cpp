#include <map>

#include "base/state_map.h"
#include "plan/state_units.h"
#include "runtime/state_view.h"
#include "state/snapshot_store.h"
#include "state/table_database.h"
#include "types/value.h"

namespace weir {
namespace {

// Records and bytes, keys included.
struct Amount {
  uint64_t records = 0;
  uint64_t bytes = 0;
};

// Opens the snapshots so that nothing is changed, and nobody changes them meanwhile.
Outcome OpenSnapshots(const StateLocation& location, StateView* view,
                      std::unique_ptr<SnapshotStore>* store) {
  const Outcome opened = StateView::Open(location, view);
  if (!opened.ok()) return opened;
  const Status locked = view->Lock();
  if (!locked.ok()) return ViewOutcome(locked);
  SnapshotOptions options;
  options.sealing = view->sealing();
  options.read_only = true;
  auto read = SnapshotStore::Open(view->fs(), view->snapshots(), options);
  if (!read.ok()) return ViewOutcome(read.status());
  *store = std::move(read).value();
  return {};
}

// The first of the databases that cannot be opened.
Outcome Damage(const SnapshotStore& store) {
  const std::vector<std::string> notes = store.notes();
  return notes.empty() ? Outcome() : Outcome(OutcomeCode::kIo, notes[0]);
}

std::vector<SnapshotMeta> MetasOf(const SnapshotStore& store) {
  std::vector<SnapshotMeta> metas;
  for (const SnapshotMeta& meta : {store.older(), store.newest()}) {
    if (meta.number != 0) metas.push_back(meta);
  }
  return metas;
}

Result<uint64_t> BytesBelow(FileSystem* fs, const std::string& directory) {
  const Result<std::vector<std::string>> names = fs->List(directory);
  if (!names.ok()) return names.status();
  uint64_t bytes = 0;
  for (const std::string& name : names.value()) {
    const Result<uint64_t> size = fs->SizeOf(JoinPath(directory, name));
    if (!size.ok()) return size.status();
    bytes += size.value();
  }
  return bytes;
}

std::string LinesJson(const std::string& text) {
  std::string json;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    json += json.empty() ? "[" : ",";
    AppendStringJson(std::string_view(text).substr(begin, end - begin), &json);
    begin = end + 1;
  }
  return json.empty() ? "[]" : json + "]";
}

void Show(const SnapshotMeta& meta, const std::vector<StateUnit>& units,
          const std::map<std::string, Amount>& owners, const LineSink& out) {
  std::map<std::string, std::string> unit_of;
  for (const StateUnit& unit : units) {
    Amount amount;
    for (const std::string& owner : unit.owners) {
      unit_of[owner] = unit.name;
      const auto at = owners.find(owner);
      if (at == owners.end()) continue;
      amount.records += at->second.records;
      amount.bytes += at->second.bytes;
    }
    JsonLine line;
    line.Number("snapshot", meta.number)
        .Text("unit", unit.name)
        .Raw("shape", LinesJson(unit.shape))
        .Number("records", amount.records)
        .Number("bytes", amount.bytes);
    if (!out(line.End())) return;
  }
  for (const auto& [owner, amount] : owners) {
    JsonLine line;
    line.Number("snapshot", meta.number).Text("owner", owner);
    if (unit_of.count(owner) > 0) line.Text("unit", unit_of[owner]);
    line.Number("records", amount.records).Number("bytes", amount.bytes);
    if (!out(line.End())) return;
  }
}

}  // namespace

Outcome ListSnapshots(const StateLocation& location, const LineSink& out) {
  StateView view;
  std::unique_ptr<SnapshotStore> store;
  const Outcome opened = OpenSnapshots(location, &view, &store);
  if (!opened.ok()) return opened;
  for (const SnapshotMeta& meta : MetasOf(*store)) {
    const std::string directory = store->PathOf(meta.number);
    const Result<uint64_t> bytes = BytesBelow(view.fs(), directory);
    if (!bytes.ok()) return ViewOutcome(bytes.status());
    JsonLine line;
    line.Number("snapshot", meta.number)
        .Number("log_record", meta.log_number)
        .Number("records", meta.record_count)
        .Number("bytes", bytes.value())
        .Text("directory", directory);
    if (!out(line.End())) return {};
  }
  return Damage(*store);
}

Outcome ShowSnapshot(const StateLocation& location, uint64_t number, const LineSink& out) {
  StateView view;
  std::unique_ptr<SnapshotStore> store;
  const Outcome opened = OpenSnapshots(location, &view, &store);
  if (!opened.ok()) return opened;
  SnapshotMeta meta = store->newest();
  if (number != 0 && store->older().number == number) meta = store->older();
  if (number == 0 && meta.number == 0) return Damage(*store);  // there is none
  auto reader = store->Read(number == 0 ? meta.number : number);
  if (!reader.ok()) return ViewOutcome(reader.status());
  StateMap unit_records;
  std::map<std::string, Amount> owners;
  for (;;) {
    std::string_view key, value;
    const Result<bool> more = reader.value()->Next(&key, &value);
    if (!more.ok()) return ViewOutcome(more.status());
    if (!more.value()) break;
    const std::string owner(key.substr(0, key.find('\0')));
    Amount& amount = owners[owner];
    ++amount.records;
    amount.bytes += key.size() + value.size();
    if (owner == ":units") unit_records.Put(key, value);
  }
  std::vector<StateUnit> units;
  StateMap::Source source(unit_records);
  StateReader in(&source);
  if (in.BeginOwner(":units")) {
    in.Read(units);
    in.EndOwner();
  }
  if (!in.ok()) return ViewOutcome(in.status());
  Show(meta, units, owners, out);
  return {};
}

namespace {

// A snapshot names the checkpoint that has its tables on disk; 0: it has none.
Status VerifyTables(const StateView& view, SnapshotStore* store, uint64_t number) {
  auto source = store->Source(number);
  if (!source.ok()) return source.status();
  StateReader in(source.value().get());
  if (!in.BeginOwner(":tables")) return in.status();
  const auto checkpoint = in.Get<uint64_t>();
  in.EndOwner();
  if (!in.ok() || checkpoint == 0) return in.status();
  return TableDatabase::Verify(view.fs(), JoinPath(view.tables(), std::to_string(checkpoint)));
}

}  // namespace

Outcome VerifySnapshots(const StateLocation& location, const LineSink& out) {
  StateView view;
  std::unique_ptr<SnapshotStore> store;
  const Outcome opened = OpenSnapshots(location, &view, &store);
  if (!opened.ok()) return opened;
  for (const std::string& note : store->notes()) {
    if (!out(JsonLine().Text("problem", note).End())) return {};
  }
  Outcome outcome = Damage(*store);
  for (const SnapshotMeta& meta : MetasOf(*store)) {
    Status status = store->Verify(meta.number);
    if (status.ok()) status = VerifyTables(view, store.get(), meta.number);
    JsonLine line;
    line.Number("snapshot", meta.number)
        .Number("log_record", meta.log_number)
        .Number("records", meta.record_count)
        .Raw("damaged", status.ok() ? "false" : "true");
    if (!status.ok()) line.Text("problem", status.message());
    if (!out(line.End())) return {};
    if (!status.ok() && outcome.ok()) outcome = ViewOutcome(status);
  }
  return outcome;
}

}  // namespace weir
