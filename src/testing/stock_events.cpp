#include "testing/stock_events.h"

#include <cstdio>

#include "base/hash.h"

namespace weir {
namespace {

constexpr TimeMs kFirstTime = 1'700'000'000'000;

}  // namespace

SchemaPtr StockEvents::MakeSchema() {
  return std::make_shared<const Schema>(std::vector<Attribute>{{"symbol", Type::kString},
                                                               {"price", Type::kDouble},
                                                               {"volume", Type::kLong},
                                                               {"ts", Type::kLong}});
}

const char* StockEvents::Definition() {
  return "define stream S (symbol string, price double, volume long, ts long);\n";
}

uint64_t StockEvents::Random() { return MixHash(state_ += 0x9e3779b97f4a7c15ULL); }

StockEvents::Event StockEvents::Next() {
  Event event;
  const uint64_t random = Random();
  const bool in_turn = options_.all_symbols_first && count_ < options_.symbols;
  event.symbol_size = static_cast<uint32_t>(
      std::snprintf(event.symbol, sizeof(event.symbol), "S%04u",
                    static_cast<unsigned>(in_turn ? count_ : random % options_.symbols)));
  const uint64_t other = Random();
  const bool cheap = (other & 0xffffff) < options_.cheap_share * 0x1000000;
  const uint64_t cents = cheap ? (other >> 24) % 500 : 500 + (other >> 24) % 9500;
  event.price = static_cast<double>(cents) / 100.0;
  event.volume = static_cast<int64_t>(random >> 40) % 1000;
  event.ts = kFirstTime + static_cast<TimeMs>(count_ / options_.events_per_ms);
  ++count_;
  return event;
}

Chunk StockEvents::NextChunk(uint32_t rows, Timeline* timeline) {
  timeline->first_message = count_;
  timeline->base =
      kFirstTime + static_cast<TimeMs>((count_ == 0 ? 0 : count_ - 1) / options_.events_per_ms);
  timeline->clocks.clear();
  ColumnBuilder symbol(Type::kString, rows), price(Type::kDouble, rows);
  ColumnBuilder volume(Type::kLong, rows), ts(Type::kLong, rows);
  RowMetaBuilder meta;
  meta.Reserve(rows);
  for (uint32_t i = 0; i < rows; ++i) {
    const Event event = Next();
    symbol.AppendString({event.symbol, event.symbol_size});
    price.Append(event.price);
    volume.Append(event.volume);
    ts.Append(event.ts);
    timeline->clocks.push_back(event.ts);
    meta.Append(event.ts, RowKind::kCurrent, {timeline->MessageMoment(i), Path()});
  }
  return meta.Finish(MakeSchema(), {symbol.Finish(), price.Finish(), volume.Finish(), ts.Finish()});
}

void StockEvents::AppendNdjson(uint64_t rows, std::string* out) {
  char line[128];
  for (uint64_t i = 0; i < rows; ++i) {
    const Event event = Next();
    const int size = std::snprintf(
        line, sizeof(line), "{\"symbol\":\"%s\",\"price\":%.2f,\"volume\":%ld,\"ts\":%ld}\n",
        event.symbol, event.price, static_cast<long>(event.volume), static_cast<long>(event.ts));
    out->append(line, static_cast<size_t>(size));
  }
}

}  // namespace weir
