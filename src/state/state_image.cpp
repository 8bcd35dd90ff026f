#include "state/state_image.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "state/kill_point.h"

namespace weir {
namespace {

constexpr size_t kPipeBytes = 1 << 20;
constexpr size_t kBufferBytes = 256 << 10;

enum FrameKind : uint32_t { kPutFrame = 1, kDeleteFrame = 2, kEndFrame = 3 };

// What stands before the bytes of a record in the pipe. The end has the counts as its value.
struct FrameHead {
  uint32_t kind;
  uint32_t key_size;
  uint64_t value_size;
};

Status Failed(std::string what, int error) {
  return Status(StatusCode::kIoError, std::move(what) + ": " + std::strerror(error));
}

int64_t MicrosecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               begin)
      .count();
}

// Compares records with the index, and hands on those that differ. Records wait in a short queue
// until their slots of the index, which lie anywhere, have come into the cache.
template <class HandOn>
class Comparer final : public StateSink {
 public:
  Comparer(RecordIndex* index, int side, HandOn hand_on) : index_(index), hand_on_(hand_on) {
    index_->Begin(side);
  }
  void Put(std::string_view key, std::string_view value) override {
    ++stats.records;
    stats.bytes += key.size() + value.size();
    const RecordSum sum = SumOfRecord(key, value);
    stats.sum.Add(sum);
    const RecordIndex::KeyHash key_hash = RecordIndex::HashOf(key);
    if (value.size() > kQueuedBytesMax) {
      Compare(key, value, key_hash, sum.low);
      return;
    }
    index_->Prefetch(key_hash);
    Queued& queued = queue_[next_];
    next_ = (next_ + 1) % kQueued;
    CompareQueued(queued);
    queued.bytes.assign(key);
    queued.bytes.append(value);
    queued.key_size = key.size();
    queued.key_hash = key_hash;
    queued.hash = sum.low;
  }
  void End() {
    for (Queued& queued : queue_) CompareQueued(queued);
    index_->End([this](std::string_view key) {
      ++stats.gone_records;
      hand_on_(kDeleteFrame, key, {});
    });
  }

  ImageStats stats;

 private:
  static constexpr size_t kQueued = 16;
  static constexpr size_t kQueuedBytesMax = 8 << 10;
  struct Queued {
    std::string bytes;  // key and value; empty: no record
    size_t key_size = 0;
    RecordIndex::KeyHash key_hash;
    uint64_t hash = 0;
  };

  void CompareQueued(Queued& queued) {
    const std::string_view bytes = queued.bytes;
    if (bytes.empty()) return;
    Compare(bytes.substr(0, queued.key_size), bytes.substr(queued.key_size), queued.key_hash,
            queued.hash);
    queued.bytes.clear();
  }
  void Compare(std::string_view key, std::string_view value, const RecordIndex::KeyHash& key_hash,
               uint64_t hash) {
    if (!index_->Note(key, key_hash, hash)) return;
    ++stats.changed_records;
    stats.changed_bytes += key.size() + value.size();
    hand_on_(kPutFrame, key, value);
  }

  RecordIndex* index_;
  HandOn hand_on_;
  std::array<Queued, kQueued> queue_;
  size_t next_ = 0;
};

// The child's end of the pipe.
class FrameWriter {
 public:
  explicit FrameWriter(int fd) : fd_(fd) { buffer_.reserve(kBufferBytes + 4096); }
  void Add(uint32_t kind, std::string_view key, std::string_view value) {
    const FrameHead head{kind, static_cast<uint32_t>(key.size()), value.size()};
    buffer_.append(reinterpret_cast<const char*>(&head), sizeof(head));
    buffer_.append(key);
    if (value.size() > kBufferBytes) {
      Flush();
      Write(value);
      return;
    }
    buffer_.append(value);
    if (buffer_.size() >= kBufferBytes) Flush();
  }
  void Flush() {
    Write(buffer_);
    buffer_.clear();
  }

 private:
  // The reader is gone if this fails: there is nobody to tell.
  void Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) _exit(1);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }

  int fd_;
  std::string buffer_;
};

// In the child. It shares nothing with the parent but the pipe and the index, and touches nothing
// that another thread of the parent may have been in the middle of.
[[noreturn]] void SaveInChild(RecordIndex* index, int side, const StateSaver& save, int fd) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  setpriority(PRIO_PROCESS, 0, 5);
  if (!index->Map().ok()) _exit(1);
  FrameWriter frames(fd);
  auto hand_on = [&frames](uint32_t kind, std::string_view key, std::string_view value) {
    frames.Add(kind, key, value);
  };
  Comparer<decltype(hand_on)> comparer(index, side, hand_on);
  StateWriter writer(&comparer);
  save(writer);
  comparer.End();
  KILL_POINT("image.in_child");
  if (!index->status().ok()) _exit(1);
  frames.Add(kEndFrame, {},
             {reinterpret_cast<const char*>(&comparer.stats), sizeof(comparer.stats)});
  frames.Flush();
  _exit(0);
}

// The parent's end of the pipe.
class FrameReader {
 public:
  explicit FrameReader(int fd) : fd_(fd) {}
  // False at the end of the pipe, or if it cannot be read.
  bool Next(FrameHead* head, std::string_view* key, std::string_view* value) {
    begin_ += taken_;
    taken_ = 0;
    if (!Fill(sizeof(*head))) return false;
    std::memcpy(head, buffer_.data() + begin_, sizeof(*head));
    const size_t size = sizeof(*head) + head->key_size + head->value_size;
    if (!Fill(size)) return false;
    *key = {buffer_.data() + begin_ + sizeof(*head), head->key_size};
    *value = {key->data() + key->size(), head->value_size};
    taken_ = size;
    return true;
  }

