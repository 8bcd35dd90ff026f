#include "json/ndjson_reader.h"

#include <gtest/gtest.h>

#include <random>

#include "unit/json/reader_fixture.h"

namespace weir {
namespace {

StreamFormats Formats() {
  StreamFormats formats;
  formats.push_back(ReaderFixture::Format(
      "S", {{"sym", Type::kString}, {"px", Type::kDouble}, {"n", Type::kInt}}));
  formats.push_back(ReaderFixture::Format(
      "T", {{"b", Type::kBool}, {"l", Type::kLong}, {"f", Type::kFloat}, {"o", Type::kObject}}));
  return formats;
}

class NdjsonReaderTest : public testing::Test {
 protected:
  NdjsonReaderTest() : fixture(Formats()) { fixture.rules.bare_stream = 0; }

  // One line, read twice so that the second time it may take the fast path.
  void ExpectLine(const std::string& line, const std::string& expected) {
    EXPECT_EQ(fixture.Read(line + "\n"), expected + "\n") << line;
    EXPECT_EQ(fixture.Read(line + "\n" + line + "\n" + line),
              expected + "\n" + expected + "\n" + expected + "\n")
        << line;
  }
  void ExpectBad(const std::string& line, const std::string& reason) {
    EXPECT_EQ(fixture.Read(line + "\n"), "bad 1: " + reason + "\n") << line;
    // The same after a good line of the same layout has been learnt.
    const std::string good = R"({"sym":"A","px":1.5,"n":3})";
    EXPECT_EQ(fixture.Read(good + "\n" + line + "\n"),
              "S @- [\"A\", 1.5, 3]\nbad 2: " + reason + "\n")
        << line;
  }

