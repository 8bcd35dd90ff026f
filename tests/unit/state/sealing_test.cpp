#include "state/sealing.h"

#include <gtest/gtest.h>

#include <set>

#include "testing/sim_file_system.h"

namespace weir {
namespace {

std::string Hex(char digit) { return std::string(64, digit); }

TEST(KeyRing, ReadsEveryForm) {
  SimFileSystem fs;
  ASSERT_TRUE(fs.Publish("/raw", std::string(32, '\xaa')).ok());
  ASSERT_TRUE(fs.Publish("/text", Hex('a') + "\n" + Hex('B') + "\n").ok());
  const KeyRing raw = std::move(KeyRing::FromFile(&fs, "/raw")).value();
  const KeyRing text = std::move(KeyRing::FromFile(&fs, "/text")).value();
  const KeyRing base64 =
      std::move(KeyRing::FromText("qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=")).value();
  ASSERT_EQ(text.keys().size(), 2u);
  EXPECT_EQ(raw.keys()[0].id, text.keys()[0].id);
  EXPECT_EQ(raw.keys()[0].id, base64.keys()[0].id);
  EXPECT_NE(text.keys()[0].id, text.keys()[1].id);
  for (const char* bad : {"", "  ", "abc", "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq==",
                          "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqr"}) {
    EXPECT_FALSE(KeyRing::FromText(bad).ok()) << bad;
  }
  EXPECT_EQ(KeyRing::FromFile(&fs, "/none").status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(KeyRing::FromEnvironment("WEIR_NO_SUCH_VARIABLE").ok());
}

TEST(Sealing, OpensOnlyWhatItSealedForTheSamePlace) {
  Sealing sealing(std::move(KeyRing::FromText(Hex('a') + " " + Hex('b'))).value());
  const KeyId old = KeyRing::FromText(Hex('b')).value().keys()[0].id;
  std::set<std::string> nonces;
  for (const std::string& plain : {std::string(), std::string("x"), std::string(1000, 'y')}) {
    for (const KeyId& key : {sealing.current(), old}) {
      std::string sealed;
      sealing.Seal(key, "place 1", plain, &sealed);
      nonces.insert(sealed.substr(0, 12));
      EXPECT_EQ(sealed.size(), plain.size() + Sealing::kOverhead);
      std::string opened = "before ";
      ASSERT_TRUE(sealing.Open(key, "place 1", sealed, &opened));
      EXPECT_EQ(opened, "before " + plain);
      EXPECT_FALSE(sealing.Open(key, "place 2", sealed, &opened));
      EXPECT_FALSE(sealing.Open(key, "place 1", sealed.substr(1), &opened));
      for (size_t i = 0; i < sealed.size(); ++i) {
        std::string changed = sealed;
        changed[i] ^= 1;
        ASSERT_FALSE(sealing.Open(key, "place 1", changed, &opened)) << i;
      }
      EXPECT_EQ(opened, "before " + plain);
    }
  }
  EXPECT_EQ(nonces.size(), 6u);
  EXPECT_TRUE(sealing.CheckKey(old, "f").ok());
  EXPECT_EQ(sealing.CheckKey(KeyId{}, "f").message(),
            "f: sealed with another key: needs key 0000000000000000, the ring has " +
                KeyIdText(sealing.current()) + " " + KeyIdText(old));
}

// RFC 4231, test case 2, with the key filled up with zeros to 32 bytes, which HMAC does anyway.
TEST(Sealing, HiddenNamesAreHmacSha256) {
  Sealing sealing(std::move(KeyRing::FromText("4a656665" + std::string(56, '0'))).value());
  char name[16];
  sealing.HideName(sealing.current(), "what do ya want for nothing?", name);
  EXPECT_EQ(std::string(name, 16),
            "\x5b\xdc\xc1\x46\xbf\x60\x75\x4e\x6a\x04\x24\x26\x08\x95\x75\xc7");
}

}  // namespace
}  // namespace weir
