#include "io/value_text.h"

#include "json/scalar_writer.h"

namespace weir {
namespace {

// A number that JSON does not know stands between quotes there.
void AppendNumberText(char* begin, char* end, TextBuffer* out) {
  if (*begin == '"') {
    std::memmove(begin, begin + 1, static_cast<size_t>(end - begin) - 2);
    end -= 2;
  }
  out->Advance(end);
}

}  // namespace

void AppendValueText(const Column& column, uint32_t row, TextBuffer* out) {
  if (!column.IsValid(row)) {
    out->Append("null");
    return;
  }
  switch (column.type()) {
    case Type::kBool:
      out->Append(column.values<uint8_t>()[row] != 0 ? "true" : "false");
      return;
    case Type::kInt: {
      char* to = out->Reserve(kNumberBytesMax);
      out->Advance(WriteLong(column.values<int32_t>()[row], to));
      return;
    }
    case Type::kLong: {
      char* to = out->Reserve(kNumberBytesMax);
      out->Advance(WriteLong(column.values<int64_t>()[row], to));
      return;
    }
    case Type::kFloat: {
      char* to = out->Reserve(kNumberBytesMax);
      AppendNumberText(to, WriteFloat(column.values<float>()[row], to), out);
      return;
    }
    case Type::kDouble: {
      char* to = out->Reserve(kNumberBytesMax);
      AppendNumberText(to, WriteDouble(column.values<double>()[row], to), out);
      return;
    }
    case Type::kString:
      out->Append(column.values<StringRef>()[row].view());
      return;
    case Type::kObject: {
      std::string json;
      AppendJson(column.values<ObjectRef>()[row], &json);
      out->Append(json);
      return;
    }
  }
}

}  // namespace weir
