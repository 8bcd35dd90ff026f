#include "state/space_wait.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir {
namespace {

Status Full() { return Status(StatusCode::kNoSpace, "disk/file: write: no space"); }

struct Told {
  std::vector<std::string> lines;
  SpaceWait::Terms Terms(std::function<bool()> ending = nullptr) {
    return {[this](std::string_view line) { lines.emplace_back(line); }, std::move(ending)};
  }
};

TEST(SpaceWait, TriesUntilThereIsSpace) {
  Told told;
  SpaceWait wait(told.Terms());
  int calls = 0;
  const Status status = wait.Write([&] { return ++calls < 3 ? Full() : Status::Ok(); });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(told.lines,
            (std::vector<std::string>{"warning: disk/file: write: no space; waiting for space",
                                      "there is space again; going on"}));
}

TEST(SpaceWait, OtherFailuresAreNotWaitedFor) {
  Told told;
  SpaceWait wait(told.Terms());
  int calls = 0;
  const Status status = wait.Write([&] {
    ++calls;
    return Status(StatusCode::kIoError, "broken");
  });
  EXPECT_EQ(status.code(), StatusCode::kIoError);
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(told.lines.empty());
}

TEST(SpaceWait, GivesUpAtTheEnd) {
  Told told;
  int asked = 0;
  SpaceWait wait(told.Terms([&] { return ++asked > 2; }));
  EXPECT_EQ(wait.Write(Full).code(), StatusCode::kNoSpace);
  EXPECT_EQ(told.lines.size(), 1u);
}

}  // namespace
}  // namespace weir
