#include <exception>
#include <mutex>
#include <thread>

#include "runtime/app_impl.h"
#include "runtime/prepared_run.h"
#include "state/file_system.h"

namespace weir {
namespace {

Outcome CheckStandardInput(const std::vector<NamedRun>& apps,
                           const std::vector<std::unique_ptr<PreparedRun>>& runs) {
  const std::string* reader = nullptr;
  for (size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i]->reads_standard_input()) continue;
    const std::string& name = apps[i].options.name;
    if (reader != nullptr) {
      return {OutcomeCode::kUsage, "the apps " + *reader + " and " + name +
                                       " would both read standard input; name an input with "
                                       "--input APP.STREAM=PATH"};
    }
    reader = &name;
  }
  return {};
}

// The directory in which an app has its own for its state.
Status MakeParent(const std::string& directory) {
  FileSystem& fs = PosixFileSystem();
  const std::string parent = DirectoryOf(directory);
  const Result<bool> of_one_app = fs.Exists(JoinPath(parent, "WEIR-STATE"));
  if (of_one_app.ok() && of_one_app.value()) {
    return Status(StatusCode::kCannotCreate, parent + ": the state of an app that runs alone");
  }
  Status made = fs.MakeDirectory(parent);
  if (made.ok()) made = fs.SyncDirectory(DirectoryOf(parent));
  return made.ok() ? made : Status(StatusCode::kCannotCreate, made.message());
}

Outcome RunToTheEnd(PreparedRun* run) {
  try {
    return run->Run();
  } catch (const std::exception& error) {
    return {OutcomeCode::kInternal, std::string("internal error: ") + error.what()};
  }
}

// The first failure of several threads, which makes the others stop.
class Failures {
 public:
  explicit Failures(const std::vector<NamedRun>& apps) : apps_(apps) {}

  void Take(size_t app, const Outcome& outcome) {
    if (outcome.ok()) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    const RunOptions& options = apps_[app].options;
    if (!first_.ok()) {
      if (options.report) options.report("error: " + outcome.message());
      return;
    }
    first_ = Outcome(outcome.code(), options.name + ": " + outcome.message());
    for (const NamedRun& other : apps_) {
      if (other.options.stop != nullptr) other.options.stop->Request();
    }
  }
  const Outcome& first() const { return first_; }

 private:
  const std::vector<NamedRun>& apps_;
  std::mutex mutex_;
  Outcome first_;
};

}  // namespace

Outcome RunApps(const std::vector<NamedRun>& apps) {
  std::vector<std::unique_ptr<PreparedRun>> runs;
  for (const NamedRun& app : apps) runs.push_back(PrepareRun(app.app, app.options));
  const Outcome readable = CheckStandardInput(apps, runs);
  if (!readable.ok()) return readable;
  Failures failures(apps);
  for (size_t i = 0; i < runs.size() && failures.first().ok(); ++i) {
    const std::string& directory = apps[i].options.state.directory;
    const Status made = directory.empty() ? Status::Ok() : MakeParent(directory);
    failures.Take(i, made.ok() ? runs[i]->Open() : ToOutcome(made));
  }
  if (!failures.first().ok()) return failures.first();
  std::vector<std::thread> threads;
  for (size_t i = 0; i < runs.size(); ++i) {
    threads.emplace_back([&failures, i, run = std::move(runs[i])]() mutable {
      failures.Take(i, RunToTheEnd(run.get()));
      run.reset();  // the topics that it put events into end
    });
  }
  for (std::thread& thread : threads) thread.join();
  return failures.first();
}

}  // namespace weir
