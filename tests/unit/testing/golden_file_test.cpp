#include "testing/golden_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

using ::testing::ElementsAre;

constexpr const char* kHead = "# about: a test\n\napp\ndefine stream In (a int);\n\n";

GoldenFile Parsed(const std::string& text) {
  Result<GoldenFile> file = ParseGoldenFile("f.test", text);
  EXPECT_TRUE(file.ok()) << file.status().message();
  return file.ok() ? std::move(file).value() : GoldenFile();
}

// The reader's complaint, without the file's name.
std::string Problem(const std::string& text) {
  const Result<GoldenFile> file = ParseGoldenFile("f.test", text);
  const std::string message = file.status().message();
  return message.starts_with("f.test:") ? message.substr(7) : message;
}

std::string AfterApp(const std::string& text) { return Problem(kHead + text); }

TEST(GoldenFileTest, ReadsAppWatchAndSteps) {
  const GoldenFile file = Parsed(
      "# about: a test\n# tags: x\n\n"
      "app\ndefine stream In (a int);\n# a comment keeps its line\nfrom In insert into Out;\n\n"
      "watch Out query:q\n\n"
      "at 1000\nsend In together\n[1]\n@500 [2]\n----\nOut 1000 [1]\n# note\nOut 500 [2]\n\n"
      "at 2000\n");
  ASSERT_EQ(file.cases.size(), 1u);
  const GoldenCase& golden = file.cases[0];
  EXPECT_EQ(golden.app, "define stream In (a int);\n\nfrom In insert into Out;\n");
  EXPECT_THAT(golden.watch, ElementsAre("Out", "query:q"));
  ASSERT_EQ(golden.steps.size(), 2u);
  const GoldenStep& send = golden.steps[0];
  EXPECT_EQ(send.kind, GoldenStep::Kind::kSend);
  EXPECT_EQ(send.at_ms, 1000);
  EXPECT_TRUE(send.together);
  ASSERT_EQ(send.rows.size(), 2u);
  EXPECT_EQ(send.rows[0].time_ms, 1000);
  EXPECT_EQ(send.rows[1].time_ms, 500);
  EXPECT_EQ(send.rows[1].json, "[2]");
  EXPECT_THAT(send.expected.lines, ElementsAre("Out 1000 [1]", "Out 500 [2]"));
  EXPECT_EQ(send.expected.begin, 14u);
  EXPECT_EQ(send.expected.end, 18u);
  EXPECT_EQ(golden.steps[1].kind, GoldenStep::Kind::kAt);
  EXPECT_FALSE(golden.steps[1].expected.listed);
}

TEST(GoldenFileTest, RowsBeforeAnyTimeHaveNone) {
  const GoldenFile file = Parsed(std::string(kHead) + "send In\n{\"a\":1}\n");
  EXPECT_FALSE(file.cases[0].steps[0].rows[0].time_ms.has_value());
  EXPECT_FALSE(file.cases[0].steps[0].at_ms.has_value());
}

TEST(GoldenFileTest, ALaterSendKeepsTheTimeButDoesNotMoveTheClock) {
  const GoldenFile file = Parsed(std::string(kHead) + "at 5\n\nsend In\n[1]\n");
  EXPECT_EQ(file.cases[0].steps[1].rows[0].time_ms, 5);
  EXPECT_FALSE(file.cases[0].steps[1].at_ms.has_value());
}

TEST(GoldenFileTest, KeepsDiagnosticsAsWritten) {
  const GoldenFile file =
      Parsed(std::string(kHead) +
             "error binding 1:8\n----\nunknown\nhelp: known\n\nwarning 2:1\n----\n~odd\n");
  EXPECT_TRUE(file.cases[0].refused);
  EXPECT_THAT(file.cases[0].diagnostics.lines,
              ElementsAre("error binding 1:8", "----", "unknown", "help: known", "", "warning 2:1",
                          "----", "~odd"));
}

TEST(GoldenFileTest, AWarningAloneDoesNotRefuse) {
  const GoldenFile file = Parsed(std::string(kHead) + "warning 1:1\n----\nodd\n\nsend In\n[1]\n");
  EXPECT_FALSE(file.cases[0].refused);
}

