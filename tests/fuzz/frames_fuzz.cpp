// Any bytes as what a connection of a socket source brings: no crash, limits hold, and the same
// records whether the bytes come at once or piece by piece. The first byte tells whether a token is
// asked for and whether records are frames or lines.

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "base/check.h"
#include "net/receiver.h"

namespace {

using weir::Arrivals;

constexpr size_t kRecordMax = 40;

// A peer that says what it is told to.
class ScriptedWire final : public weir::Wire {
 public:
  void Handshake(Role, Handler done) override { done({}, 0); }
  void ReadSome(boost::asio::mutable_buffer to, Handler done) override {
    room_ = to;
    reader_ = std::move(done);
  }
  void WriteAll(boost::asio::const_buffer from, Handler done) override { done({}, from.size()); }
  void Close() override { reader_ = nullptr; }

  // The engine's side waits for bytes.
  bool is_read() const { return reader_ != nullptr; }
  // Returns how many of the bytes were taken.
  size_t Say(std::string_view bytes) {
    const size_t size = std::min(bytes.size(), room_.size());
    std::copy_n(bytes.data(), size, static_cast<char*>(room_.data()));
    std::exchange(reader_, nullptr)({}, size);
    return size;
  }
  void End() { std::exchange(reader_, nullptr)(boost::asio::error::eof, 0); }

 private:
  boost::asio::mutable_buffer room_;
  Handler reader_;
};

// Frames one a line, or all bytes of lines; then how it ended.
std::string Receive(std::string_view bytes, size_t piece, const weir::SocketOptions& options) {
  boost::asio::io_context context;
  Arrivals arrivals(options.queue_bytes);
  const auto wire = std::make_shared<ScriptedWire>();
  weir::Receiver::Setup setup;
  setup.options = &options;
  setup.arrivals = &arrivals;
  setup.token = options.token;
  setup.channel = 1;
  setup.name = "peer";
  bool closed = false;
  const auto receiver = std::make_shared<weir::Receiver>(context, wire, std::move(setup),
                                                         [&](weir::Receiver*) { closed = true; });
  arrivals.OnRoom([&] { receiver->Resume(); });
  receiver->Start(weir::Wire::Role::kServer);
  std::string got;
  const auto take = [&] {
    for (const Arrivals::Item& item : arrivals.Take()) {
      CHECK_EQ(item.channel, 1U);
      got += item.bytes;
      if (item.kind == Arrivals::Item::Kind::kPayload) {
        CHECK(item.bytes.size() <= kRecordMax);
        got += "\n";
      }
      if (item.kind == Arrivals::Item::Kind::kEnd) got += "[end]";
      if (item.kind == Arrivals::Item::Kind::kCut) got += "[cut]";
    }
  };
  while (!closed && !bytes.empty()) {
    if (!wire->is_read()) take();  // makes room
    CHECK(wire->is_read());
    bytes.remove_prefix(wire->Say(bytes.substr(0, piece)));
  }
  take();
  if (wire->is_read()) wire->End();
  take();
  CHECK(closed);
  return got;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  weir::SocketOptions options;
  options.frames = data[0] % 2 == 0;
  if (data[0] % 4 < 2) options.token = "t";
  options.record_bytes_max = kRecordMax;
  options.queue_bytes = 64;
  options.idle_ms = options.first_byte_ms = 60'000;
  options.rate_min = 1;
  const std::string whole = Receive(bytes, SIZE_MAX, options);
  CHECK(Receive(bytes, 1, options) == whole);
  CHECK(Receive(bytes, 3, options) == whole);
  return 0;
}
