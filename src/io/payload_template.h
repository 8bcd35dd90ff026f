#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "json/text_buffer.h"
#include "types/chunk.h"

namespace weir {

// Text with `{{attribute}}` in it, as in @payload and in some options of sinks.
class PayloadTemplate {
 public:
  // What is done to the texts of strings.
  enum class Escape {
    kNone,
    kJson,  // where they stand between quotes, they are escaped as JSON wants it
    kHtml,  // `&<>"` as entities, except between three braces
  };
  static Result<PayloadTemplate> Parse(std::string_view text, const Schema& schema, Escape escape);

  void Append(const Chunk& chunk, uint32_t row, TextBuffer* out) const;
  bool is_constant() const { return pieces_.size() == 1 && !pieces_[0].column; }

 private:
  struct Piece {
    std::string before;              // literal
    std::optional<uint32_t> column;  // whose value follows
    Escape escape = Escape::kNone;
  };
  std::vector<Piece> pieces_;
};

}  // namespace weir
