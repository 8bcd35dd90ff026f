#include "catalog/registry.h"
#include "library/windows/unique_rows.h"

namespace weir {
namespace {

class UniqueEverWindow final : public Window {
 public:
  explicit UniqueEverWindow(std::vector<uint32_t> columns) : rows_(std::move(columns)) {}

  void OnRow(RowId row, WindowContext& context) override {
    const RowId old = rows_.RemoveKeyOf(row, context.rows());
    if (old != kNoRow) {
      context.EmitExpired(old, context.now());
      context.Release(old);
    }
    rows_.Append(row, context.rows());
    context.EmitCurrent(row);
  }

  bool passes_current() const override { return true; }

  void Save(StateWriter& out) const override { out.Write(rows_); }
  void Load(StateReader& in, const RowStore& rows) override { rows_.Load(in, rows); }

 private:
  LatestRows rows_;
};

constexpr Parameter kUniqueKeys{"unique.key", kUniqueKeyTypes, Parameter::Form::kAttribute,
                                /*repeats=*/true};

Result<std::unique_ptr<Window>> MakeUniqueEverWindow(std::span<const Argument> arguments, size_t) {
  std::vector<uint32_t> columns;
  for (const Argument& argument : arguments) columns.push_back(*argument.column);
  return std::unique_ptr<Window>(std::make_unique<UniqueEverWindow>(std::move(columns)));
}

}  // namespace

void RegisterUniqueEverWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "unique:ever";
  spec.summary =
      "Holds the latest event of each value of unique.key; a new one makes the one before expire.";
  spec.example = "from Logins#window.unique:ever(user) select count() as users insert into Users;";
  spec.overloads = {{kUniqueKeys}};
  spec.make = MakeUniqueEverWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
