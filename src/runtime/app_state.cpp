#include "runtime/app_state.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "base/hash.h"

namespace weir {
namespace {

// Before every packed state; the digit is the version of what follows.
constexpr std::string_view kPackedMagic = "weirsta1";

std::string JoinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n  " + line;
  return text;
}

Status Damaged(const char* why) {
  return Status(StatusCode::kDataError, std::string("the saved state cannot be read: ") + why);
}

void AppendNumber(uint64_t number, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&number), sizeof(number));
}

bool TakeNumber(std::string_view* bytes, uint64_t* number) {
  if (bytes->size() < sizeof(*number)) return false;
  std::memcpy(number, bytes->data(), sizeof(*number));
  bytes->remove_prefix(sizeof(*number));
  return true;
}

bool TakeText(std::string_view* bytes, std::string_view* text) {
  uint64_t size = 0;
  if (!TakeNumber(bytes, &size) || size > bytes->size()) return false;
  *text = bytes->substr(0, size);
  bytes->remove_prefix(size);
  return true;
}

}  // namespace

void SaveAppState(const std::vector<StateUnit>& units, const EpochLoop& loop, StateWriter& out) {
  out.BeginOwner(":units");
  out.Write(units);
  out.EndOwner();
  loop.Save(out);
}

Status LoadAppState(const std::vector<StateUnit>& units, StateReader& in, EpochLoop* loop,
                    UnitChanges* kept_changes) {
  std::vector<StateUnit> saved;
  if (in.BeginOwner(":units")) {
    in.Read(saved);
    in.EndOwner();
  } else {
    in.Fail("the list of queries is missing");
  }
  if (!in.ok()) return in.status();
  UnitChanges changes = CompareUnits(saved, units);
  if (!changes.empty() && kept_changes == nullptr) {
    return Status(StatusCode::kLimit,
                  "the app is not the one whose state was saved:" + JoinLines(changes.details));
  }
  std::set<std::string> skipped;
  for (const StateUnit& unit : units) {
    for (const std::vector<std::string>* names : {&changes.changed, &changes.added}) {
      if (std::find(names->begin(), names->end(), unit.name) == names->end()) continue;
      skipped.insert(unit.owners.begin(), unit.owners.end());
    }
  }
  in.Skip(std::move(skipped));
  loop->Load(in);
  if (kept_changes != nullptr) *kept_changes = std::move(changes);
  return in.status();
}

std::string PackState(const StateMap& state) {
  std::string bytes(kPackedMagic);
  for (const auto& [key, value] : state.records()) {
    AppendNumber(key.size(), &bytes);
    bytes += key;
    AppendNumber(value.size(), &bytes);
    bytes += value;
  }
  AppendNumber(HashString(bytes), &bytes);
  return bytes;
}

Status UnpackState(std::string_view bytes, StateMap* state) {
  if (bytes.substr(0, kPackedMagic.size()) != kPackedMagic) return Damaged("it is no saved state");
  uint64_t hash = 0;
  if (bytes.size() < kPackedMagic.size() + sizeof(hash)) return Damaged("it is cut off");
  std::string_view end = bytes.substr(bytes.size() - sizeof(hash));
  TakeNumber(&end, &hash);
  bytes.remove_suffix(sizeof(hash));
  if (HashString(bytes) != hash) return Damaged("it is damaged");
  bytes.remove_prefix(kPackedMagic.size());
  while (!bytes.empty()) {
    std::string_view key, value;
    if (!TakeText(&bytes, &key) || !TakeText(&bytes, &value)) return Damaged("it is cut off");
    if (state->records().count(key) > 0) return Damaged("a part is there twice");
    state->Put(key, value);
  }
  return Status::Ok();
}

}  // namespace weir
