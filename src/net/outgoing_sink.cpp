#include "net/outgoing_sink.h"

#include "time/system_clock.h"

namespace weir {
namespace {

constexpr TimeMs kFirstConnectMs = 10'000;

}  // namespace

OutgoingSink::OutgoingSink(const TransportPlace& place, std::shared_ptr<NetLoop> loop,
                           size_t queue_bytes)
    : place_(place), loop_(std::move(loop)), outgoing_(std::make_shared<Outgoing>(queue_bytes)) {
  if (place_.tells_lost) outgoing_->NoteLost();
}

void OutgoingSink::SetCarrier(std::shared_ptr<Carrier> carrier, const Manner& manner) {
  carrier_ = std::move(carrier);
  manner_ = manner;
}

OutgoingSink::~OutgoingSink() {
  loop_->PostAndWait([this] { carrier_->Stop(); });
}

void OutgoingSink::Report(const std::string& what) const {
  if (place_.report) place_.report("sink of stream '" + place_.stream + "'" + what);
}

// Who connects waits for the first connection or for the first failure, so that events that come at
// once are not lost.
Status OutgoingSink::Open() {
  const Status status = outgoing_->status();
  if (!status.ok()) return status;
  loop_->Post([carrier = carrier_] { carrier->Start(); });
  if (!manner_.connects) return Status::Ok();
  const TimeMs until = SystemClock().MonotonicMs() + kFirstConnectMs;
  for (TimeMs left = kFirstConnectMs; left > 0; left = until - SystemClock().MonotonicMs()) {
    if (outgoing_->has_peers() || !outgoing_->failure().empty()) break;
    if (!outgoing_->Wait(place_.stop, left)) break;
  }
  if (!outgoing_->has_peers()) Report(": " + outgoing_->failure() + "; trying again");
  return Status::Ok();
}

Status OutgoingSink::Flush() {
  TellLost(/*at_end=*/false);
  if (records_ == 0) return Status::Ok();
  bool go_on = true;
  while (go_on && (outgoing_->IsFull() ||
                   (place_.waits && manner_.needs_peers && !outgoing_->has_peers()))) {
    go_on = outgoing_->Wait(place_.stop, manner_.patience_ms);
  }
  std::string bytes = TakeBytes();
  const uint64_t records = std::exchange(records_, 0);
  uint64_t peer = 0;
  const size_t written = outgoing_->IsEmpty() ? carrier_->WriteAtOnce(bytes, &peer) : 0;
  if (written == bytes.size()) {
    outgoing_->NoteDelivered(records);
    return Status::Ok();
  }
  auto piece = std::make_shared<Outgoing::Piece>(outgoing_, std::move(bytes), records);
  piece->begun = written;
  piece->begun_to = peer;
  loop_->Post([carrier = carrier_, piece = std::move(piece)]() mutable {
    carrier->Send(std::move(piece));
  });
  return Status::Ok();
}

// The first, and then whenever their number has grown tenfold.
void OutgoingSink::TellLost(bool at_end) {
  if (place_.tells_lost) return;
  const uint64_t lost = outgoing_->lost();
  if (lost == told_lost_ || (!at_end && lost < 10 * told_lost_)) return;
  told_lost_ = lost;
  const std::string refusal = outgoing_->refusal();
  const std::string failure = outgoing_->failure();
  const std::string why = !refusal.empty()   ? refusal
                          : !failure.empty() ? failure
                                             : "the connection was closed";
  Report(": " + why + "; " + std::to_string(lost) +
         (lost == 1 ? " event is lost" : " events are lost") + (at_end ? "" : " so far"));
}

// What is on its way gets the time that a peer has who takes nothing.
void OutgoingSink::Await() {
  const TimeMs until = SystemClock().MonotonicMs() + manner_.patience_ms;
  for (TimeMs left = manner_.patience_ms; left > 0; left = until - SystemClock().MonotonicMs()) {
    const bool gives_up = !place_.waits || (place_.stop != nullptr && place_.stop->requested());
    const bool nobody = manner_.connects ? !outgoing_->failure().empty() : !outgoing_->has_peers();
    if (outgoing_->IsEmpty() || (gives_up && nobody)) return;
    outgoing_->Wait(nullptr, left);
  }
}

Status OutgoingSink::Close() {
  const Status flushed = Flush();
  Await();
  if (place_.keeps_state) outgoing_->StopGivingUp();
  loop_->PostAndWait([this] { carrier_->Stop(); });
  TellLost(/*at_end=*/true);
  return flushed;
}

}  // namespace weir
