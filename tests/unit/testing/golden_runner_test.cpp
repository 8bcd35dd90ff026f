#include "testing/golden_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace weir {
namespace {

using ::testing::HasSubstr;

constexpr const char* kHead =
    "# about: doubling\n\napp\ndefine stream In (a int);\n"
    "from In select a * 2 as b insert into Out;\n\n";

class GoldenRunnerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) / "weir-golden" / info->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    return path;
  }
  static std::string Read(const std::string& path) {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  OutcomeCode Run(const GoldenOptions& options) {
    said_.clear();
    return RunGoldenTests(options, [this](std::string_view text) { said_ += text; }).code();
  }

  std::filesystem::path folder_;
  std::string said_;
};

TEST_F(GoldenRunnerTest, Passes) {
  const std::string path = Write("a.test", std::string(kHead) + "send In\n[1]\n----\nOut 0 [2]\n");
  EXPECT_EQ(Run({.paths = {path}}), OutcomeCode::kOk);
  EXPECT_EQ(said_, "1 passed, 0 failed\n");
}

TEST_F(GoldenRunnerTest, SaysWhereAndWhatDiffersAndHowToRepeat) {
  const std::string path = Write("a.test", std::string(kHead) + "send In\n[1]\n----\nOut 0 [3]\n");
  EXPECT_EQ(Run({.paths = {path}, .program = "golden"}), OutcomeCode::kFindings);
  EXPECT_EQ(said_, path + ":9: other output in mode plain\n" +
                       "--- expected\n+++ actual\n@@ -1,1 +1,1 @@\n-Out 0 [3]\n+Out 0 [2]\n\n" +
                       "to repeat: golden --mode plain --only 1 " + path +
                       "\n\n0 passed, 1 failed\n");
}

TEST_F(GoldenRunnerTest, SilenceIsHeldTo) {
  const std::string path = Write("a.test", std::string(kHead) + "send In\n[1]\n");
  EXPECT_EQ(Run({.paths = {path}}), OutcomeCode::kFindings);
  EXPECT_THAT(said_, HasSubstr("+Out 0 [2]"));
}

TEST_F(GoldenRunnerTest, WarningsAndErrorsMustBeListed) {
  const std::string path = Write("a.test",
                                 "# about: x\n\napp\ndefine stream In (a int);\n"
                                 "from In select b insert into Out;\n");
  EXPECT_EQ(Run({.paths = {path}}), OutcomeCode::kFindings);
  EXPECT_THAT(said_, HasSubstr("+error binding 2:16"));
  EXPECT_THAT(said_, HasSubstr(":3: the app is refused"));
  EXPECT_EQ(Run({.paths = {path}, .rewrite = true}), OutcomeCode::kOk);
  EXPECT_THAT(Read(path), HasSubstr("Out;\n\nerror binding 2:16\n----\nunknown attribute 'b'"));
}

TEST_F(GoldenRunnerTest, AnAppThatIsNotRefusedFails) {
  const std::string path =
      Write("a.test", std::string(kHead) + "error binding 1:1\n----\nsomething\n");
  EXPECT_EQ(Run({.paths = {path}}), OutcomeCode::kFindings);
  EXPECT_THAT(said_, HasSubstr("the app is not refused"));
}

TEST_F(GoldenRunnerTest, RewriteFillsReplacesRemovesAndKeepsComments) {
  const std::string path =
      Write("a.test", std::string(kHead) + "# first\nsend In\n[1]\n\nat 5\nsend In\n[2]\n----\n" +
                          "# kept\nOut 5 [9]\n\nat 6\n----\nOut 6 [1]\n\nsend In\n[3]\n----\n" +
                          "Out 6 [<any>]\n");
  EXPECT_EQ(Run({.paths = {path}, .rewrite = true}), OutcomeCode::kOk);
  EXPECT_EQ(Read(path), std::string(kHead) +
                            "# first\nsend In\n[1]\n----\nOut 0 [2]\n\nat 5\nsend In\n[2]\n----\n" +
                            "# kept\nOut 5 [4]\n\nat 6\n\nsend In\n[3]\n----\nOut 6 [<any>]\n");
  EXPECT_THAT(said_, HasSubstr("rewritten"));
}

TEST_F(GoldenRunnerTest, RewriteRefusesWhatDiffersBetweenTheTurnsOfALoop) {
  const std::string path = Write("a.test",
                                 "# about: x\n\nfor N in 1 2\napp\n"
                                 "define stream In (a int);\n"
                                 "from In select a + N as b insert into Out;\n\n"
                                 "send In\n[1]\n----\n\nend\n");
  EXPECT_EQ(Run({.paths = {path}, .rewrite = true}), OutcomeCode::kUsage);
}