TEST(GoldenFileTest, RawKeepsEveryByte) {
  const GoldenFile file = Parsed(
      std::string(kHead) + "raw In ndjson\n{\"a\": 1}\n# [not a comment]\n----\n!errors 2 x\n");
  EXPECT_EQ(file.cases[0].steps[0].bytes, "{\"a\": 1}\n# [not a comment]\n");
  EXPECT_EQ(file.cases[0].steps[0].stream, "In");
}

TEST(GoldenFileTest, ForWritesItsLinesOnceForEachValue) {
  const GoldenFile file = Parsed(
      "# about: a test\n\nfor TYPE in int long\napp\ndefine stream TYPE_1 (a TYPE);\n\n"
      "send TYPE\n[1]\n\nend\n");
  ASSERT_EQ(file.cases.size(), 2u);
  EXPECT_EQ(file.cases[0].app, "define stream TYPE_1 (a int);\n");
  EXPECT_EQ(file.cases[1].app, "define stream TYPE_1 (a long);\n");
  EXPECT_EQ(file.cases[1].steps[0].stream, "long");
  EXPECT_EQ(file.cases[1].steps[0].line, 7u);
}

TEST(GoldenFileTest, ReadsOracleSkipsAndOrder) {
  const GoldenFile file = Parsed(
      "# about: a test\n# skip: epoch=1 because of a reason\n\napp\nx\n\nsame as\ny\n\n"
      "send In\n[1]\n---- any order\nOut 0 [1]\n");
  ASSERT_EQ(file.skips.size(), 1u);
  EXPECT_EQ(file.skips.at("epoch=1"), "of a reason");
  EXPECT_EQ(file.cases[0].oracle, "y\n");
  EXPECT_TRUE(file.cases[0].steps[0].expected.any_order);
}

TEST(GoldenFileTest, EachCaseHasItsOwnClock) {
  const GoldenFile file = Parsed(std::string(kHead) + "at 9\n\napp\nx\n\nat 1\n");
  EXPECT_EQ(file.cases[1].steps[0].at_ms, 1);
}

TEST(GoldenFileTest, HeaderMistakes) {
  EXPECT_EQ(Problem("app\nx\n"), "1: there is no '# about: ...' line");
  EXPECT_EQ(Problem("# about: x\n"), "1: there is no app record");
  EXPECT_EQ(Problem("# about: x\n# skip: plain\n\napp\nx\n"),
            "2: write '# skip: MODE because REASON'");
  EXPECT_EQ(Problem("# about: x\n# skip: plain because \n\napp\nx\n"),
            "2: write '# skip: MODE because REASON'");
}

TEST(GoldenFileTest, AppMistakes) {
  EXPECT_EQ(Problem("# about: x\n\nsend In\n[1]\n"), "3: a file begins with an app record");
  EXPECT_EQ(Problem("# about: x\n\napp\n\nsend In\n"), "3: the text of the app is missing");
  EXPECT_EQ(Problem("# about: x\n\napp x\n"), "3: write 'app', 'app lint' or 'app file PATH'");
  EXPECT_EQ(Problem("# about: x\n\napp file no/such.sql\n"), "3: cannot read no/such.sql");
}

TEST(GoldenFileTest, SetUpMistakes) {
  EXPECT_EQ(AfterApp("watch\n"), "6: write 'watch NAME ...' in one line");
  EXPECT_EQ(AfterApp("watch A\nB\n"), "6: write 'watch NAME ...' in one line");
  EXPECT_EQ(AfterApp("watch A\n\nwatch B\n"), "8: a second 'watch' for one app");
  EXPECT_EQ(AfterApp("at 1\n\nwatch A\n"), "8: 'watch' stands before what is sent");
  EXPECT_EQ(AfterApp("same\nx\n"), "6: write 'same as'");
  EXPECT_EQ(AfterApp("at 1\n\nsame as\nx\n"), "8: 'same' stands before what is sent");
  EXPECT_EQ(AfterApp("same as\n\n"), "6: the text of the app is missing");
}