 private:
  bool Fill(size_t size) {
    while (end_ - begin_ < size) {
      if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
      }
      if (buffer_.size() < std::max(size, kPipeBytes)) buffer_.resize(std::max(size, kPipeBytes));
      const ssize_t got = read(fd_, buffer_.data() + end_, buffer_.size() - end_);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      end_ += static_cast<size_t>(got);
    }
    return true;
  }

  int fd_;
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t taken_ = 0;
};

void ForgetSide(RecordIndex* index, int side) {
  if (index->Map().ok()) index->Forget(side);
  index->Unmap();
}

class ForkedImage final : public StateImage {
 public:
  ForkedImage(RecordIndex* index, int side, pid_t child, int fd, int64_t pause_us)
      : index_(index), side_(side), child_(child), fd_(fd), pause_us_(pause_us) {}

  ~ForkedImage() override {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    Reap();
    ForgetSide(index_, side_);
  }

  Status Read(ImageChanges* changes, ImageStats* stats) override {
    const Status status = ReadFrames(changes, stats);
    stats->pause_us = pause_us_;
    if (!status.ok()) kill(child_, SIGKILL);
    const bool fine = Reap();
    if (status.ok() && fine) return status;
    ForgetSide(index_, side_);
    return status.ok() ? Broken() : status;
  }

 private:
  static Status Broken() {
    return Status(StatusCode::kIoError, "the process that saves the state ended early");
  }

  Status ReadFrames(ImageChanges* changes, ImageStats* stats) {
    FrameReader frames(fd_);
    FrameHead head;
    std::string_view key, value;
    while (frames.Next(&head, &key, &value)) {
      Status status;
      if (head.kind == kPutFrame) {
        status = changes->Put(key, value);
      } else if (head.kind == kDeleteFrame) {
        status = changes->Delete(key);
      } else if (head.kind == kEndFrame && value.size() == sizeof(*stats)) {
        std::memcpy(stats, value.data(), sizeof(*stats));
        return Status::Ok();
      } else {
        return Broken();
      }
      if (!status.ok()) return status;
    }
    return Broken();
  }

  // True if the child ended well.
  bool Reap() {
    close(fd_);
    int ended = 0;
    while (waitpid(child_, &ended, 0) < 0 && errno == EINTR) {
    }
    child_ = 0;
    return WIFEXITED(ended) && WEXITSTATUS(ended) == 0;
  }

  RecordIndex* index_;
  int side_;
  pid_t child_;
  int fd_;
  int64_t pause_us_;
};

// Changes that were collected at once.
class CollectedImage final : public StateImage {
 public:
  CollectedImage(RecordIndex* index, int side) : index_(index), side_(side) {}
  ~CollectedImage() override {
    if (!read_) ForgetSide(index_, side_);
  }

  Status Collect(const StateSaver& save) {
    const auto begin = std::chrono::steady_clock::now();
    const Status mapped = index_->Map();
    if (!mapped.ok()) return mapped;
    auto hand_on = [this](uint32_t kind, std::string_view key, std::string_view value) {
      changes_.push_back({kind, std::string(key), std::string(value)});
    };
    Comparer<decltype(hand_on)> comparer(index_, side_, hand_on);
    StateWriter writer(&comparer);
    save(writer);
    comparer.End();
    stats_ = comparer.stats;
    const Status status = index_->status();
    index_->Unmap();
    stats_.pause_us = MicrosecondsSince(begin);
    return status;
  }

  Status Read(ImageChanges* changes, ImageStats* stats) override {
    *stats = stats_;
    for (const Change& change : changes_) {
      const Status status = change.kind == kPutFrame ? changes->Put(change.key, change.value)
                                                     : changes->Delete(change.key);
      if (!status.ok()) return status;
    }
    read_ = true;
    return Status::Ok();
  }

 private:
  struct Change {
    uint32_t kind;
    std::string key;
    std::string value;
  };
  RecordIndex* index_;
  int side_;
  bool read_ = false;
  ImageStats stats_;
  std::vector<Change> changes_;
};

}  // namespace

Result<std::unique_ptr<StateImage>> StateImage::Take(RecordIndex* index, int side,
                                                     const StateSaver& save, bool in_place) {
  int fds[2];
  if (!in_place) {
    if (pipe2(fds, O_CLOEXEC) != 0) return Failed("a pipe for the saved state", errno);
    fcntl(fds[1], F_SETPIPE_SZ, kPipeBytes);  // a smaller pipe does as well
    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = fork();
    if (child == 0) {
      close(fds[0]);
      SaveInChild(index, side, save, fds[1]);
    }
    const int64_t pause_us = MicrosecondsSince(begin);
    close(fds[1]);
    if (child > 0) {
      return std::unique_ptr<StateImage>(
          std::make_unique<ForkedImage>(index, side, child, fds[0], pause_us));
    }
    close(fds[0]);
  }
  auto collected = std::make_unique<CollectedImage>(index, side);
  const Status status = collected->Collect(save);
  if (!status.ok()) return status;
  return std::unique_ptr<StateImage>(std::move(collected));
}

}  // namespace weir
