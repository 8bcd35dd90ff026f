#include "io/transport_registry.h"

namespace weir {

void RegisterMemoryTable(TransportRegistry* registry) {
  registry->Add(StoreSpec{
      .name = "memory",
      .summary = "Keeps the rows of a table in memory, as without @store.",
      .example = "@store(type='memory')\n"
                 "define table Prices (symbol string, price double);",
      .options = {},
  });
}

}  // namespace weir
