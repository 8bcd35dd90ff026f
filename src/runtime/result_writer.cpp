#include "runtime/result_writer.h"

#include "runtime/app_impl.h"

namespace weir {

Result<OutputFile*> ResultWriter::FileFor(const std::string& path) {
  for (const auto& file : files_) {
    if (file->path() == path) return file.get();
  }
  Result<FileHandle> created = CreateOutput(path);
  if (!created.ok()) return created.status();
  files_.push_back(std::make_unique<OutputFile>(path, std::move(created).value()));
  return files_.back().get();
}

Status ResultWriter::Open(const Plan& plan, const std::vector<RunOutput>& outputs,
                          const RunOptions& options) {
  standard_output_ = FileFor("-").value();
  for (size_t i = 0; i < outputs.size(); ++i) {
    const OutputRequest request = ParseOutputName(outputs[i].what);
    RowFormat format;
    format.name = request.name;
    format.sequence_numbers = options.sequence_numbers;
    format.envelope = options.bare_output ? RowFormat::Envelope::kNone
                      : request.query     ? RowFormat::Envelope::kQuery
                                          : RowFormat::Envelope::kStream;
    const Result<OutputFile*> file = FileFor(outputs[i].path.empty() ? "-" : outputs[i].path);
    if (!file.ok()) return file.status();
    outputs_.push_back(
        {RowWriter(plan.outputs[i].schema, std::move(format)), file.value()->buffer()});
  }
  return Status::Ok();
}

void ResultWriter::Write(const std::vector<Port>& taps) {
  merge_.ForEach(taps, [this](uint32_t tap, const Chunk& chunk, uint32_t row) {
    if (tap >= outputs_.size()) {
      sinks_->Write(tap - static_cast<uint32_t>(outputs_.size()), chunk, row);
      return;
    }
    Output& output = outputs_[tap];
    output.writer.WriteLine(chunk, row, ++output.rows, output.buffer);
  });
}

void ResultWriter::WriteAnswer(const std::string& line) {
  standard_output_->buffer()->Append(line);
  standard_output_->buffer()->Append('\n');
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

bool ResultWriter::reader_gone() const {
  for (const auto& file : files_) {
    if (file->reader_gone()) return true;
  }
  return false;
}

}  // namespace weir
