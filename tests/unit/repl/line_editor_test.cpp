// The line editor by the bytes that a terminal sends, and what it draws.
#include "repl/line_editor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/statements.h"

namespace weir {
namespace {

using Event = LineEditor::Event;

constexpr const char* kUp = "\033[A";
constexpr const char* kDown = "\033[B";
constexpr const char* kRight = "\033[C";
constexpr const char* kLeft = "\033[D";
constexpr const char* kHome = "\033[H";
constexpr const char* kEnd = "\033[F";
constexpr const char* kDelete = "\033[3~";
constexpr const char* kBackspace = "\x7f";

std::string Ctrl(char letter) { return {static_cast<char>(letter & 0x1f)}; }

class LineEditorTest : public testing::Test {
 protected:
  // Types keys; gives what the last of them did.
  Event Type(std::string_view keys) {
    Event event = Event::kNone;
    while (!keys.empty()) event = editor.Feed(&keys);
    return event;
  }

  // The text with `|` where the cursor is.
  std::string Shown() const {
    std::string text = editor.text();
    return text.insert(editor.cursor(), "|");
  }

  std::string After(std::string_view keys) {
    Type(keys);
    return Shown();
  }

  // What the terminal has after the last drawing, without sequences.
  static std::string Plain(const std::string& drawn) {
    std::string text;
    for (size_t i = 0; i < drawn.size(); ++i) {
      if (drawn[i] != '\033') {
        text += drawn[i];
        continue;
      }
      while (i < drawn.size() && std::isalpha(static_cast<unsigned char>(drawn[i])) == 0) ++i;
    }
    return text;
  }

