#include <string>
#include <unordered_set>

#include "base/hash.h"
#include "base/state_parts.h"
#include "catalog/registry.h"
#include "library/windows/unique_rows.h"

namespace weir {
namespace {

class UniqueFirstWindow final : public Window {
 public:
  explicit UniqueFirstWindow(std::vector<uint32_t> columns) : key_(std::move(columns)) {}

  void OnRow(RowId row, WindowContext& context) override {
    const std::string_view key = key_.Of(row, context.rows());
    if (seen_.contains(key)) {
      context.Release(row);
      return;
    }
    seen_.emplace(key);
    context.EmitCurrent(row);
    // Joins and look-ups see it for good; they are among those who need expired rows.
    if (!context.needs_expired()) context.Release(row);
  }

  void Save(StateWriter& out) const override {
    std::vector<Hashed<const std::string*>> seen;
    for (const std::string& key : seen_) seen.push_back({HashString(key), &key});
    WriteHashed(out, std::move(seen),
                [](const std::string* key, StateWriter& to) { to.WriteText(*key); });
  }
  void Load(StateReader& in, const RowStore&) override {
    ReadHashed(in, [&] { in.Check(seen_.insert(in.ReadText()).second, "a key is there twice"); });
  }

 private:
  RowKey key_;
  std::unordered_set<std::string, RowKeyHash, std::equal_to<>> seen_;
};

constexpr Parameter kUniqueKeys{"unique.key", kUniqueKeyTypes, Parameter::Form::kAttribute,
                                /*repeats=*/true};

Result<std::unique_ptr<Window>> MakeUniqueFirstWindow(std::span<const Argument> arguments, size_t) {
  std::vector<uint32_t> columns;
  for (const Argument& argument : arguments) columns.push_back(*argument.column);
  return std::unique_ptr<Window>(std::make_unique<UniqueFirstWindow>(std::move(columns)));
}

}  // namespace

void RegisterUniqueFirstWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "unique:first";
  spec.summary =
      "Holds the first event of each value of unique.key for good; later ones are dropped.";
  spec.example = "from Logins#window.unique:first(user) select user insert into NewUsers;";
  spec.overloads = {{kUniqueKeys}};
  spec.make = MakeUniqueFirstWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
