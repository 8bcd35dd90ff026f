#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace weir {

class FileSystem;

// Names a key without giving it away: the first 8 bytes of its SHA-256. All zeros: no key.
using KeyId = std::array<char, 8>;
std::string KeyIdText(const KeyId& id);  // 16 hexadecimal digits

// The keys of sealed storage: the first one seals, all of them open.
class KeyRing {
 public:
  static constexpr size_t kKeyBytes = 32;
  struct Key {
    KeyId id;
    std::array<char, kKeyBytes> bytes;
  };

  KeyRing() = default;
  KeyRing(KeyRing&&) = default;
  KeyRing& operator=(KeyRing&&) = default;
  ~KeyRing();  // wipes the keys

  // A key is 64 hexadecimal digits or the base64 of 32 bytes; several are separated by white
  // space, the current one first.
  static Result<KeyRing> FromText(std::string_view text);
  // The file holds 32 raw bytes, or text as above.
  static Result<KeyRing> FromFile(FileSystem* fs, const std::string& path);
  static Result<KeyRing> FromEnvironment(const std::string& variable);

  const std::vector<Key>& keys() const { return keys_; }

 private:
  std::vector<Key> keys_;
};

// Seals bytes with AES-256-GCM: nobody can read or change them without the key. A sealed text is
// nonce (12 bytes), cipher text (as long as the plain one), tag (16). What it belongs to (record
// number, snapshot key ...) is given as `identity` to both sides, so that texts cannot be swapped.
// Thread-safe. A child after fork() may use it too.
class Sealing {
 public:
  static constexpr size_t kOverhead = 12 + 16;

  explicit Sealing(KeyRing ring);  // the ring has a key
  ~Sealing();

  const KeyId& current() const { return ring_.keys().front().id; }
  // Fails with the id of the key that is missing from the ring.
  Status CheckKey(const KeyId& id, const std::string& where) const;

  // The key whose id is written so, if the ring has it.
  std::optional<KeyId> FindKey(std::string_view id_text) const;

  // Appends the sealed text to `out`. The key must be in the ring.
  void Seal(const KeyId& key, std::string_view identity, std::string_view plain, std::string* out);
  // Appends the plain text to `out`; false if the text was not sealed with this key for this
  // identity, or was changed since. The key must be in the ring.
  bool Open(const KeyId& key, std::string_view identity, std::string_view sealed,
            std::string* out) const;
  // 16 bytes that stand for `name` and tell nothing about it: the same for the same key.
  void HideName(const KeyId& key, std::string_view name, char* out) const;

 private:
  const KeyRing::Key& Find(const KeyId& id) const;
  void NextNonce(char* to);

  const KeyRing ring_;
  std::mutex nonce_mutex_;
  std::array<char, 8> nonce_prefix_ = {};  // random; drawn anew in a child and when used up
  uint32_t nonce_counter_ = 0;
  int64_t nonce_process_ = -1;
};

}  // namespace weir
