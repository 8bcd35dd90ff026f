#include "exec/island_operator.h"

#include <algorithm>

#include "exec/step_operator.h"

namespace weir {

IslandOperator::IslandOperator(std::vector<IslandMember> members, std::vector<IslandPort> ports,
                               int output_count)
    : ports_(std::move(ports)), exits_(output_count) {
  for (IslandMember& part : members) {
    Member member;
    member.ports.resize(part.port_count);
    member.part = std::move(part);
    members_.push_back(std::move(member));
  }
}

void IslandOperator::Process(const EpochInput& in, std::vector<Chunk>* out) {
  CHECK(!in.limit);  // islands are not nested
  if (failure_) return;
  exits_.set_out(out);
  BeginEpoch(in.timeline, &exits_);
  std::vector<PortCursor> cursors(in.ports.begin(), in.ports.end());
  while (!failure_) {
    PortCursor* first = nullptr;
    OrderKey key;
    for (PortCursor& cursor : cursors) {
      if (cursor.done() || (first != nullptr && !(cursor.key() < key))) continue;
      first = &cursor;
      key = first->key();
    }
    const Member* timer = EarliestTimer();
    if (timer != nullptr && (first == nullptr || *timer->next_timer < key)) {
      FireTimer(static_cast<uint32_t>(timer - members_.data()));
    } else if (first != nullptr) {
      const uint32_t end = first->chunk().EmissionEnd(first->row());
      TakeEmission(ports_[first - cursors.data()], first->chunk(), first->row(), end);
      first->MoveTo(end);
    } else {
      break;
    }
  }
  exits_.FlushAll();
  EndEpoch();
}

void IslandOperator::BeginEpoch(const Timeline& timeline, IslandExits* exits) {
  timeline_ = &timeline;
  leaving_ = exits;
  for (Member& member : members_) Refresh(&member);
}

void IslandOperator::EndEpoch() {
  // The next epoch counts its moments anew.
  cause_ = OrderKey();
  delivered_ = loop_rows_ = 0;
  for (Member& member : members_) member.fired_moment = member.fired = 0;
  timeline_ = nullptr;
  leaving_ = &exits_;
}

const IslandOperator::Member* IslandOperator::EarliestTimer() const {
  const Member* earliest = nullptr;
  for (const Member& member : members_) {
    if (!member.next_timer) continue;
    if (earliest == nullptr || *member.next_timer < *earliest->next_timer) earliest = &member;
  }
  return earliest;
}

std::optional<OrderKey> IslandOperator::NextTimer(const Timeline& timeline) const {
  std::optional<OrderKey> earliest;
  for (const Member& member : members_) {
    const std::optional<OrderKey> next = member.part.op->NextTimer(timeline);
    if (next && (!earliest || *next < *earliest)) earliest = next;
  }
  return earliest;
}

void IslandOperator::Take(uint32_t port, const Chunk& emission, const OrderKey& cause,
                          uint64_t* digits) {
  BeginCause(cause);
  left_ = *digits;
  Deliver(ports_[port].member, ports_[port].port, emission);
  RunStack();
  *digits = left_;
}

void IslandOperator::Fire(const OrderKey& cause, uint64_t* digits) {
  const Member* timer = EarliestTimer();
  CHECK(timer != nullptr);
  BeginCause(cause);
  left_ = *digits;
  RunTimer(static_cast<uint32_t>(timer - members_.data()));
  *digits = left_;
}

TimeMs IslandOperator::NextDue() const {
  TimeMs due = kNever;
  for (const Member& member : members_) due = std::min(due, member.part.op->NextDue());
  return due;
}

void IslandOperator::Start(TimeMs now) {
  for (Member& member : members_) member.part.op->Start(now);
}

int IslandOperator::timer_root_width() const {
  int width = 0;
  for (const Member& member : members_) width = std::max(width, member.part.op->timer_root_width());
  return width;
}

void IslandOperator::BeginCause(const OrderKey& key) {
  if (key.moment != cause_.moment) delivered_ = 0;
  // Overdue timers of one time may arm each other without end; all else ends with its cause.
  const uint32_t round = MomentRound(key.moment);
  const bool settles = round != 0 && round != kMessageRound;
  if (!settles || (key.moment >> 10) != (cause_.moment >> 10)) loop_rows_ = 0;
  cause_ = key;
  left_ = 0;
}

void IslandOperator::TakeEmission(const IslandPort& to, const Chunk& chunk, uint32_t begin,
                                  uint32_t end) {
  BeginCause(chunk.KeyAt(begin));
  const ChunkRun run{&chunk, begin, end};
  Deliver(to.member, to.port, ConcatenateRuns(chunk.schema(), {&run, 1}));
  RunStack();
}

void IslandOperator::FireTimer(uint32_t m) {
  Member& member = members_[m];
  OrderKey key = *member.next_timer;
  if (key.moment != member.fired_moment) {
    member.fired_moment = key.moment;
    member.fired = 0;
  }
  key.path = key.path.AppendEmission(member.fired++);
  BeginCause(key);
  RunTimer(m);
}

void IslandOperator::RunTimer(uint32_t m) {
  Member& member = members_[m];
  Frame* frame = Push(m);
  member.part.op->FireNextTimer(*timeline_, &frame->chunks);
  Refresh(&member);
  RunStack();
}

IslandOperator::Frame* IslandOperator::Push(uint32_t member) {
  if (depth_ == stack_.size()) stack_.emplace_back();
  Frame* frame = &stack_[depth_++];
  frame->member = member;
  frame->chunks.clear();
  frame->chunk = 0;
  frame->begin = frame->end = 0;
  frame->reader = members_[member].part.readers.size();
  ++members_[member].nesting;
  return frame;
}

void IslandOperator::Deliver(uint32_t m, uint32_t port, const Chunk& emission) {
  Member& member = members_[m];
  const bool overdue =
      MomentRound(cause_.moment) != 0 && MomentRound(cause_.moment) != kMessageRound;
  if (member.nesting > 0 || overdue) loop_rows_ += emission.size();
  if (member.nesting > kMaxLoopRounds) {
    GiveUp("a loop without end, " + LoopNames(m) + ": more than " + std::to_string(kMaxLoopRounds) +
           " rounds for one event (limits.rounds)");
    return;
  }
  if (loop_rows_ > kMaxLoopRows) {
    GiveUp("a loop that grows without end, through " + member.part.name + ": more than " +
           std::to_string(kMaxLoopRows) + " rows for one event (limits.loop_rows)");
    return;
  }
  // Members only need keys that ascend and differ; the limit keeps their timers to the island.
  const Path path = Path().AppendEmission(delivered_++);
  member.ports[port].chunks.push_back(emission.WithPath(path));
  Frame* frame = Push(m);
  member.part.op->Process({*timeline_, member.ports, cause_}, &frame->chunks);
  member.ports[port].chunks.clear();
  Refresh(&member);
}

void IslandOperator::Refresh(Member* member) {
  member->next_timer = member->part.op->NextTimer(*timeline_);
  if (const Failure* failure = member->part.op->failure()) {
    GiveUp(member->part.name + ": " + failure->status.message());
  }
}

// Hands on what the top of the stack emitted, one emission to one reader at a time, until all is
// done.
void IslandOperator::RunStack() {
  while (depth_ > 0 && !failure_) {
    Frame& frame = stack_[depth_ - 1];
    const std::vector<IslandReader>& readers = members_[frame.member].part.readers;
    if (frame.reader == readers.size() && !NextEmission(&frame)) {
      --members_[frame.member].nesting;
      frame.chunks.clear();
      frame.emission = Chunk();
      --depth_;
    } else if (frame.reader < readers.size()) {
      HandOn(readers[frame.reader++]);
    }
  }
}

bool IslandOperator::NextEmission(Frame* frame) {
  frame->begin = frame->end;
  frame->emission = Chunk();
  while (frame->chunk < frame->chunks.size()) {
    const Chunk& chunk = frame->chunks[frame->chunk];
    if (frame->begin < chunk.size()) {
      frame->end = chunk.EmissionEnd(frame->begin);
      frame->reader = 0;
      return true;
    }
    ++frame->chunk;
    frame->begin = frame->end = 0;
  }
  return false;
}

void IslandOperator::HandOn(const IslandReader& reader) {
  Frame& frame = stack_[depth_ - 1];
  if (!reader.inside) {
    Leave(reader.target, frame);
    return;
  }
  if (frame.emission.schema() == nullptr) {
    const Chunk& chunk = frame.chunks[frame.chunk];
    const bool alone = frame.begin == 0 && frame.end == chunk.physical_size();
    const ChunkRun run{&chunk, frame.begin, frame.end};
    frame.emission = alone ? chunk : ConcatenateRuns(chunk.schema(), {&run, 1});
  }
  const Chunk emission = frame.emission;  // Deliver may move the stack
  Deliver(reader.target, reader.port, emission);
}

void IslandOperator::Leave(uint32_t arrow, const Frame& frame) {
  leaving_->Add(arrow, frame.chunks[frame.chunk], frame.begin, frame.end,
                cause_.path.AppendEmission(left_++));
}

// What left because of earlier causes is right and still goes out; the DAG cuts off the rest.
void IslandOperator::GiveUp(std::string reason) {
  if (!failure_) failure_ = Failure{cause_, Status(StatusCode::kLimit, std::move(reason))};
}

// `q -> S -> q`, from the last call of `member` on the stack to the one that was refused.
std::string IslandOperator::LoopNames(uint32_t member) const {
  size_t from = depth_ - 1;
  while (from > 0 && stack_[from].member != member) --from;
  std::string names;
  for (size_t i = from; i < depth_; ++i) {
    names += members_[stack_[i].member].part.name + " -> ";
  }
  return names + members_[member].part.name;
}

}  // namespace weir
