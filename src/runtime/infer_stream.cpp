#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "io/file_handle.h"
#include "json/schema_inference.h"
#include "runtime/app_impl.h"
#include "weir/run.h"

namespace weir {
namespace {

constexpr size_t kInferenceLines = 100;
constexpr size_t kInferenceBytesMax = 16 << 20;  // if lines are very long

// Reads until there are enough lines, the input ends, or a stop is requested.
Status ReadHead(const std::string& path, int fd, const StopRequest* stop, std::string* head) {
  std::string buffer(64 << 10, '\0');
  size_t lines = 0;
  while (lines < kInferenceLines && head->size() < kInferenceBytesMax) {
    pollfd waits[2] = {{fd, POLLIN, 0}, {stop == nullptr ? -1 : stop->poll_fd(), POLLIN, 0}};
    if (poll(waits, 2, -1) < 0 && errno != EINTR) break;
    if (stop != nullptr && stop->requested()) break;
    if (waits[0].revents == 0) continue;
    const ssize_t size = read(fd, buffer.data(), buffer.size());
    if (size == 0) break;
    if (size > 0) {
      lines += static_cast<size_t>(std::count(buffer.begin(), buffer.begin() + size, '\n'));
      head->append(buffer, 0, static_cast<size_t>(size));
    } else if (errno != EINTR && errno != EAGAIN) {
      return Status(StatusCode::kIoError, SystemError(path, errno));
    }
  }
  return Status::Ok();
}

}  // namespace

Outcome InferStream(const std::string& path, const std::string& stream, const StopRequest* stop,
                    StreamShape* shape, std::string* bytes) {
  const Result<FileHandle> file = OpenInput(path);
  if (!file.ok()) return {OutcomeCode::kNoInput, file.status().message()};
  std::string head;
  const Status read = ReadHead(path, file.value().fd(), stop, &head);
  if (!read.ok()) return ToOutcome(read);
  shape->name = stream;
  for (InferredAttribute& attribute : InferSchema(head, kInferenceLines, stream)) {
    shape->attributes.push_back({std::move(attribute.name), std::string(TypeName(attribute.type)),
                                 attribute.takes_any_scalar});
  }
  if (path == "-") *bytes = std::move(head);
  return {};
}

}  // namespace weir
