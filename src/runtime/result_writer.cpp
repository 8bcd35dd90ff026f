#include "runtime/result_writer.h"

#include <algorithm>
#include <map>

#include "runtime/app_impl.h"
#include "types/value.h"

namespace weir {

Status CheckOutputs(const std::vector<RunOutput>& outputs, bool bare, bool sequence_numbers) {
  if (bare && outputs.size() != 1) {
    return Status::Invalid("--bare: the app has " + std::to_string(outputs.size()) +
                           " outputs; name one with --output");
  }
  if (bare && sequence_numbers) return Status::Invalid("--bare and --seq exclude each other");
  return Status::Ok();
}

Result<OutputFile*> ResultWriter::FileFor(const std::string& path, bool keeps_state) {
  for (const auto& file : files_) {
    if (file->path() == path) return file.get();
  }
  Result<FileHandle> created = keeps_state ? OpenOutput(path) : CreateOutput(path);
  if (!created.ok()) return created.status();
  files_.push_back(std::make_unique<OutputFile>(path, std::move(created).value()));
  return files_.back().get();
}

Status ResultWriter::Open(const Plan& plan, const std::vector<RunOutput>& outputs,
                          const RunOptions& options) {
  const bool keeps_state = !options.state.directory.empty();
  report_ = options.report;
  standard_output_ = FileFor("-", keeps_state).value();
  if (!options.name.empty()) {
    standard_output_->Share();
    answer_head_ = "{\"app\":";
    AppendStringJson(options.name, &answer_head_);
    answer_head_ += ',';
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const OutputRequest request = ParseOutputName(outputs[i].what);
    RowFormat format;
    format.name = request.name;
    format.app = options.name;
    format.sequence_numbers = options.sequence_numbers;
    format.envelope = options.bare_output ? RowFormat::Envelope::kNone
                      : request.query     ? RowFormat::Envelope::kQuery
                                          : RowFormat::Envelope::kStream;
    const Result<OutputFile*> file =
        FileFor(outputs[i].path.empty() ? "-" : outputs[i].path, keeps_state);
    if (!file.ok()) return file.status();
    outputs_.push_back({RowWriter(plan.outputs[i].schema, std::move(format)),
                        file.value()->buffer(), outputs[i].what});
  }
  for (const ResumePoint& point : options.resume_from) {
    bool found = false;
    for (Output& output : outputs_) {
      if (!point.output.empty() && point.output != output.what) continue;
      output.known_rows = point.sequence;
      found = true;
    }
    if (!found) return Status::Invalid("--resume-from: no output '" + point.output + "'");
  }
  return Status::Ok();
}

Status ResultWriter::Reopen(const Plan& plan, const std::vector<RunOutput>& outputs,
                            const RunOptions& options) {
  std::map<std::string, uint64_t> rows;
  for (const Output& output : outputs_) rows[output.what] = output.rows;
  outputs_.clear();
  const Status opened = Open(plan, outputs, options);
  for (Output& output : outputs_) output.rows = rows[output.what];
  return opened;
}

void ResultWriter::Write(const std::vector<Port>& taps) {
  if (sinks_ != nullptr) sinks_->BeginEpoch();
  merge_.ForEach(taps, [this](uint32_t tap, const Chunk& chunk, uint32_t row) {
    if (tap >= outputs_.size()) {
      sinks_->Write(tap - static_cast<uint32_t>(outputs_.size()), chunk, row);
      return;
    }
    Output& output = outputs_[tap];
    if (++output.rows <= output.known_rows || muted_) return;
    output.writer.WriteLine(chunk, row, output.rows, output.buffer);
  });
}

void ResultWriter::WriteAnswer(const std::string& line) {
  standard_output_->buffer()->Append(answer_head_);
  standard_output_->buffer()->Append(std::string_view(line).substr(1));
  standard_output_->buffer()->Append('\n');
}

bool ResultWriter::is_large() const {
  return std::any_of(files_.begin(), files_.end(),
                     [](const auto& file) { return file->is_large(); });
}

Status ResultWriter::FlushIfLarge() {
  if (sinks_ != nullptr && !sinks_->status().ok()) return sinks_->status();
  for (const auto& file : files_) {
    const Status status = file->FlushIfLarge();
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

Status ResultWriter::Flush() {
  if (sinks_ != nullptr) {
    const Status status = sinks_->Flush();
    if (!status.ok()) return status;
  }
  for (const auto& file : files_) {
    const Status status = file->Flush();
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

Status ResultWriter::Close() {
  Status first = sinks_ == nullptr ? Status::Ok() : sinks_->Close();
  for (const auto& file : files_) {
    const Status status = file->Close();
    if (first.ok()) first = status;
  }
  return first;
}

void ResultWriter::Discard() {
  for (const auto& file : files_) file->buffer()->clear();
}

Status ResultWriter::Sync() const {
  if (sinks_ != nullptr) {
    const Status status = sinks_->Sync();
    if (!status.ok()) return status;
  }
  for (const auto& file : files_) {
    const Status status = file->Sync();
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

void ResultWriter::Save(StateWriter& out) const {
  out.BeginOwner(":outputs");
  std::map<std::string, uint64_t> rows, sizes;
  for (const Output& output : outputs_) rows[output.what] = output.rows;
  for (const auto& file : files_) {
    if (file.get() != standard_output_) sizes[file->path()] = file->size();
  }
  out.Write(rows, sizes);
  out.EndOwner();
  if (sinks_ != nullptr) sinks_->Save(out);
}

void ResultWriter::Load(StateReader& in) {
  if (!in.BeginOwner(":outputs")) return in.Fail("the counts of output rows are missing");
  std::map<std::string, uint64_t> rows, sizes;
  in.Read(rows, sizes);
  in.EndOwner();
  if (!in.ok()) return;
  for (Output& output : outputs_) output.rows = rows[output.what];
  if (sinks_ != nullptr) sinks_->Load(in);
  for (const auto& file : files_) {
    // Others may have written to standard output, even if it is the same file as before.
    if (file.get() == standard_output_) continue;
    const Result<bool> cut = file->CutTo(sizes[file->path()]);
    if (!cut.ok()) return in.Fail(cut.status().message());
    if (!cut.value() && report_) {
      report_("warning: " + file->path() + ": shorter than what was written to it before");
    }
  }
}

bool ResultWriter::LoadCounts(StateReader& in) {
  std::map<std::string, uint64_t> rows;
  if (in.BeginOwner(":outputs")) {
    in.Read(rows);
    in.EndOwner();
  }
  bool all = true;
  for (Output& output : outputs_) {
    all &= rows.count(output.what) > 0;
    output.rows = rows[output.what];
  }
  return all;
}

Status ResultWriter::Empty() {
  if (sinks_ != nullptr) {
    const Status status = sinks_->BeginAnew();
    if (!status.ok()) return status;
  }
  for (const auto& file : files_) {
    if (file.get() == standard_output_) continue;
    const Result<bool> cut = file->CutTo(0);
    if (!cut.ok()) return cut.status();
  }
  return Status::Ok();
}

bool ResultWriter::reader_gone() const {
  for (const auto& file : files_) {
    if (file->reader_gone()) return true;
  }
  return false;
}

}  // namespace weir
