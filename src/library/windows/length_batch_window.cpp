#include <utility>
#include <vector>

#include "catalog/registry.h"
#include "library/windows/row_queue.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

// Collects events and emits them together; each batch is a chunk of its own.
class LengthBatchWindow final : public Window {
 public:
  explicit LengthBatchWindow(size_t length) : length_(length) {}

  void OnRow(RowId row, WindowContext& context) override {
    batch_.PushBack(row);
    if (batch_.size() < length_) return;
    context.NextEmission();
    if (length_ == 0) {
      EmitAlone(row, context);
      return;
    }
    while (!previous_.empty()) {
      const RowId old = previous_.PopFront();
      context.EmitExpired(old, context.now());
      context.Release(old);
    }
    context.EmitReset(context.now());
    for (size_t i = 0; i < batch_.size(); ++i) {
      context.EmitCurrent(batch_[i]);
      if (!context.needs_expired()) context.Release(batch_[i]);
    }
    if (context.needs_expired()) std::swap(previous_, batch_);
    batch_.Clear();
  }

  RowId Likely() const override {
    return batch_.empty() || batch_.size() + 1 < length_ ? kNoRow : batch_.front();
  }

  void Save(StateWriter& out) const override { out.Write(batch_, previous_); }
  void Load(StateReader& in, const RowStore& rows) override {
    batch_.Load(in, rows);
    previous_.Load(in, rows);
  }

 private:
  void EmitAlone(RowId row, WindowContext& context) {
    context.EmitCurrent(row);
    context.EmitExpired(row, context.now());
    context.EmitReset(context.now());
    context.Release(row);
    batch_.Clear();
  }

  size_t length_;
  RowQueue batch_;
  RowQueue previous_;  // the last completed batch, if someone wants it to expire
};

// Passes events on at once, each as a chunk, and only expires them together.
class StreamingLengthBatchWindow final : public Window {
 public:
  explicit StreamingLengthBatchWindow(size_t length) : length_(length) {}

  void OnRow(RowId row, WindowContext& context) override {
    context.NextEmission();
    if (count_ == length_ && length_ > 0) {
      for (RowId old : batch_) {
        context.EmitExpired(old, context.now());
        context.Release(old);
      }
      batch_.clear();
      context.EmitReset(context.now());
      count_ = 0;
    }
    context.EmitCurrent(row);
    if (length_ == 0) {
      context.EmitExpired(row, context.now());
      context.EmitReset(context.now());
    }
    ++count_;
    if (context.needs_expired() && length_ > 0) {
      batch_.push_back(row);
    } else {
      context.Release(row);
    }
  }

  void Save(StateWriter& out) const override { out.Write(uint64_t{count_}, batch_); }
  void Load(StateReader& in, const RowStore& rows) override {
    count_ = in.Get<uint64_t>();
    rows.ReadIds(in, &batch_);
  }

 private:
  size_t length_;
  size_t count_ = 0;
  std::vector<RowId> batch_;  // empty if nobody wants it to expire
};

}  // namespace

void RegisterLengthBatchWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "lengthBatch";
  spec.summary =
      "Collects window.length events and emits them as one batch; with stream.current.event they "
      "pass at once and only leave as a batch.";
  spec.example =
      "from Trades#window.lengthBatch(10) select symbol, sum(volume) as volume insert into Sums;";
  spec.overloads = {{kWindowLength}, {kWindowLength, kStreamCurrentEvent}};
  spec.batch = true;
  spec.multi_emitter = true;
  spec.make = [](std::span<const Argument> arguments, size_t) -> Result<std::unique_ptr<Window>> {
    const auto length = NumberArgument(kWindowLength, arguments[0], 0);
    if (!length.ok()) return length.status();
    bool stream_current = false;
    if (arguments.size() == 2) {
      const auto given = BoolArgument(kStreamCurrentEvent, arguments[1]);
      if (!given.ok()) return given.status();
      stream_current = given.value();
    }
    if (stream_current) {
      return std::unique_ptr<Window>(std::make_unique<StreamingLengthBatchWindow>(length.value()));
    }
    return std::unique_ptr<Window>(std::make_unique<LengthBatchWindow>(length.value()));
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
