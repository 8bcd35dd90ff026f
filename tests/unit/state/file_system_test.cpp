#include "state/file_system.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "state/kill_point.h"
#include "unit/state/scratch_directory.h"

namespace weir {
namespace {

TEST(PosixFileSystem, WritesReadsAndCuts) {
  const ScratchDirectory scratch;
  FileSystem& fs = PosixFileSystem();
  const std::string path = JoinPath(scratch.path(), "f");
  {
    auto file = fs.Create(path);
    ASSERT_TRUE(file.ok()) << file.status().message();
    ASSERT_TRUE(file.value()->Append("hello world").ok());
    ASSERT_TRUE(file.value()->Truncate(5).ok());
    ASSERT_TRUE(file.value()->Append("!").ok());
    EXPECT_EQ(file.value()->size(), 6u);
    ASSERT_TRUE(file.value()->Sync().ok());
  }
  {
    auto file = fs.OpenForAppend(path);
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(file.value()->size(), 6u);
    ASSERT_TRUE(file.value()->Append("?").ok());
    ASSERT_TRUE(file.value()->Close().ok());
  }
  EXPECT_EQ(fs.ReadAll(path).value(), "hello!?");
  char bytes[10];
  EXPECT_EQ(fs.OpenRandomAccess(path).value()->ReadAt(5, 10, bytes).value(), 2u);
  ASSERT_TRUE(fs.Publish(path, "whole").ok());
  EXPECT_EQ(fs.ReadAll(path).value(), "whole");
  EXPECT_EQ(fs.List(scratch.path()).value(), std::vector<std::string>{"f"});
}

TEST(PosixFileSystem, NamesPathAndReason) {
  const ScratchDirectory scratch;
  FileSystem& fs = PosixFileSystem();
  const std::string path = JoinPath(scratch.path(), "none/f");
  const auto file = fs.Create(path);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.status().code(), StatusCode::kNotFound);
  EXPECT_EQ(file.status().message(), path + ": open: No such file or directory");
  const auto full = fs.OpenForAppend("/dev/full");
  ASSERT_TRUE(full.ok());
  EXPECT_EQ(full.value()->Append("x").code(), StatusCode::kNoSpace);
}

TEST(PosixFileSystem, RemovesTreesAndHoldsLocks) {
  const ScratchDirectory scratch;
  FileSystem& fs = PosixFileSystem();
  const std::string top = JoinPath(scratch.path(), "top");
  ASSERT_TRUE(fs.MakeDirectory(top).ok());
  ASSERT_TRUE(fs.MakeDirectory(top).ok());
  ASSERT_TRUE(fs.MakeDirectory(JoinPath(top, "sub")).ok());
  ASSERT_TRUE(fs.Publish(JoinPath(top, "sub/f"), "x").ok());
  const std::string lock_path = JoinPath(scratch.path(), "LOCK");
  auto lock = fs.Lock(lock_path);
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(fs.Lock(lock_path).status().code(), StatusCode::kLocked);
  lock.value().reset();
  EXPECT_TRUE(fs.Lock(lock_path).ok());
  ASSERT_TRUE(fs.RemoveTree(top).ok());
  EXPECT_FALSE(fs.Exists(top).value());
  EXPECT_TRUE(fs.RemoveTree(top).ok());
}

TEST(KillPoint, KillsAtTheNthPass) {
  const ScratchDirectory scratch;
  EXPECT_EXIT(
      {
        (void)ArmKillPoint("publish.synced:2").ok();
        const std::string path = JoinPath(scratch.path(), "f");
        if (!PosixFileSystem().Publish(path, "first").ok()) _exit(1);
        (void)PosixFileSystem().Publish(path, "second").ok();
        _exit(2);
      },
      testing::KilledBySignal(SIGKILL), "");
  const std::vector<std::string> names = KillPointNames();
  EXPECT_EQ(std::count(names.begin(), names.end(), "publish.synced"), 1);
  EXPECT_EQ(std::count(names.begin(), names.end(), "publish.renamed"), 1);
  EXPECT_FALSE(ArmKillPoint("publish.synced:none").ok());
  EXPECT_TRUE(ArmKillPoint("").ok());
}

}  // namespace
}  // namespace weir
