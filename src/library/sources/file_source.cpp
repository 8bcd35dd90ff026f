#include "io/file_follower.h"
#include "io/glob_paths.h"
#include "io/transport_registry.h"

namespace weir {
namespace {

// Some files, one after the other; each is a channel.
class FilesOnce final : public Source {
 public:
  FilesOnce(std::vector<std::string> paths, size_t properties)
      : paths_(std::move(paths)), properties_(properties) {}

  Status Open() override { return OpenNext(); }
  int poll_fd() const override { return reader_ ? reader_->fd() : -1; }
  bool ended() const override { return !reader_; }

  Status Take(SourceOutput* out) override {
    const Result<std::string_view> bytes = reader_->Read();
    if (!bytes.ok()) return bytes.status();
    if (!bytes.value().empty()) {
      out->OnBytes(next_, reader_->path(), bytes.value());
      return Status::Ok();
    }
    out->OnEnd(next_, /*whole=*/true);
    return OpenNext();
  }

  std::string PlaceOf(uint64_t channel) const override { return places_[channel - 1]; }
  std::vector<std::optional<std::string>> Properties(uint64_t channel) const override {
    return std::vector<std::optional<std::string>>(properties_, paths_[channel - 1]);
  }

  // Files are read in the order of their names: those before it were read then.
  Result<bool> Resume(const std::string& place, uint64_t bytes) override {
    for (size_t i = 0; i < paths_.size(); ++i) {
      Result<FileHandle> file = OpenInput(paths_[i]);
      if (!file.ok()) return file.status();
      const FileReader reader(paths_[i], std::move(file).value());
      if (reader.identity() != place) continue;
      if (place.empty() || reader.size() < bytes) return false;
      next_ = i;
      places_.resize(i);
      const Status opened = OpenNext();
      if (!opened.ok()) return opened;
      return true;
    }
    return false;
  }

 private:
  Status OpenNext() {
    reader_.reset();
    if (next_ == paths_.size()) return Status::Ok();
    Result<FileHandle> file = OpenInput(paths_[next_]);
    if (!file.ok()) return file.status();
    reader_.emplace(paths_[next_++], std::move(file).value());
    places_.push_back(reader_->identity());
    return Status::Ok();
  }

  std::vector<std::string> paths_;
  size_t properties_;  // so many are asked for; all are the path
  size_t next_ = 0;
  std::vector<std::string> places_;  // of the files opened so far
  std::optional<FileReader> reader_;
};

// A file that grows; after a rotation it is another channel.
class FollowedFile final : public Source {
 public:
  FollowedFile(const std::string& path, size_t properties)
      : path_(path), properties_(properties), follower_(path) {}

  Status Open() override { return follower_.Open(); }
  int poll_fd() const override { return follower_.poll_fd(); }

  Status Take(SourceOutput* out) override {
    const Result<FileFollower::Piece> piece = follower_.Read();
    if (!piece.ok()) return piece.status();
    if (piece.value().new_file) {
      places_.push_back(place_);
      out->OnEnd(channel_++, /*whole=*/true);
    }
    if (piece.value().bytes.empty()) return Status::Ok();
    place_ = follower_.identity();
    out->OnBytes(channel_, path_, piece.value().bytes);
    return Status::Ok();
  }

  std::vector<std::optional<std::string>> Properties(uint64_t) const override {
    return std::vector<std::optional<std::string>>(properties_, path_);
  }
  std::string PlaceOf(uint64_t channel) const override {
    return channel < places_.size() ? places_[channel] : place_;
  }
  Result<bool> Resume(const std::string& place, uint64_t bytes) override {
    return follower_.GoBackTo(place, bytes);
  }

 private:
  std::string path_;
  size_t properties_;
  FileFollower follower_;
  uint64_t channel_ = 0;
  std::string place_;                // of the channel
  std::vector<std::string> places_;  // of those before it
};

Status Check(const Options& options, const TransportPlace&) {
  if (options.Flag("tailing") && IsGlob(options.Text("file.uri"))) {
    return Status::Invalid("one file can be followed, not a pattern; write tailing='false'");
  }
  return Status::Ok();
}

Result<std::unique_ptr<Source>> Make(const Options& options, const TransportPlace& place) {
  std::string path = options.Text("file.uri");
  if (path.starts_with("file:")) path.erase(0, 5);
  if (options.Flag("tailing")) {
    return std::unique_ptr<Source>(std::make_unique<FollowedFile>(path, place.properties.size()));
  }
  const std::vector<std::string> paths = GlobPaths(path);
  if (paths.empty()) return Status(StatusCode::kNotFound, path + ": no such file");
  return std::unique_ptr<Source>(std::make_unique<FilesOnce>(paths, place.properties.size()));
}

}  // namespace

void RegisterFileSource(TransportRegistry* registry) {
  SourceSpec spec;
  spec.name = "file";
  spec.summary =
      "Reads a file, and goes on as it grows, also when it is renamed away or emptied; with "
      "tailing='false' it is read once, or several by a pattern.";
  spec.example =
      "@source(type='file', file.uri='logs/trades.csv', tailing='false', @map(type='csv'))\n"
      "define stream Trades (symbol string, price double, volume long);";
  spec.options = {{"file.uri", "The path; with tailing='false' it may have *, ? and [ ].", nullptr,
                   OptionSpec::Kind::kText, true},
                  {"tailing", "Waits for more at the end.", "true", OptionSpec::Kind::kFlag},
                  {"mode", "Only line.", "line", OptionSpec::Kind::kChoice, false, "line"}};
  spec.codec = "ndjson";
  spec.properties = {{"file.path", "The path of the file."}};
  spec.check = Check;
  spec.make = Make;
  registry->Add(std::move(spec));
}

}  // namespace weir
