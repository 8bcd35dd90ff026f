#include "state/replay_log.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "testing/sim_file_system.h"
#include "unit/state/log_cases.h"

namespace weir {
namespace {

using Fault = SimFileSystem::Fault;

constexpr char kLog[] = "/log";
const std::string kFirst = std::string(kLog) + "/" + LogSegmentName(1);

TEST(ReplayLog, WritesRollsAndReads) {
  SimFileSystem fs;
  LogOptions options = SmallLog();
  options.segment_bytes = 300;
  const auto writer = std::move(LogWriter::Open(&fs, kLog, options, 1)).value();
  for (uint64_t i = 1; i <= 20; ++i) {
    if (i == 11) writer->SetSchema("schema two");
    EXPECT_EQ(writer->Append(PayloadOf(i)).value(), i);
    EXPECT_EQ(writer->synced_through(), i);
  }
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_FALSE(writer->Append("x").ok());
  EXPECT_GT(fs.List(kLog).value().size(), 3u);
  const auto reader = std::move(LogReader::Open(&fs, kLog, nullptr, 5)).value();
  LogReader::Record record;
  for (uint64_t i = 5; i <= 20; ++i) {
    ASSERT_TRUE(reader->Next(&record).value());
    EXPECT_EQ(record.number, i);
    EXPECT_EQ(record.payload, PayloadOf(i));
    EXPECT_EQ(record.has_new_schema, i == 5 || i == 11);
    EXPECT_EQ(reader->schema(), i < 11 ? "schema" : "schema two");
  }
  EXPECT_FALSE(reader->Next(&record).value());
}

TEST(ReplayLog, ListsAndCutsWholeSegments) {
  SimFileSystem fs;
  LogOptions options = SmallLog();
  options.segment_bytes = 1;  // one record each
  const auto writer = std::move(LogWriter::Open(&fs, kLog, options, 1)).value();
  for (uint64_t i = 1; i <= 6; ++i) {
    ASSERT_TRUE(writer->Append(PayloadOf(i)).ok());
    fs.SetModifiedMs(std::string(kLog) + "/" + LogSegmentName(i), static_cast<int64_t>(i) * 1000);
  }
  const auto segments = std::move(ListLogSegments(&fs, kLog)).value();
  ASSERT_EQ(segments.size(), 6u);
  EXPECT_EQ(segments[5].first_number, 6u);
  EXPECT_EQ(segments[5].last_number, 6u);
  EXPECT_EQ(segments[2].modified_ms, 3000);
  EXPECT_EQ(segments[2].problem, "");
  EXPECT_EQ(CutLog(&fs, kLog, 3).value(), 2u);
  EXPECT_EQ(CutLog(&fs, kLog, 5, {.bytes = 1 << 20, .age_ms = 2500, .now_ms = 6000}).value(), 1u);
  EXPECT_EQ(CutLog(&fs, kLog, 5, {.bytes = 1 << 20}).value(), 0u);
  EXPECT_EQ(CutLog(&fs, kLog, 100).value(), 2u);
  EXPECT_EQ(fs.List(kLog).value(), std::vector<std::string>{LogSegmentName(6)});
  EXPECT_EQ(LogReader::Open(&fs, kLog, nullptr, 5).status().code(), StatusCode::kCorrupt);
}

TEST(ReplayLog, CutsATornTailAtEveryLength) {
  SimFileSystem whole;
  WriteLog(&whole, kLog, SmallLog(), 1, 5);
  const uint64_t size = whole.SizeOf(kFirst).value();
  for (uint64_t length = 0; length < size; ++length) {
    SimFileSystem fs;
    WriteLog(&fs, kLog, SmallLog(SyncPolicy::kNone), 1, 5);
    fs.CutFile(kFirst, length);
    const auto recovery = RecoverLog(&fs, kLog, {});
    ASSERT_TRUE(recovery.ok()) << length << ": " << recovery.status().message();
    const uint64_t next = recovery.value().next_number;
    ASSERT_LE(next, 5u);
    ASSERT_EQ(ReadLog(&fs, kLog, 1).value(), Payloads(1, next - 1)) << length;
    const auto again = RecoverLog(&fs, kLog, {});
    ASSERT_TRUE(again.ok() && again.value().notes.empty()) << length;
    WriteLog(&fs, kLog, SmallLog(), next, 7);
    ASSERT_EQ(ReadLog(&fs, kLog, 1).value(), Payloads(1, 7)) << length;
    // A snapshot that covers record 5 proves that the log was longer.
    SimFileSystem covered;
    WriteLog(&covered, kLog, SmallLog(SyncPolicy::kNone), 1, 5);
    covered.CutFile(kFirst, length);
    ASSERT_EQ(RecoverLog(&covered, kLog, {1, 5}).status().code(), StatusCode::kCorrupt) << length;
  }
}

// Every record proves that those before it were durable.
TEST(ReplayLog, FindsEveryFlippedBit) {
  SimFileSystem whole;
  WriteLog(&whole, kLog, SmallLog(), 1, 4);
  const uint64_t bits = 8 * whole.SizeOf(kFirst).value();
  uint64_t refused = 0;
  for (uint64_t bit = 0; bit < bits; ++bit) {
    SimFileSystem fs;
    WriteLog(&fs, kLog, SmallLog(), 1, 4);
    fs.FlipBit(kFirst, bit);
    const auto recovery = RecoverLog(&fs, kLog, {});
    if (!recovery.ok()) {
      ++refused;
      ASSERT_NE(recovery.status().message().find(kFirst), std::string::npos);
      ASSERT_FALSE(ReadLog(&fs, kLog, 1).ok());
      continue;
    }
    // Only of the last record nothing tells that it was durable.
    ASSERT_EQ(recovery.value().next_number, 4u) << bit;
    ASSERT_EQ(ReadLog(&fs, kLog, 1).value(), Payloads(1, 3)) << bit;
  }
  EXPECT_GT(refused, bits / 2);
}

TEST(ReplayLog, RefusesAMissingSegmentThatWasDurable) {
  for (const auto policy : {SyncPolicy::kEpoch, SyncPolicy::kNone}) {
    SimFileSystem fs;
    LogOptions options = SmallLog(policy);
    options.segment_bytes = 1;
    WriteLog(&fs, kLog, options, 1, 5);
    ASSERT_TRUE(fs.Remove(std::string(kLog) + "/" + LogSegmentName(3)).ok());
    const auto recovery = RecoverLog(&fs, kLog, {});
    if (policy == SyncPolicy::kEpoch) {
      ASSERT_EQ(recovery.status().code(), StatusCode::kCorrupt);
      EXPECT_NE(recovery.status().message().find("record 3 is missing"), std::string::npos);
    } else {
      ASSERT_TRUE(recovery.ok());
      EXPECT_EQ(recovery.value().next_number, 3u);
      EXPECT_EQ(recovery.value().notes.size(), 2u);
      EXPECT_EQ(ReadLog(&fs, kLog, 1).value(), Payloads(1, 2));
    }
  }
}

TEST(ReplayLog, TheSameAppendSucceedsOnceThereIsSpace) {
  SimFileSystem fs;
  LogOptions options = SmallLog();
  options.segment_bytes = 200;
  const auto writer = std::move(LogWriter::Open(&fs, kLog, options, 1)).value();
  for (uint64_t i = 1; i <= 12; ++i) {
    // Room for a part of the record, or of the head of a new segment.
    fs.SetCapacity(fs.bytes_used() + i);
    const uint64_t before = fs.bytes_used();
    ASSERT_EQ(writer->Append(PayloadOf(i)).status().code(), StatusCode::kNoSpace);
    ASSERT_EQ(fs.bytes_used(), before);
    fs.SetCapacity(0);
    ASSERT_EQ(writer->Append(PayloadOf(i)).value(), i);
  }
  EXPECT_EQ(ReadLog(&fs, kLog, 1).value(), Payloads(1, 12));
}

TEST(ReplayLog, AFailedSyncIsFinal) {
  SimFileSystem fs;
  const auto writer = std::move(LogWriter::Open(&fs, kLog, SmallLog(), 1)).value();
  ASSERT_TRUE(writer->Append("one").ok());
  fs.FailAt(1, Fault::kFailedSync);
  EXPECT_EQ(writer->Append("two").status().code(), StatusCode::kIoError);
  EXPECT_EQ(writer->Append("two").status().code(), StatusCode::kIoError);
  EXPECT_EQ(writer->Sync().code(), StatusCode::kIoError);
  EXPECT_EQ(writer->synced_through(), 1u);
}

// Writes, closes, recovers and reads; the n-th call fails. Whatever happens is reported, and what
// was acknowledged is there afterwards.
void FailNthCall(uint64_t n, Fault fault, bool for_ever, bool* fired) {
  SimFileSystem fs;
  LogOptions options = SmallLog();
  options.segment_bytes = 250;
  WriteLog(&fs, kLog, options, 1, 3);
  fs.FailAt(n, fault, for_ever);
  uint64_t acknowledged = 3;
  const auto recovery = RecoverLog(&fs, kLog, {});
  if (recovery.ok()) {
    auto writer = LogWriter::Open(&fs, kLog, options, recovery.value().next_number);
    for (uint64_t i = 4; i <= 8 && writer.ok(); ++i) {
      if (writer.value()->Append(PayloadOf(i)).ok()) acknowledged = i;
      if (acknowledged < i) break;
    }
    const auto cut = CutLog(&fs, kLog, 3);
    if (!cut.ok()) {
      ASSERT_TRUE(fs.fault_fired());
    }
  }
  *fired = fs.fault_fired();
  if (!*fired) {
    ASSERT_EQ(acknowledged, 8u);
  }
  fs.FailAt(0, fault);
  fs.PowerLoss(n);
  const auto after = RecoverLog(&fs, kLog, {3, acknowledged});
  ASSERT_TRUE(after.ok()) << n << ": " << after.status().message();
  ASSERT_GT(after.value().next_number, acknowledged) << n;
  ASSERT_EQ(ReadLog(&fs, kLog, 3).value(), Payloads(3, after.value().next_number - 1)) << n;
}

TEST(ReplayLog, SurvivesAFailureOfEachCall) {
  for (const Fault fault :
       {Fault::kError, Fault::kNoSpace, Fault::kShortWrite, Fault::kFailedSync}) {
    for (const bool for_ever : {false, true}) {
      bool fired = true;
      uint64_t n = 0;
      while (fired && !HasFatalFailure()) FailNthCall(++n, fault, for_ever, &fired);
      EXPECT_GT(n, 5u);
      EXPECT_LT(n, 500u);
    }
  }
}

TEST(ReplayLog, SealedRecordsNeedTheirKey) {
  SimFileSystem fs;
  Sealing sealing(std::move(KeyRing::FromText(std::string(64, 'a'))).value());
  Sealing other(std::move(KeyRing::FromText(std::string(64, 'b'))).value());
  LogOptions options = SmallLog();
  options.sealing = &sealing;
  options.schema = "define stream Secret";
  {
    const auto writer = std::move(LogWriter::Open(&fs, kLog, options, 1)).value();
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(writer->Append("confidential " + std::string(500, 'x')).ok());
    }
  }
  const std::string bytes = fs.ReadAll(kFirst).value();
  for (const char* word : {"confidential", "Secret", "xxxxxxxx"}) {
    EXPECT_EQ(bytes.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(RecoverLog(&fs, kLog, {}).value().next_number, 4u);  // needs no key
  EXPECT_EQ(ReadLog(&fs, kLog, 1, &sealing).value().size(), 3u);
  const std::string id = KeyIdText(sealing.current());
  for (const Sealing* wrong :
       {static_cast<const Sealing*>(nullptr), static_cast<const Sealing*>(&other)}) {
    const auto read = ReadLog(&fs, kLog, 1, wrong);
    ASSERT_FALSE(read.ok());
    EXPECT_NE(read.status().message().find("needs key " + id), std::string::npos);
  }
}

TEST(ReplayLog, AnotherVersionIsNamed) {
  SimFileSystem fs;
  WriteLog(&fs, kLog, SmallLog(), 1, 1);
  fs.FlipBit(kFirst, 8 * 8 + 1);
  const auto recovery = RecoverLog(&fs, kLog, {});
  EXPECT_EQ(recovery.status().code(), StatusCode::kNotSupported);
  EXPECT_EQ(recovery.status().message(),
            kFirst + ": log format version 3; this program reads version 1");
}

}  // namespace
}  // namespace weir
