#include "plan/disk_dag.h"

#include <utility>

namespace weir {
namespace {

class DiskDag final : public Dag {
 public:
  DiskDag(std::unique_ptr<Dag> dag, std::shared_ptr<DiskTables> tables)
      : dag_(std::move(dag)), tables_(std::move(tables)) {}

  void Run(const Timeline& timeline, std::span<const Port> sources,
           std::vector<Port>* taps) override {
    if (tables_->status().ok()) {
      dag_->Run(timeline, sources, taps);
      tables_->EndEpoch();
    }
    if (tables_->status().ok()) return;
    for (Port& tap : *taps) tap.chunks.clear();
  }

  const Status& status() const override {
    return tables_->status().ok() ? dag_->status() : tables_->status();
  }
  void Start(TimeMs now) override { dag_->Start(now); }
  TimeMs NextDue() const override { return dag_->NextDue(); }
  const std::vector<IslandInfo>& islands() const override { return dag_->islands(); }

  void Save(StateWriter& out) const override {
    out.BeginOwner(":tables");
    out.Write(*tables_);
    out.EndOwner();
    dag_->Save(out);
  }

  void Load(StateReader& in, std::optional<TimeMs> now) override {
    if (in.BeginOwner(":tables")) {
      in.Read(*tables_);
      in.EndOwner();
    }
    dag_->Load(in, now);
    tables_->FinishLoad();
    if (!tables_->status().ok()) in.Fail(tables_->status().message());
  }

 private:
  const std::unique_ptr<Dag> dag_;
  const std::shared_ptr<DiskTables> tables_;
};

}  // namespace

std::unique_ptr<Dag> MakeDiskDag(std::unique_ptr<Dag> dag, std::shared_ptr<DiskTables> tables) {
  return std::make_unique<DiskDag>(std::move(dag), std::move(tables));
}

}  // namespace weir