TEST_F(GoldenRunnerTest, RowsThatDoNotFitFail) {
  const std::string path = Write("a.test", std::string(kHead) + "send In\n[\"x\"]\n");
  EXPECT_EQ(Run({.paths = {path}}), OutcomeCode::kFindings);
  EXPECT_THAT(said_, HasSubstr(path + ":8: "));
}

TEST_F(GoldenRunnerTest, ComparesWithAnOracle) {
  const std::string oracle =
      "same as\ndefine stream In (a int);\nfrom In select a + a as b insert into Out;\n\n";
  const std::string path = Write("a.test", kHead + oracle + "send In\n[1]\n[2]\n");
  EXPECT_EQ(Run({.paths = {path}}), OutcomeCode::kOk);
  const std::string other =
      Write("b.test", std::string(kHead) + "same as\ndefine stream In (a int);\n" +
                          "from In select a + 1 as b insert into Out;\n\n" + "send In\n[1]\n[2]\n");
  EXPECT_EQ(Run({.paths = {other}}), OutcomeCode::kFindings);
  EXPECT_THAT(said_, HasSubstr("the two apps differ in mode plain"));
}

TEST_F(GoldenRunnerTest, SkipsAreSaidAndCounted) {
  const std::string path = Write("a.test",
                                 "# about: x\n# skip: epoch=3 because of this\n\napp\n"
                                 "define stream In (a int);\n"
                                 "from In select a insert into Out;\n");
  EXPECT_EQ(Run({.paths = {path}}), OutcomeCode::kOk);
  EXPECT_EQ(said_, path + ": mode epoch=3 is skipped because of this\n" +
                       "1 passed, 0 failed, 1 modes skipped\n");
}

TEST_F(GoldenRunnerTest, RunsFoldersAndOneCase) {
  Write("b.test", std::string(kHead) + "send In\n[1]\n----\nOut 0 [2]\n");
  Write("a.test", std::string(kHead) + "send In\n[1]\n\n" + std::string(kHead).substr(18));
  Write("c.txt", "not a test");
  EXPECT_EQ(Run({.paths = {folder_.string()}}), OutcomeCode::kFindings);
  EXPECT_THAT(said_, HasSubstr("1 passed, 1 failed\n"));
  EXPECT_EQ(Run({.paths = {(folder_ / "a.test").string()}, .only = 2}), OutcomeCode::kOk);
  EXPECT_EQ(Run({.paths = {"no/such.test"}}), OutcomeCode::kNoInput);
}

TEST_F(GoldenRunnerTest, Arguments) {
  GoldenOptions options;
  const auto parse = [&](const std::vector<std::string>& arguments) {
    options = GoldenOptions();
    return ParseGoldenArguments(arguments, &options).message();
  };
  EXPECT_EQ(parse({"--mode", "epoch=3", "--only", "2", "a.test", "b"}), "");
  EXPECT_EQ(options.mode, "epoch=3");
  EXPECT_EQ(options.only, 2u);
  EXPECT_EQ(options.paths.size(), 2u);
  EXPECT_EQ(parse({}), "name a .test file or a folder of them");
  EXPECT_EQ(parse({"--mode"}), "--mode needs a value");
  EXPECT_EQ(parse({"--quick", "a.test"}), "unknown option --quick");
  EXPECT_EQ(parse({"--mode", "fast", "a.test"}),
            "unknown mode 'fast'; there are plain epoch=1 epoch=3 epoch=2048 optimizer=off "
            "print-parse restart-each disk disk,epoch=1 disk,epoch=2048 disk,optimizer=off "
            "disk,restart-each");
}

TEST_F(GoldenRunnerTest, RewriteIsRefusedInContinuousIntegration) {
  const char* before = std::getenv("CI");
  const std::string kept = before == nullptr ? "" : before;
  GoldenOptions options;
  setenv("CI", "1", 1);
  const std::vector<std::string> arguments = {"--rewrite", "a.test"};
  EXPECT_THAT(ParseGoldenArguments(arguments, &options).message(), HasSubstr("CI"));
  unsetenv("CI");
  EXPECT_TRUE(ParseGoldenArguments(arguments, &options).ok());
  if (before != nullptr) setenv("CI", kept.c_str(), 1);
}

}  // namespace
}  // namespace weir
