#include "runtime/state_view.h"

#include "runtime/stored_app.h"
#include "types/value.h"

namespace weir {

Result<std::optional<KeyRing>> ReadKeys(const std::string& key_file,
                                        const std::string& key_variable) {
  if (!key_file.empty() && !key_variable.empty()) {
    return Status::Invalid("--state-key-file and --state-key-env exclude each other");
  }
  if (key_file.empty() && key_variable.empty()) return std::optional<KeyRing>();
  Result<KeyRing> ring = key_file.empty() ? KeyRing::FromEnvironment(key_variable)
                                          : KeyRing::FromFile(&PosixFileSystem(), key_file);
  if (!ring.ok()) return ring.status();
  return std::optional<KeyRing>(std::move(ring).value());
}

Outcome StateView::Open(const StateLocation& location, StateView* view) {
  Result<std::optional<KeyRing>> keys = ReadKeys(location.key_file, location.key_variable);
  if (!keys.ok()) return ToOutcome(keys.status());
  if (keys.value()) view->sealing_ = std::make_unique<Sealing>(std::move(*keys.value()));
  view->directory_ = location.directory;
  const Result<bool> is_directory = view->fs()->IsDirectory(location.directory);
  if (!is_directory.ok()) return ViewOutcome(is_directory.status());
  if (!is_directory.value()) {
    return {OutcomeCode::kNoInput, location.directory + ": not a directory"};
  }
  const std::string path = JoinPath(location.directory, kStateFormatName);
  const Result<std::string> text = view->fs()->ReadAll(path);
  if (text.ok() && text.value() == kStateFormatText) return {};
  if (text.ok() && text.value().starts_with(kStateFormatBegin)) {
    return {OutcomeCode::kNoInput,
            location.directory + ": the directory was written by another version of weir"};
  }
  if (!text.ok() && text.status().code() != StatusCode::kNotFound) {
    return ViewOutcome(text.status());
  }
  return {OutcomeCode::kNoInput, location.directory + ": this is no state directory"};
}

Status StateView::Lock() {
  auto lock = fs()->Lock(JoinPath(directory_, "lock"));
  if (!lock.ok()) return lock.status();
  lock_ = std::move(lock).value();
  return Status::Ok();
}

Outcome ViewOutcome(const Status& status) {
  if (status.code() == StatusCode::kNotFound) return {OutcomeCode::kNoInput, status.message()};
  // What was written by weir itself is no bad record.
  if (status.code() == StatusCode::kDataError) return {OutcomeCode::kIo, status.message()};
  return ToOutcome(status);
}

JsonLine& JsonLine::Text(std::string_view name, std::string_view text) {
  std::string json;
  AppendStringJson(text, &json);
  return Raw(name, json);
}

JsonLine& JsonLine::Raw(std::string_view name, std::string_view json) {
  text_ += text_.empty() ? "{" : ",";
  AppendStringJson(name, &text_);
  text_ += ":";
  text_ += json;
  return *this;
}

const std::string& JsonLine::End() {
  text_ += "}\n";
  return text_;
}

Outcome ReadStoredApp(const StateLocation& location, StoredApp* app) {
  StateView view;
  const Outcome opened = StateView::Open(location, &view);
  if (!opened.ok()) return opened;
  const Result<std::string> bytes = ReadStoredAppBytes(view.fs(), view.directory(), view.sealing());
  if (!bytes.ok()) return ViewOutcome(bytes.status());
  Result<StoredApp> stored =
      DecodeStoredApp(bytes.value(), JoinPath(view.directory(), kStoredAppName));
  if (!stored.ok()) return ViewOutcome(stored.status());
  *app = std::move(stored).value();
  app->options.file_name = JoinPath(view.directory(), kStoredAppName);
  return {};
}

}  // namespace weir