  ReaderFixture fixture;
};

TEST_F(NdjsonReaderTest, BareEvents) {
  ExpectLine(R"({"sym":"IBM","px":75.6,"n":100})", R"(S @- ["IBM", 75.6, 100])");
  ExpectLine(R"({"n":100,"sym":"IBM","px":75})", R"(S @- ["IBM", 75.0, 100])");
  ExpectLine(R"({ "sym" : "IBM" , "px" : 1e2 , "n" : -0 })", R"(S @- ["IBM", 100.0, 0])");
  ExpectLine(R"({"sym":"IBM"})", R"(S @- ["IBM", null, null])");
  ExpectLine(R"({})", R"(S @- [null, null, null])");
  ExpectLine(R"({"sym":null,"px":null,"n":null})", R"(S @- [null, null, null])");
  ExpectLine(R"({"sym":"IBM","other":[1,{"a":null}],"n":7})", R"(S @- ["IBM", null, 7])");
  ExpectLine(R"({"x":true,"sym":"IBM","y":"z","n":7,"z":-1.5e3})", R"(S @- ["IBM", null, 7])");
  ExpectLine(R"({"sym":"a string of more than twelve bytes","px":1.0})",
             R"(S @- ["a string of more than twelve bytes", 1.0, null])");
  ExpectLine(R"({"sym":"\u00e4\n\"\ud83d\ude00","px":1})", "S @- [\"ä\\n\\\"😀\", 1.0, null]");
  ExpectLine("{\"sym\":\"größe 日本\",\"px\":1}", "S @- [\"größe 日本\", 1.0, null]");
  ExpectLine(R"({"s\u0079m":"IBM"})", R"(S @- ["IBM", null, null])");
  // Of a repeated key the last one counts.
  ExpectLine(R"({"sym":"A","px":1,"sym":"B"})", R"(S @- ["B", 1.0, null])");
}

TEST_F(NdjsonReaderTest, Envelopes) {
  ExpectLine(R"({"stream":"S","timestamp":1000,"event":{"sym":"A","px":1.5,"n":3}})",
             R"(S @1000 ["A", 1.5, 3])");
  ExpectLine(R"({"event":{"sym":"A"},"timestamp":1000,"stream":"S"})",
             R"(S @1000 ["A", null, null])");
  ExpectLine(R"({"stream":"S","event":{"sym":"A"}})", R"(S @- ["A", null, null])");
  ExpectLine(R"({"stream":"S","timestamp":null,"event":{"sym":"A"}})", R"(S @- ["A", null, null])");
  ExpectLine(R"({"stream":"S","timestamp":5,"data":["A",1.5,3]})", R"(S @5 ["A", 1.5, 3])");
  ExpectLine(R"({"stream":"S","timestamp":5,"data":["A"]})", R"(S @5 ["A", null, null])");
  ExpectLine(R"({"stream":"S","timestamp":5,"data":[]})", R"(S @5 [null, null, null])");
  ExpectLine(R"({"stream":"S","timestamp":5,"data":[["A",1],["B",2]]})",
             R"(S @5 ["A", 1.0, null] @5 ["B", 2.0, null])");
  ExpectLine(R"({"stream":"S","timestamp":[5,-6],"data":[["A",1],["B",2]]})",
             R"(S @5 ["A", 1.0, null] @-6 ["B", 2.0, null])");
  ExpectLine(R"({"stream":"S","timestamp":[5,6],"event":[{"sym":"A"},{"n":1}]})",
             R"(S @5 ["A", null, null] @6 [null, null, 1])");
  ExpectLine(R"({"timestamp":5000})", "clock 5000");
  ExpectLine(R"({"query":"from T select *"})", "query from T select *");
  // Neither one: bare events with unusual keys.
  ExpectLine(R"({"stream":"S","sym":"A"})", R"(S @- ["A", null, null])");
  ExpectLine(R"({"timestamp":1,"sym":"A"})", R"(S @- ["A", null, null])");
}

TEST_F(NdjsonReaderTest, OtherTypes) {
  ExpectLine(R"({"stream":"T","data":[true,9223372036854775807,0.1,{"a":[1,"x",null,2.5]}]})",
             R"(T @- [true, 9223372036854775807, 0.1, {"a":[1,"x",null,2.5]}])");
  ExpectLine(R"({"stream":"T","event":{"b":false,"l":-9223372036854775808,"f":16777217}})",
             R"(T @- [false, -9223372036854775808, 16777216.0, null])");
  ExpectLine(R"({"stream":"T","event":{"o":{"k":1,"k":2}}})",
             R"(T @- [null, null, null, {"k":2}])");
  ExpectLine(R"({"stream":"T","event":{"o":"text"}})", R"(T @- [null, null, null, "text"])");
}

TEST_F(NdjsonReaderTest, BadRecords) {
  ExpectBad("nonsense", "not a JSON object");
  ExpectBad("[1,2]", "not a JSON object");
  ExpectBad("5", "not a JSON object");
  ExpectBad(R"({"sym":"A")", "not valid JSON");
  ExpectBad(R"({"sym":"A",})", "not valid JSON");
  ExpectBad(R"({"sym":"A" "px":1})", "not valid JSON");
  ExpectBad(R"({"sym":"A","px":1.5,"n":3}{"sym":"A","px":1.5,"n":3})",
            "more than one JSON value on the line");
  ExpectBad(R"({"sym":"A","px":1.5,"n":3}})", "more than one JSON value on the line");
  ExpectBad(R"({"sym":"A","px":01,"n":3})", "not valid JSON");
  ExpectBad(R"({"sym":"A","px":1.,"n":3})", "not valid JSON");
  ExpectBad(R"({"sym":"A","px":nul,"n":3})", "not valid JSON");
  ExpectBad(R"({"sym":"A","px":nulll,"n":3})", "not valid JSON");
  ExpectBad(R"({"sym":"A","other":[1,2,],"n":3})", "not valid JSON");
  ExpectBad(R"({"sym":"A","other":tru,"n":3})", "not valid JSON");
  ExpectBad("{\"sym\":\"A\tB\"}", "not valid JSON");
  ExpectBad(R"({"sym":"\ud800"})", "not valid JSON");
  ExpectBad("{\"sym\":\"\xff\"}", "not valid UTF-8");
  ExpectBad("{\"sym\":\"\xed\xa0\x80\"}", "not valid UTF-8");
  ExpectBad(R"({"sym":5,"px":1.5,"n":3})", "attribute 'sym' (string) does not take a number");
  ExpectBad(R"({"sym":"A","px":"1.5","n":3})", "attribute 'px' (double) does not take a string");
  ExpectBad(R"({"sym":"A","px":true,"n":3})", "attribute 'px' (double) does not take a bool");
  ExpectBad(R"({"sym":["A"],"px":1.5,"n":3})",
            "attribute 'sym' (string) does not take an array or object");
  ExpectBad(R"({"sym":"A","px":1.5,"n":3.0})", "number does not fit attribute 'n' (int): 3.0");
  ExpectBad(R"({"sym":"A","px":1.5,"n":2147483648})",
            "number does not fit attribute 'n' (int): 2147483648");
  ExpectBad(R"({"sym":"A","px":1e999,"n":3})",
            "number does not fit attribute 'px' (double): 1e999");
  ExpectBad(R"({"stream":"T","event":{"f":1e39}})",
            "number does not fit attribute 'f' (float): 1e39");
  ExpectBad(R"({"stream":"X","event":{}})", "no such stream: 'X'");
  ExpectBad(R"({"stream":7,"event":{}})", "the stream's name is not a string");
  ExpectBad(R"({"stream":"S","event":{},"data":[]})", "both event and data");
  ExpectBad(R"({"stream":"S","stream":"T","event":{}})", "a key of the envelope is there twice");
  ExpectBad(R"({"stream":"S","event":5})", "event is not an object");
  ExpectBad(R"({"stream":"S","event":[]})", "a message without rows");
  ExpectBad(R"({"stream":"S","event":[5]})", "event holds something that is not an object");
  ExpectBad(R"({"stream":"S","data":{}})", "data is not an array");
  ExpectBad(R"({"stream":"S","data":[["A"],"B"]})", "data mixes rows with values");
  ExpectBad(R"({"stream":"S","data":["A",1,2,3]})", "more values than attributes of stream 'S'");
  ExpectBad(R"({"stream":"S","timestamp":1.5,"data":["A"]})", "timestamp is not an integer");
  ExpectBad(R"({"stream":"S","timestamp":"1","data":["A"]})", "timestamp is not an integer");
  ExpectBad(R"({"stream":"S","timestamp":[1,2],"data":["A"]})", "2 timestamps for 1 rows");
  ExpectBad(R"({"timestamp":"x"})", "timestamp is not an integer");
  ExpectBad(R"({"timestamp":9223372036854775807})",
            "timestamp is out of range: 9223372036854775807");
  ExpectBad(R"({"query":5})", "query is not a text");
}

TEST_F(NdjsonReaderTest, NothingOfABadMessageIsKept) {
  ExpectBad(R"({"stream":"S","data":[["A",1],["B","x"]]})",
            "attribute 'px' (double) does not take a string");
  EXPECT_EQ(fixture.Read(R"({"stream":"S","data":[["A",1],["B","x"]]}
{"stream":"S","data":[["C",1],["D",2]]}
)"),
            "bad 1: attribute 'px' (double) does not take a string\n"
            "S @- [\"C\", 1.0, null] @- [\"D\", 2.0, null]\n");
}

TEST_F(NdjsonReaderTest, NestingHasALimit) {
  const auto nested = [](int levels) {
    return R"({"x":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
  };
  ExpectLine(nested(63), "S @- [null, null, null]");
  ExpectBad(nested(64), "nested deeper than 64 levels");
  ExpectBad(nested(100'000), "nested deeper than 64 levels");
  const auto object = [](int levels) {
    return R"({"stream":"T","event":{"o":)" + std::string(levels, '[') + std::string(levels, ']') +
           "}}";
  };
  ExpectBad(object(64), "nested deeper than 64 levels");
}

TEST_F(NdjsonReaderTest, LineEndsAndBlankLines) {
  EXPECT_EQ(fixture.Read("\xEF\xBB\xBF{\"n\":1}\r\n\r\n  \n{\"n\":2}\n{\"n\":3}"),
            "S @- [null, null, 1]\nS @- [null, null, 2]\nS @- [null, null, 3]\n");
  EXPECT_EQ(fixture.Read("\n\nx\n"), "bad 3: not a JSON object\n");
  EXPECT_EQ(fixture.Read(""), "");
  EXPECT_EQ(fixture.Read("\xEF\xBB"), "bad 1: not valid UTF-8\n");
  EXPECT_EQ(fixture.Read(std::string("{\"n\":1}\0\n", 9)), "bad 1: not valid JSON\n");
}

TEST_F(NdjsonReaderTest, LongLinesAreSkippedUnread) {
  fixture.limits.record_bytes_max = 40;
  fixture.limits.buffer_bytes = 64;
  const std::string fits = R"({"sym":"AAAAAAAAAAAAAAAAAAAAAAAA","n":1})";
  ASSERT_EQ(fits.size(), 40u);
  const std::string longer = R"({"sym":"AAAAAAAAAAAAAAAAAAAAAAAAA","n":1})";
  const std::string huge(1000, 'x');
  EXPECT_EQ(fixture.Read(fits + "\n" + longer + "\n" + huge + "\n" + fits + "\n" + huge),
            "S @- [\"AAAAAAAAAAAAAAAAAAAAAAAA\", null, 1]\n"
            "bad 2: longer than 40 bytes\n"
            "bad 3: longer than 40 bytes\n"
            "S @- [\"AAAAAAAAAAAAAAAAAAAAAAAA\", null, 1]\n"
            "bad 5: longer than 40 bytes\n");
  EXPECT_EQ(fixture.raw, longer + "\n" + huge + "\n" + huge + "\n");
}

TEST_F(NdjsonReaderTest, ModesAndStrictness) {
  fixture.rules.mode = LineMode::kBare;
  ExpectLine(R"({"stream":"S","event":{}})", "S @- [null, null, null]");
  fixture.rules.mode = LineMode::kEnvelope;
  EXPECT_EQ(fixture.Read(R"({"sym":"A"})"),
            "bad 1: not an envelope: no stream with event or data\n");
  EXPECT_EQ(fixture.Read(R"({"timestamp":7})"), "clock 7\n");
  fixture.rules.mode = LineMode::kAny;
  fixture.rules.strict_fields = true;
  ExpectBad(R"({"sym":"A","x":1})", "unknown key: 'x'");
  ExpectBad(R"({"stream":"S","x":1,"event":{}})", "unknown key in an envelope: 'x'");
  fixture.rules.bare_stream.reset();
  EXPECT_EQ(fixture.Read(R"({"sym":"A"})"), "bad 1: no stream takes bare events\n");
}

TEST_F(NdjsonReaderTest, StopsAtABadRecord) {
  fixture.stop_at_bad_record = true;
  EXPECT_EQ(fixture.Read("{\"n\":1}\nx\n{\"n\":2}\n"),
            "S @- [null, null, 1]\nbad 2: not a JSON object\nstopped\n");
}

TEST_F(NdjsonReaderTest, TimeAttribute) {
  StreamFormats formats = Formats();
  formats[1].time_attribute = 1;
  ReaderFixture timed(std::move(formats));
  timed.rules.bare_stream = 1;
  const std::string line = R"({"l":1500,"b":true})";
  const std::string row = "T @1500 [true, 1500, null, null]\n";
  EXPECT_EQ(timed.Read(line + "\n" + line + "\n"), row + row);
  EXPECT_EQ(timed.Read(R"({"stream":"T","timestamp":7,"event":{"l":1500}})"),
            "T @1500 [null, 1500, null, null]\n");
  EXPECT_EQ(timed.Read(R"({"stream":"T","timestamp":7,"event":{"l":null}})"),
            "T @7 [null, null, null, null]\n");
  EXPECT_EQ(timed.Read(R"({"b":true})"), "T @- [true, null, null, null]\n");
  const std::string late = "bad 2: timestamp is out of range: 9000000000000000000\n";
  EXPECT_EQ(timed.Read(line + "\n" + R"({"l":9000000000000000000,"b":true})" + "\n"), row + late);
}

// A random mix of lines of all kinds, most of them alike so that the fast path is taken.
std::string RandomLines(std::mt19937_64* random) {
  const std::vector<std::string> odd = {
      R"({"stream":"T","timestamp":17,"event":{"b":true,"l":5,"f":0.5}})",
      R"({"stream":"S","timestamp":18,"data":["x",1.5,3]})",
      R"({"stream":"S","timestamp":[1,2],"data":[["x",1.5,3],["y",2,4]]})",
      R"({"stream":"T","data":[false,1,2.5,{"a":[1]}]})",
      R"({"timestamp":99})",
      R"({"query":"from T"})",
      R"({"sym":"esc\"aped","px":1,"n":2})",
      R"({"sym":"ünï","px":1e300,"n":2})",
      R"({"px":1,"n":2})",
      R"({"sym":"A","px":"bad","n":2})",
      R"({"sym":"A","px":1,"n":2}x)",
      "\xff\xfe",
      "",
      "not json at all",
      R"({"sym":"A","px":)" + std::string(300, '1') + R"(,"n":2})",
  };
  std::string text;
  for (int i = 0; i < 60; ++i) {
    if ((*random)() % 4 == 0) {
      text += odd[(*random)() % odd.size()];
    } else {
      text += R"({"sym":"S)" + std::to_string((*random)() % 100'000'000'000) + R"(","px":)" +
              std::to_string(static_cast<double>((*random)() % 10000) / 100) + R"(,"n":)" +
              std::to_string((*random)() % 1000) + "}";
    }
    text += (*random)() % 10 == 0 ? "\r\n" : "\n";
  }
  return text;
}

TEST_F(NdjsonReaderTest, PiecesNeverShow) {
  std::mt19937_64 random(42);
  fixture.limits.record_bytes_max = 250;
  for (int round = 0; round < 5; ++round) {
    const std::string text = RandomLines(&random);
    const std::string whole = fixture.Read(text);
    const std::string raw = fixture.raw;
    for (const size_t bytes : {1, 7, 1000}) {
      for (const size_t messages : {1, 3, 2048}) {
        for (const size_t buffer : {16, 512}) {
          fixture.limits.buffer_bytes = buffer;
          ASSERT_EQ(fixture.Read(text, {bytes, messages}), whole);
          ASSERT_EQ(fixture.raw, raw);
        }
      }
    }
    // Line by line with a reader of its own each: nothing learnt, the same result.
    EXPECT_EQ(fixture.ReadLineByLine(text), whole);
  }
}

}  // namespace
}  // namespace weir