TEST(GoldenFileTest, StepMistakes) {
  EXPECT_EQ(AfterApp("at\n"), "6: write 'at MILLISECONDS'");
  EXPECT_EQ(AfterApp("at 1s\n"), "6: write 'at MILLISECONDS'");
  EXPECT_EQ(AfterApp("at -1\n"), "6: write 'at MILLISECONDS'");
  EXPECT_EQ(AfterApp("at 9\n\nat 8\n"), "8: the clock does not go back: it stands at 9");
  EXPECT_EQ(AfterApp("at 9\nplan\n"), "7: write 'send STREAM [together]'");
  EXPECT_EQ(AfterApp("send\n[1]\n"), "6: write 'send STREAM [together]'");
  EXPECT_EQ(AfterApp("send In now\n[1]\n"), "6: write 'send STREAM [together]'");
  EXPECT_EQ(AfterApp("send In\n----\n"), "6: 'send' needs rows");
  EXPECT_EQ(AfterApp("send In\n1\n"),
            "7: a row is a JSON array or object, after '@TIME ' if it has a time");
  EXPECT_EQ(AfterApp("send In\n@x [1]\n"), "7: after '@' comes a time in milliseconds");
  EXPECT_EQ(AfterApp("send In\n@5[1]\n"), "7: after '@' comes a time in milliseconds");
  EXPECT_EQ(AfterApp("raw In\n{}\n"), "6: write 'raw STREAM CODEC' (STREAM may be -)");
  EXPECT_EQ(AfterApp("raw In ndjson\n"), "6: 'raw' needs lines");
  EXPECT_EQ(AfterApp("plan text\n"), "6: 'plan' takes nothing");
  EXPECT_EQ(AfterApp("sent In\n[1]\n"),
            "6: unknown record 'sent'; there are app, watch, at, send, raw, query, restart, error, "
            "warning, plan, print, same as and for");
}

TEST(GoldenFileTest, OutputMistakes) {
  EXPECT_EQ(AfterApp("----\nx\n"), "6: this output belongs to no record");
  EXPECT_EQ(AfterApp("at 1\n-----\nx\n"), "7: write '----' or '---- any order'");
  EXPECT_EQ(AfterApp("at 1\n---- sorted\nx\n"), "7: write '----' or '---- any order'");
}

TEST(GoldenFileTest, DiagnosticMistakes) {
  const std::string header =
      "6: write 'error syntax|binding|not-supported LINE:COLUMN' or 'warning LINE:COLUMN', then "
      "---- and the message";
  EXPECT_EQ(AfterApp("error 1:1\n----\nx\n"), header);
  EXPECT_EQ(AfterApp("error type 1:1\n----\nx\n"), header);
  EXPECT_EQ(AfterApp("error binding 1\n----\nx\n"), header);
  EXPECT_EQ(AfterApp("error binding 1:1\n"), header);
  EXPECT_EQ(AfterApp("error binding 1:1\n----\nx\n\nsend In\n[1]\n"),
            "10: nothing can be sent to an app that is refused");
}

TEST(GoldenFileTest, LoopMistakes) {
  const std::string header = "6: write 'for NAME in a b c', with a name in capitals";
  EXPECT_EQ(AfterApp("for A in\nend\n"), header);
  EXPECT_EQ(AfterApp("for a in b c\nend\n"), header);
  EXPECT_EQ(AfterApp("for A of b c\nend\n"), header);
  EXPECT_EQ(AfterApp("for A in b c\nat 1\n"), "6: this 'for' has no 'end'");
  EXPECT_EQ(AfterApp("for A in b\nfor B in c\nend\nend\n"), "6: a 'for' inside a 'for'");
  EXPECT_EQ(AfterApp("end\n"), "6: this 'end' has no 'for'");
}

TEST(GoldenFileTest, RecordsOfLater) {
  for (const std::string record : {"restart", "crash", "fail", "automaton"}) {
    EXPECT_EQ(AfterApp(record + "\n"), "6: the record '" + record + "' is not supported yet");
  }
}

}  // namespace
}  // namespace weir
