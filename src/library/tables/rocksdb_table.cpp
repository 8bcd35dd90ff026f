#include "io/transport_registry.h"

namespace weir {

void RegisterRocksdbTable(TransportRegistry* registry) {
  registry->Add(StoreSpec{
      .name = "rocksdb",
      .summary = "Keeps the rows of a table on disk, so that there may be more of them than memory "
                 "holds: in the state directory of the run, else in a temporary directory that is "
                 "gone with it. All queries find what they would find in memory.",
      .example = "@store(type='rocksdb', cache.size='256MB') @primaryKey('symbol')\n"
                 "define table Prices (symbol string, price double);",
      .options = {{"cache.size", "How much of the table is kept in memory, beside 16MB of changes.",
                   "64MB", OptionSpec::Kind::kSize}},
      .on_disk = true,
  });
}

}  // namespace weir
