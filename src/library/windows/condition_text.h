#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "catalog/window.h"

namespace weir {

// The condition in force in an expression window: of a constant text, or of the text that the
// last row brought with it in an attribute.
class ConditionText {
 public:
  static Result<ConditionText> Make(const Argument& argument,
                                    std::shared_ptr<const ConditionCompiler> compiler) {
    ConditionText result;
    result.compiler_ = std::move(compiler);
    result.column_ = argument.column;
    if (argument.column.has_value()) return result;
    if (!argument.constant.has_value() || argument.constant->is_null()) {
      return Status::Invalid("expression must be a constant text or an attribute");
    }
    result.text_ = argument.constant->string_value();
    auto compiled = result.compiler_->Compile(*result.text_);
    if (!compiled.ok()) return compiled.status();
    result.condition_ = std::move(compiled).value();
    return result;
  }

  enum class Change {
    kSame,
    kNew,   // an empty run: the rows are to be added again
    kNone,  // the row's text is no condition; the one before stays in force
  };
  // Takes over the text that a row brings.
  Change Take(RowId row, const RowStore& rows) {
    if (!column_.has_value()) return Change::kSame;
    if (!rows.IsValid(*column_, row)) return Change::kNone;
    const std::string_view text = rows.Get<StringRef>(*column_, row).view();
    if (text == text_) return Change::kSame;
    if (text == failed_) return Change::kNone;
    auto compiled = compiler_->Compile(text);
    if (!compiled.ok()) {
      failed_ = std::string(text);
      return Change::kNone;
    }
    text_ = std::string(text);
    condition_ = std::move(compiled).value();
    return Change::kNew;
  }

  WindowCondition& condition() { return *condition_; }

  void Save(StateWriter& out) const {
    if (column_.has_value()) out.Write(text_);
    if (condition_ != nullptr) out.Write(*condition_);
  }
  void Load(StateReader& in) {
    if (column_.has_value()) {
      in.Read(text_);
      if (!text_.has_value()) return;
      auto compiled = compiler_->Compile(*text_);
      if (!in.Check(compiled.ok(), "a text is no condition")) return text_.reset();
      condition_ = std::move(compiled).value();
    }
    in.Read(*condition_);
  }

 private:
  std::shared_ptr<const ConditionCompiler> compiler_;
  std::optional<uint32_t> column_;
  std::optional<std::string> text_;    // what condition_ says
  std::optional<std::string> failed_;  // the last text that is no condition
  std::unique_ptr<WindowCondition> condition_;
};

}  // namespace weir
