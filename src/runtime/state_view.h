#pragma once

#include <memory>
#include <optional>
#include <string>

#include "state/file_system.h"
#include "state/sealing.h"
#include "weir/state.h"

namespace weir {

// The keys that options name, if they name any.
Result<std::optional<KeyRing>> ReadKeys(const std::string& key_file,
                                        const std::string& key_variable);

// The file that says what a directory is; the number is the version of what stands beside it.
inline constexpr std::string_view kStateFormatName = "WEIR-STATE";
inline constexpr std::string_view kStateFormatText = "weir state directory 1\n";
inline constexpr std::string_view kStateFormatBegin = "weir state directory ";

// Where a state directory has dead letters.
inline constexpr std::string_view kDeadLetterFolder = "dead-letters";

// A state directory that is looked at.
class StateView {
 public:
  static Outcome Open(const StateLocation& location, StateView* view);

  FileSystem* fs() const { return &PosixFileSystem(); }
  const std::string& directory() const { return directory_; }
  std::string log() const { return JoinPath(directory_, "log"); }
  std::string snapshots() const { return JoinPath(directory_, "snapshots"); }
  std::string tables() const { return JoinPath(directory_, "tables"); }
  Sealing* sealing() const { return sealing_.get(); }  // null: no keys were given

  // Nobody else uses the directory while this lives.
  Status Lock();

 private:
  std::string directory_;
  std::unique_ptr<Sealing> sealing_;
  std::unique_ptr<FileLock> lock_;
};

// As ToOutcome, but what is not there is no usage fault here.
Outcome ViewOutcome(const Status& status);

// `{"name":"text"` and so on: one line of JSON.
class JsonLine {
 public:
  JsonLine& Text(std::string_view name, std::string_view text);
  JsonLine& Number(std::string_view name, int64_t number) {
    return Raw(name, std::to_string(number));
  }
  JsonLine& Number(std::string_view name, uint64_t number) {
    return Raw(name, std::to_string(number));
  }
  JsonLine& Raw(std::string_view name, std::string_view json);
  // The whole line with its newline.
  const std::string& End();

 private:
  std::string text_;
};

}  // namespace weir
