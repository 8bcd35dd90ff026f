#include "json/bare_scan.h"

#include <simdjson.h>

#include <cstdio>
#include <cstring>
#include <memory>

namespace weir {
namespace {

constexpr size_t kBlock = size_t{1} << 20;

Status ScanBlock(simdjson::ondemand::parser& parser, const char* data, size_t size,
                 BareScanTotals* totals) {
  simdjson::ondemand::document_stream documents;
  if (parser.iterate_many(data, size, kBlock).get(documents) != simdjson::SUCCESS) {
    return Status(StatusCode::kDataError, "cannot parse");
  }
  for (auto it = documents.begin(); it != documents.end(); ++it) {
    simdjson::ondemand::document_reference document;
    if ((*it).get(document) != simdjson::SUCCESS) {
      return Status(StatusCode::kDataError, "malformed event");
    }
    std::string_view symbol;
    double price = 0;
    int64_t volume = 0, ts = 0;
    if (document.find_field("symbol").get(symbol) != simdjson::SUCCESS ||
        document.find_field("price").get(price) != simdjson::SUCCESS ||
        document.find_field("volume").get(volume) != simdjson::SUCCESS ||
        document.find_field("ts").get(ts) != simdjson::SUCCESS) {
      return Status(StatusCode::kDataError, "missing field");
    }
    ++totals->events;
    totals->symbol_bytes += symbol.size();
    totals->price += price;
    totals->volume += volume;
    totals->ts += ts;
  }
  return Status::Ok();
}

}  // namespace

Result<BareScanTotals> BareScan(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (file == nullptr) return Status(StatusCode::kIoError, "cannot open " + path);
  simdjson::ondemand::parser parser;
#ifdef SIMDJSON_THREADS_ENABLED
  parser.threaded = false;  // one core is what is compared
#endif
  const size_t capacity = kBlock + simdjson::SIMDJSON_PADDING;
  const auto buffer = std::make_unique<char[]>(capacity);
  BareScanTotals totals;
  size_t kept = 0;
  while (true) {
    const size_t got = std::fread(buffer.get() + kept, 1, kBlock - kept, file.get());
    const size_t size = kept + got;
    if (size == 0) return totals;
    const void* newline = memrchr(buffer.get(), '\n', size);
    const size_t whole =
        newline == nullptr
            ? size
            : static_cast<size_t>(static_cast<const char*>(newline) - buffer.get()) + 1;
    const Status scanned = ScanBlock(parser, buffer.get(), whole, &totals);
    if (!scanned.ok()) return scanned;
    kept = size - whole;
    std::memmove(buffer.get(), buffer.get() + whole, kept);
    if (got == 0) return totals;
  }
}

}  // namespace weir
