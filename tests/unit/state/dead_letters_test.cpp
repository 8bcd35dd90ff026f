#include "state/dead_letters.h"

#include <gtest/gtest.h>

#include "testing/sim_file_system.h"

namespace weir {
namespace {

constexpr char kLetters[] = "/letters";

DeadLetter LetterOf(int i) {
  DeadLetter letter;
  letter.stored_ms = 1000 + i;
  letter.timestamp_ms = -i;
  letter.stream = "S";
  letter.sink = "tcp";
  letter.error = "nobody is connected";
  letter.event = "{\"i\":" + std::to_string(i) + "}";
  letter.record = std::string("a\0b", 3) + std::to_string(i);
  return letter;
}

std::unique_ptr<DeadLetterWriter> Open(FileSystem* fs, size_t notes_expected = 0) {
  std::vector<std::string> notes;
  auto opened = DeadLetterWriter::Open(fs, kLetters, std::nullopt, &notes);
  EXPECT_TRUE(opened.ok()) << opened.status().message();
  EXPECT_EQ(notes.size(), notes_expected);
  return std::move(opened).value();
}

std::vector<uint64_t> Numbers(FileSystem* fs, const DeadLetterSpan& span = {}) {
  std::vector<uint64_t> numbers;
  const Status status =
      ReadDeadLetters(fs, kLetters, nullptr, span, [&](uint64_t number, const DeadLetter&) {
        numbers.push_back(number);
        return true;
      });
  EXPECT_TRUE(status.ok()) << status.message();
  return numbers;
}

using Numbered = std::vector<uint64_t>;

TEST(DeadLetters, EveryFieldComesBack) {
  const DeadLetter letter = LetterOf(7);
  const std::string bytes = EncodeDeadLetter(letter);
  const Result<DeadLetter> read = DecodeDeadLetter(bytes, "here");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().stored_ms, letter.stored_ms);
  EXPECT_EQ(read.value().timestamp_ms, letter.timestamp_ms);
  EXPECT_EQ(read.value().stream, letter.stream);
  EXPECT_EQ(read.value().sink, letter.sink);
  EXPECT_EQ(read.value().query, "");
  EXPECT_EQ(read.value().error, letter.error);
  EXPECT_EQ(read.value().event, letter.event);
  EXPECT_EQ(read.value().record, letter.record);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(DecodeDeadLetter(bytes.substr(0, size), "here").status().code(),
              StatusCode::kCorrupt);
  }
  EXPECT_FALSE(DecodeDeadLetter(bytes + "x", "here").ok());
}

TEST(DeadLetters, AreDroppedInAnyOrder) {
  SimFileSystem fs;
  EXPECT_EQ(Numbers(&fs), Numbered());
  const auto writer = Open(&fs);
  for (int i = 1; i <= 6; ++i) ASSERT_TRUE(writer->Append(EncodeDeadLetter(LetterOf(i))).ok());
  EXPECT_EQ(Numbers(&fs, {2, 4}), (Numbered{2, 3, 4}));
  ASSERT_TRUE(DropDeadLetters(&fs, kLetters, {{5, 5}, {2, 3}}).ok());
  EXPECT_EQ(Numbers(&fs), (Numbered{1, 4, 6}));
  ASSERT_TRUE(DropDeadLetters(&fs, kLetters, {{1, 1}, {4, 4}}).ok());
  EXPECT_EQ(Numbers(&fs), (Numbered{6}));
  // The writer goes on beside that.
  ASSERT_TRUE(writer->Append(EncodeDeadLetter(LetterOf(7))).ok());
  EXPECT_EQ(Numbers(&fs), (Numbered{6, 7}));
}

TEST(DeadLetters, FilesOfDroppedOnesGoAndNumbersGoOn) {
  SimFileSystem fs;
  for (int i = 1; i <= 4; ++i) {
    const auto writer = Open(&fs);
    ASSERT_TRUE(writer->Append(EncodeDeadLetter(LetterOf(i))).ok());
    ASSERT_TRUE(writer->Flush().ok());
  }
  ASSERT_TRUE(DropDeadLetters(&fs, kLetters, {{1, 4}}).ok());
  EXPECT_EQ(FindLogSegments(&fs, kLetters).value().size(), 1u);
  const auto writer = Open(&fs);
  ASSERT_TRUE(writer->Append(EncodeDeadLetter(LetterOf(5))).ok());
  EXPECT_EQ(Numbers(&fs), (Numbered{5}));
}

