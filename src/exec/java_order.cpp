#include "exec/java_order.h"

namespace weir {

void JavaText::Append(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const int more = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    uint32_t point = more == 0 ? lead : lead & (0x3Fu >> more);
    for (int k = 0; k < more && i < text.size(); ++k) {
      point = (point << 6) | (static_cast<unsigned char>(text[i++]) & 0x3Fu);
    }
    if (point < 0x10000) {
      AppendUnit(point);
    } else {
      AppendUnit(0xD800 + ((point - 0x10000) >> 10));
      AppendUnit(0xDC00 + ((point - 0x10000) & 0x3FF));
    }
  }
}

}  // namespace weir
