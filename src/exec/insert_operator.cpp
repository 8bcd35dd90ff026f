#include "exec/select_operator.h"
#include "exec/serves_all_keys.h"

namespace weir {
namespace {

class InsertOperator final : public Operator, public ServesAllKeys {
 public:
  explicit InsertOperator(SchemaPtr target) : target_(std::move(target)) {}

  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      if (chunk.empty()) continue;
      CHECK_EQ(chunk.column_count(), target_->size());
      const Chunk renamed = chunk.WithColumns(target_, chunk.columns());
      out->push_back(chunk.all_current() ? renamed : renamed.WithMeta(AllCurrent(*chunk.meta())));
    }
  }
  void Save(StateWriter&) const override {}
  void Load(StateReader&) override {}

 private:
  static std::shared_ptr<const RowMeta> AllCurrent(const RowMeta& meta) {
    auto current = std::make_shared<RowMeta>();
    current->timestamps = meta.timestamps;
    current->moments = meta.moments;
    return current;
  }

  SchemaPtr target_;
};

}  // namespace

std::unique_ptr<Operator> MakeInsertOperator(SchemaPtr target) {
  return std::make_unique<InsertOperator>(std::move(target));
}

}  // namespace weir