TEST(DeadLetters, ATornEndIsCutAndADamagedMiddleRefused) {
  SimFileSystem fs;
  {
    const auto writer = Open(&fs);
    for (int i = 1; i <= 3; ++i) ASSERT_TRUE(writer->Append(EncodeDeadLetter(LetterOf(i))).ok());
    ASSERT_TRUE(writer->Flush().ok());
  }
  const std::string path = FindLogSegments(&fs, kLetters).value()[0].path;
  ASSERT_TRUE(fs.Truncate(path, fs.SizeOf(path).value() - 1).ok());
  EXPECT_EQ(Numbers(&fs), (Numbered{1, 2}));
  // Letter 3 was dropped; its number is given to the next one.
  ASSERT_TRUE(DropDeadLetters(&fs, kLetters, {{3, 3}}).ok());
  {
    const auto writer = Open(&fs, 1);
    for (int i = 3; i <= 4; ++i) {
      ASSERT_TRUE(writer->Append(EncodeDeadLetter(LetterOf(i))).ok());
      ASSERT_TRUE(writer->Flush().ok());
    }
  }
  EXPECT_EQ(Numbers(&fs), (Numbered{1, 2, 3, 4}));
  const std::string whole = fs.ReadAll(path).value();
  std::string damaged = whole;
  damaged[damaged.size() / 2] ^= 1;
  ASSERT_TRUE(fs.Publish(path, damaged).ok());
  std::vector<std::string> notes;
  EXPECT_EQ(DeadLetterWriter::Open(&fs, kLetters, std::nullopt, &notes).status().code(),
            StatusCode::kCorrupt);
}

TEST(DeadLetters, ABrokenListOfDroppedOnesIsRefused) {
  for (const char* text :
       {"", "weir dropped letters 1\n4 2\n", "weir dropped letters 1\n1 3\n3 4\n",
        "weir dropped letters 1\n1", "weir dropped letters 2\n"}) {
    SimFileSystem fs;
    const auto writer = Open(&fs);
    ASSERT_TRUE(writer->Append(EncodeDeadLetter(LetterOf(1))).ok());
    ASSERT_TRUE(fs.Publish(std::string(kLetters) + "/dropped", text).ok());
    EXPECT_EQ(ReadDeadLetters(&fs, kLetters, nullptr, {},
                              [](uint64_t, const DeadLetter&) { return true; })
                  .code(),
              StatusCode::kCorrupt)
        << text;
  }
}

TEST(DeadLetters, OneWriterAtATime) {
  SimFileSystem fs;
  const auto writer = Open(&fs);
  std::vector<std::string> notes;
  EXPECT_EQ(DeadLetterWriter::Open(&fs, kLetters, std::nullopt, &notes).status().code(),
            StatusCode::kLocked);
}

TEST(DeadLetters, WhatWasFlushedSurvivesThePowerCut) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SimFileSystem fs;
    int flushed = 0;
    {
      const auto writer = Open(&fs);
      for (int i = 1; i <= 10; ++i) {
        ASSERT_TRUE(writer->Append(EncodeDeadLetter(LetterOf(i))).ok());
        if (i % 3 != static_cast<int>(seed % 3)) continue;
        ASSERT_TRUE(writer->Flush().ok());
        flushed = i;
      }
    }
    fs.PowerLoss(seed);
    std::vector<std::string> notes;
    const auto opened = DeadLetterWriter::Open(&fs, kLetters, std::nullopt, &notes);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    const Numbered numbers = Numbers(&fs);
    EXPECT_GE(numbers.size(), static_cast<size_t>(flushed)) << seed;
    for (size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(numbers[i], i + 1);
  }
}

}  // namespace
}  // namespace weir