  History history;
  std::vector<std::string> words;  // that complete
  LineEditor editor{
      &history,
      {.is_complete = [](std::string_view text) { return text.ends_with(';') || text.empty(); },
       .complete =
           [this](std::string_view text, size_t cursor) {
             Completions found;
             found.begin = cursor;
             while (found.begin > 0 &&
                    std::isalnum(static_cast<unsigned char>(text[found.begin - 1])) != 0) {
               --found.begin;
             }
             for (const std::string& word : words) {
               if (word.starts_with(text.substr(found.begin, cursor - found.begin))) {
                 found.words.push_back(word);
               }
             }
             return found;
           },
       .colour = [](std::string_view text) { return std::string(text); }}};
};

TEST_F(LineEditorTest, TypesAndErases) {
  EXPECT_EQ(After("abc"), "abc|");
  EXPECT_EQ(After(kLeft), "ab|c");
  EXPECT_EQ(After("x"), "abx|c");
  EXPECT_EQ(After(kBackspace), "ab|c");
  EXPECT_EQ(After(Ctrl('h')), "a|c");
  EXPECT_EQ(After(kDelete), "a|");
  EXPECT_EQ(After(kDelete), "a|");
  EXPECT_EQ(After(std::string(kBackspace) + kBackspace), "|");
}

TEST_F(LineEditorTest, Moves) {
  Type("one two");
  EXPECT_EQ(After(kHome), "|one two");
  EXPECT_EQ(After(kLeft), "|one two");
  EXPECT_EQ(After(kRight), "o|ne two");
  EXPECT_EQ(After(Ctrl('f') + Ctrl('f') + Ctrl('b')), "on|e two");
  EXPECT_EQ(After(kEnd), "one two|");
  EXPECT_EQ(After(kRight), "one two|");
  EXPECT_EQ(After(Ctrl('a')), "|one two");
  EXPECT_EQ(After(Ctrl('e')), "one two|");
  EXPECT_EQ(After("\033[1~"), "|one two");
  EXPECT_EQ(After("\033[4~"), "one two|");
  EXPECT_EQ(After("\033OD"), "one tw|o");
}

TEST_F(LineEditorTest, CutsWordsAndLines) {
  Type("one two  three");
  EXPECT_EQ(After(Ctrl('w')), "one two  |");
  EXPECT_EQ(After(Ctrl('w')), "one |");
  EXPECT_EQ(After(Ctrl('u')), "|");
  Type("first\rsecond");
  EXPECT_EQ(After(std::string(kLeft) + kLeft + Ctrl('k')), "first\nseco|");
  EXPECT_EQ(After(Ctrl('u')), "first\n|");
  EXPECT_EQ(After(std::string(kBackspace) + kHome + Ctrl('k')), "|");
  Type("a\rb");
  EXPECT_EQ(After(std::string(kUp) + Ctrl('k')), "a|b");  // at its end, the line's end goes
}

TEST_F(LineEditorTest, CharactersOfSeveralBytesAreOne) {
  EXPECT_EQ(After("a\u00e9\u65e5\U0001f600"), "a\u00e9\u65e5\U0001f600|");
  EXPECT_EQ(After(kLeft), "a\u00e9\u65e5|\U0001f600");
  EXPECT_EQ(After(kBackspace), "a\u00e9|\U0001f600");
  EXPECT_EQ(After(kDelete), "a\u00e9|");
  EXPECT_EQ(After(Ctrl('b') + Ctrl('d')), "a|");
}

TEST_F(LineEditorTest, KeysMayComeInPieces) {
  EXPECT_EQ(After("ab"), "ab|");
  EXPECT_EQ(After("\033"), "ab|");
  EXPECT_EQ(After("["), "ab|");
  EXPECT_EQ(After("D"), "a|b");
  EXPECT_EQ(After("\xc3"), "a|b");
  EXPECT_EQ(After("\xa9"), "a\u00e9|b");
  // A sequence that means nothing here types nothing.
  EXPECT_EQ(After("\033[15~\033x"), "a\u00e9|b");
}

TEST_F(LineEditorTest, OneKeyAtATime) {
  std::string_view keys = "a;\rb";
  EXPECT_EQ(editor.Feed(&keys), Event::kNone);
  EXPECT_EQ(keys, ";\rb");
  EXPECT_EQ(editor.Feed(&keys), Event::kNone);
  EXPECT_EQ(editor.Feed(&keys), Event::kSubmit);
  EXPECT_EQ(editor.text(), "a;");
  EXPECT_EQ(keys, "b");
}

TEST_F(LineEditorTest, EnterEndsWhatIsComplete) {
  EXPECT_EQ(Type("from S\r"), Event::kNone);
  EXPECT_EQ(Shown(), "from S\n|");
  EXPECT_EQ(Type("select a;"), Event::kNone);
  EXPECT_EQ(Type("\r"), Event::kSubmit);
  EXPECT_EQ(editor.text(), "from S\nselect a;");
}

TEST_F(LineEditorTest, CancelsAndEnds) {
  EXPECT_EQ(Type("abc"), Event::kNone);
  EXPECT_EQ(Type(Ctrl('c')), Event::kCancel);
  editor.Reset();
  EXPECT_EQ(Type(Ctrl('d')), Event::kEnd);
  Type("ab");
  EXPECT_EQ(Type(Ctrl('d')), Event::kNone);  // not in the middle of something
  EXPECT_EQ(Shown(), "ab|");
}

TEST_F(LineEditorTest, UpAndDownMoveWithinLinesFirst) {
  Type("long line\rab\rlonger still");
  EXPECT_EQ(After(kUp), "long line\nab|\nlonger still");
  EXPECT_EQ(After(kUp), "lo|ng line\nab\nlonger still");
  EXPECT_EQ(After(kUp), "lo|ng line\nab\nlonger still");  // there is no history
  EXPECT_EQ(After(kDown), "long line\nab|\nlonger still");
  EXPECT_EQ(After(kDown), "long line\nab\nlo|nger still");
  EXPECT_EQ(After(kDown), "long line\nab\nlo|nger still");
}

TEST_F(LineEditorTest, UpAndDownGoThroughHistory) {
  history.Add("first;");
  history.Add("second\nof two;");
  editor.Reset();
  Type("draft");
  EXPECT_EQ(After(kUp), "second\nof two;|");
  EXPECT_EQ(After(kUp), "second|\nof two;");  // a line of the entry
  EXPECT_EQ(After(kUp), "first;|");
  EXPECT_EQ(After(kUp), "first;|");
  EXPECT_EQ(After(Ctrl('n')), "second\nof two;|");
  EXPECT_EQ(After(kDown), "draft|");
  EXPECT_EQ(After(kDown), "draft|");
  EXPECT_EQ(After(Ctrl('p')), "second\nof two;|");
}

TEST_F(LineEditorTest, SearchesBackwards) {
  for (const char* entry : {"from A;", "from B;", "define C;", "from D;"}) history.Add(entry);
  editor.Reset();
  Type("draft");
  EXPECT_EQ(After(Ctrl('r') + "fr"), "from D;|");
  EXPECT_THAT(editor.Render(80), testing::HasSubstr("search 'fr': from D;"));
  EXPECT_EQ(After(Ctrl('r')), "from B;|");
  EXPECT_EQ(After(Ctrl('r')), "from A;|");
  EXPECT_EQ(After(Ctrl('r')), "from A;|");  // the oldest
  EXPECT_EQ(After(std::string(kBackspace) + kBackspace + "C"), "define C;|");
  EXPECT_EQ(After(kLeft), "define C|;");  // any other key takes it
  EXPECT_THAT(editor.Render(80), testing::HasSubstr("weir> define C;"));
  EXPECT_EQ(After(Ctrl('r') + "from" + Ctrl('g')), "define C;|");  // what was there
  EXPECT_EQ(Type(Ctrl('r') + "A;" + Ctrl('c')), Event::kNone);
  EXPECT_EQ(editor.text(), "define C;");
  EXPECT_EQ(Type(Ctrl('r') + "A;\r"), Event::kSubmit);
  EXPECT_EQ(editor.text(), "from A;");
}

TEST_F(LineEditorTest, CompletesTheOnlyWord) {
  words = {"select", "symbol"};
  EXPECT_EQ(After("sel\t"), "select |");
  EXPECT_EQ(After("x\t"), "select x|");  // nothing begins so
}

TEST_F(LineEditorTest, CompletesWhatIsSharedThenEachWord) {
  words = {"price", "price1", "prior"};
  EXPECT_EQ(After("p\t"), "pri|");
  EXPECT_THAT(Plain(editor.Render(80)), testing::HasSubstr("price price1 prior"));
  EXPECT_EQ(After("\t"), "price|");
  EXPECT_EQ(After("\t"), "price1|");
  EXPECT_EQ(After("\t"), "prior|");
  EXPECT_EQ(After("\t"), "price|");
  EXPECT_EQ(After(" "), "price |");
  EXPECT_THAT(Plain(editor.Render(80)), testing::Not(testing::HasSubstr("prior")));
}

TEST_F(LineEditorTest, DrawsLinesAndTheCursor) {
  EXPECT_EQ(editor.Render(80), "\r\033[Jweir> \r\033[6C");
  Type("ab");
  EXPECT_EQ(editor.Render(80), "\r\033[Jweir> ab\r\033[8C");
  Type("\rc");
  EXPECT_EQ(editor.Render(80), "\r\033[Jweir> ab\r\n  ... c\r\033[7C");
  Type(kUp);
  // Over two rows, and back up to the first.
  EXPECT_EQ(editor.Render(80), "\r\033[1A\033[Jweir> ab\r\n  ... c\r\033[1A\033[7C");
  EXPECT_EQ(editor.Render(80), "\r\033[Jweir> ab\r\n  ... c\r\033[1A\033[7C");
  EXPECT_EQ(editor.Leave(80), "\r\033[Jweir> ab\r\n  ... c\r\033[7C\r\n");
}

TEST_F(LineEditorTest, DrawsLinesThatAreWiderThanTheTerminal) {
  Type(std::string(20, 'x'));  // 26 columns with the prompt
  EXPECT_EQ(editor.Render(20), "\r\033[Jweir> " + std::string(20, 'x') + "\r\033[6C");
  EXPECT_EQ(editor.Render(20), "\r\033[1A\033[Jweir> " + std::string(20, 'x') + "\r\033[6C");
  Type("\u65e5");  // takes two columns
  EXPECT_THAT(editor.Render(20), testing::EndsWith("\r\033[8C"));
}

TEST(History, KeepsWhatIsNewAndNotEmpty) {
  History history;
  for (const char* entry : {"a;", "a;", "", " \n", "b;\n", "a;"}) history.Add(entry);
  EXPECT_THAT(history.entries(), testing::ElementsAre("a;", "b;", "a;"));
  for (size_t i = 0; i < 2 * History::kEntriesMax; ++i) history.Add(std::to_string(i));
  EXPECT_EQ(history.entries().size(), History::kEntriesMax);
  EXPECT_EQ(history.entries().back(), std::to_string(2 * History::kEntriesMax - 1));
}

TEST(History, IsTheSameAfterAFile) {
  History history;
  for (const char* entry : {"two\nlines;", "back\\slash", "\\n", "\u65e5"}) history.Add(entry);
  EXPECT_EQ(history.Write(), "two\\nlines;\nback\\\\slash\n\\\\n\n\u65e5\n");
  History again;
  again.Read(history.Write());
  EXPECT_EQ(again.entries(), history.entries());
  again.Read("cut off \\");
  EXPECT_EQ(again.entries().back(), "cut off \\");
}

TEST(CompletionsAt, NarrowsByPlace) {
  const CompileResult compiled = CompileApp(
      "define stream Trades (symbol string, price double);\n"
      "@info(name='high') from Trades[price > 1] select symbol insert into High;",
      {});
  ASSERT_NE(compiled.app, nullptr);
  const auto at = [&](std::string_view text) {
    return CompletionsAt(text, text.size(), *compiled.app, {"Trades", "high"},
                         {".send", ".schema", ".step"});
  };
  using testing::Contains;
  using testing::ElementsAre;
  using testing::IsEmpty;
  EXPECT_THAT(at("from Tr").words, ElementsAre("Trades"));
  EXPECT_EQ(at("from Tr").begin, 5U);
  EXPECT_THAT(at("from Trades[pri").words, ElementsAre("price"));
  EXPECT_THAT(at("sel").words, ElementsAre("select"));
  EXPECT_THAT(at("from Trades#window.lengthB").words, ElementsAre("lengthBatch"));
  EXPECT_THAT(at("from Trades#window.").words, Contains("time"));
  EXPECT_THAT(at("from Trades#").words, Contains("window"));
  EXPECT_THAT(at("select str:up").words, ElementsAre("str:upper"));
  EXPECT_THAT(at(".s").words, ElementsAre(".schema", ".send", ".step"));
  EXPECT_THAT(at(".send ").words, Contains("Trades"));
  EXPECT_THAT(at(".schema h").words, ElementsAre("high"));
  EXPECT_THAT(at(".explain ").words, ElementsAre("high"));
  EXPECT_THAT(at(".mode j").words, ElementsAre("json"));
  EXPECT_THAT(at("").words, IsEmpty());
  EXPECT_THAT(at("select nothingbegins").words, IsEmpty());
}

TEST(Coloured, AddsNothingButColours) {
  EXPECT_EQ(Coloured("from S;"), "\033[1;34mfrom\033[0m S;");
  EXPECT_EQ(Coloured("'a' 12"), "\033[32m'a'\033[0m \033[36m12\033[0m");
  EXPECT_EQ(Coloured("/* x */"), "\033[2m/* x */\033[0m");
  EXPECT_EQ(Coloured("'open"), "\033[31m'open\033[0m");
  EXPECT_EQ(Coloured(".send S 1"), ".send S 1");
}

}  // namespace
}  // namespace weir
