#include "state/sealing.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "state/file_system.h"

namespace weir {
namespace {

constexpr int kNonceBytes = 12;
constexpr int kTagBytes = 16;

unsigned char* Bytes(char* p) { return reinterpret_cast<unsigned char*>(p); }
const unsigned char* Bytes(const char* p) { return reinterpret_cast<const unsigned char*>(p); }

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

// One context per thread: making one costs more than sealing a small text.
EVP_CIPHER_CTX* Context() {
  thread_local CipherContext context(EVP_CIPHER_CTX_new());
  CHECK(context != nullptr);
  return context.get();
}

void Digest(std::string_view a, std::string_view b, unsigned char* out) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  CHECK(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1 &&
        EVP_DigestUpdate(context, a.data(), a.size()) == 1 &&
        EVP_DigestUpdate(context, b.data(), b.size()) == 1 &&
        EVP_DigestFinal_ex(context, out, nullptr) == 1);
  EVP_MD_CTX_free(context);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool FromHex(std::string_view text, char* out) {
  if (text.size() != 2 * KeyRing::kKeyBytes) return false;
  for (size_t i = 0; i < KeyRing::kKeyBytes; ++i) {
    const int high = HexDigit(text[2 * i]);
    const int low = HexDigit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<char>(high * 16 + low);
  }
  return true;
}

// 32 bytes are 43 characters of base64 and one '='.
bool FromBase64(std::string_view text, char* out) {
  constexpr size_t kTextBytes = 44;
  if (text.size() != kTextBytes || text[kTextBytes - 1] != '=' || text[kTextBytes - 2] == '=') {
    return false;
  }
  unsigned char decoded[kTextBytes];
  if (EVP_DecodeBlock(decoded, Bytes(text.data()), kTextBytes) != KeyRing::kKeyBytes + 1) {
    return false;
  }
  std::memcpy(out, decoded, KeyRing::kKeyBytes);
  OPENSSL_cleanse(decoded, sizeof(decoded));
  return true;
}

KeyId IdOf(const char* key) {
  unsigned char digest[32];
  Digest({key, KeyRing::kKeyBytes}, {}, digest);
  KeyId id;
  std::memcpy(id.data(), digest, id.size());
  return id;
}

}  // namespace

std::string KeyIdText(const KeyId& id) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : id) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

// --- keys

KeyRing::~KeyRing() {
  for (Key& key : keys_) OPENSSL_cleanse(key.bytes.data(), key.bytes.size());
}

Result<KeyRing> KeyRing::FromText(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  KeyRing ring;
  while (true) {
    const size_t begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(kSpace));
    text.remove_prefix(word.size());
    Key key;
    if (!FromHex(word, key.bytes.data()) && !FromBase64(word, key.bytes.data())) {
      return Status::Invalid(
          "a key is 32 bytes, as 64 hexadecimal digits or in base64 (44 characters); key number " +
          std::to_string(ring.keys_.size() + 1) + " is neither");
    }
    key.id = IdOf(key.bytes.data());
    ring.keys_.push_back(key);
    OPENSSL_cleanse(key.bytes.data(), key.bytes.size());
  }
  if (ring.keys_.empty()) return Status::Invalid("there is no key");
  return ring;
}

Result<KeyRing> KeyRing::FromFile(FileSystem* fs, const std::string& path) {
  Result<std::string> bytes = fs->ReadAll(path);
  if (!bytes.ok()) return bytes.status();
  if (bytes.value().size() == kKeyBytes) {
    KeyRing ring;
    Key& key = ring.keys_.emplace_back();
    std::memcpy(key.bytes.data(), bytes.value().data(), kKeyBytes);
    OPENSSL_cleanse(bytes.value().data(), kKeyBytes);
    key.id = IdOf(key.bytes.data());
    return ring;
  }
  Result<KeyRing> ring = FromText(bytes.value());
  OPENSSL_cleanse(bytes.value().data(), bytes.value().size());
  if (ring.ok()) return ring;
  return Status(ring.status().code(), path + ": " + ring.status().message());
}

Result<KeyRing> KeyRing::FromEnvironment(const std::string& variable) {
  const char* text = std::getenv(variable.c_str());
  if (text == nullptr) return Status::Invalid("environment variable is not set: " + variable);
  Result<KeyRing> ring = FromText(text);
  if (ring.ok()) return ring;
  return Status(ring.status().code(),
                "environment variable " + variable + ": " + ring.status().message());
}

// --- sealing

Sealing::Sealing(KeyRing ring) : ring_(std::move(ring)) { CHECK(!ring_.keys().empty()); }
Sealing::~Sealing() = default;

const KeyRing::Key& Sealing::Find(const KeyId& id) const {
  for (const KeyRing::Key& key : ring_.keys()) {
    if (key.id == id) return key;
  }
  CHECK(!"the key is in the ring");
  __builtin_unreachable();
}

Status Sealing::CheckKey(const KeyId& id, const std::string& where) const {
  for (const KeyRing::Key& key : ring_.keys()) {
    if (key.id == id) return Status::Ok();
  }
  std::string have;
  for (const KeyRing::Key& key : ring_.keys()) have += " " + KeyIdText(key.id);
  return Status::Invalid(where + ": sealed with another key: needs key " + KeyIdText(id) +
                         ", the ring has" + have);
}

std::optional<KeyId> Sealing::FindKey(std::string_view id_text) const {
  for (const KeyRing::Key& key : ring_.keys()) {
    if (KeyIdText(key.id) == id_text) return key.id;
  }
  return std::nullopt;
}

// Two texts under one key must never share a nonce: 8 random bytes per process and 2^32 texts,
// then a counter.
void Sealing::NextNonce(char* to) {
  const std::lock_guard lock(nonce_mutex_);
  if (nonce_process_ != getpid() || nonce_counter_ == UINT32_MAX) {
    CHECK(RAND_bytes(Bytes(nonce_prefix_.data()), static_cast<int>(nonce_prefix_.size())) == 1);
    nonce_counter_ = 0;
    nonce_process_ = getpid();
  }
  ++nonce_counter_;
  std::memcpy(to, nonce_prefix_.data(), nonce_prefix_.size());
  std::memcpy(to + nonce_prefix_.size(), &nonce_counter_, sizeof(nonce_counter_));
}

void Sealing::Seal(const KeyId& key, std::string_view identity, std::string_view plain,
                   std::string* out) {
  const size_t begin = out->size();
  out->resize(begin + kOverhead + plain.size());
  char* const nonce = out->data() + begin;
  char* const cipher = nonce + kNonceBytes;
  NextNonce(nonce);
  EVP_CIPHER_CTX* const context = Context();
  int size = 0;
  CHECK(EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nullptr, Bytes(Find(key).bytes.data()),
                           Bytes(nonce)) == 1);
  CHECK(EVP_EncryptUpdate(context, nullptr, &size, Bytes(identity.data()),
                          static_cast<int>(identity.size())) == 1);
  CHECK(EVP_EncryptUpdate(context, Bytes(cipher), &size, Bytes(plain.data()),
                          static_cast<int>(plain.size())) == 1);
  CHECK(EVP_EncryptFinal_ex(context, Bytes(cipher + size), &size) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTagBytes, cipher + plain.size()) == 1);
}

bool Sealing::Open(const KeyId& key, std::string_view identity, std::string_view sealed,
                   std::string* out) const {
  if (sealed.size() < kOverhead) return false;
  const size_t plain_size = sealed.size() - kOverhead;
  const char* const cipher = sealed.data() + kNonceBytes;
  char tag[kTagBytes];
  std::memcpy(tag, cipher + plain_size, kTagBytes);
  const size_t begin = out->size();
  out->resize(begin + plain_size);
  char* const plain = out->data() + begin;
  EVP_CIPHER_CTX* const context = Context();
  int size = 0;
  CHECK(EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nullptr, Bytes(Find(key).bytes.data()),
                           Bytes(sealed.data())) == 1);
  CHECK(EVP_DecryptUpdate(context, nullptr, &size, Bytes(identity.data()),
                          static_cast<int>(identity.size())) == 1);
  CHECK(EVP_DecryptUpdate(context, Bytes(plain), &size, Bytes(cipher),
                          static_cast<int>(plain_size)) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTagBytes, tag) == 1);
  if (EVP_DecryptFinal_ex(context, Bytes(plain + size), &size) == 1) return true;
  out->resize(begin);
  return false;
}

void Sealing::HideName(const KeyId& key, std::string_view name, char* out) const {
  // HMAC with SHA-256, cut to 16 bytes.
  constexpr size_t kBlockBytes = 64;
  char inner[kBlockBytes] = {};
  char outer[kBlockBytes] = {};
  const auto& bytes = Find(key).bytes;
  for (size_t i = 0; i < kBlockBytes; ++i) {
    const char k = i < bytes.size() ? bytes[i] : '\0';
    inner[i] = static_cast<char>(k ^ 0x36);
    outer[i] = static_cast<char>(k ^ 0x5c);
  }
  unsigned char digest[32];
  Digest({inner, kBlockBytes}, name, digest);
  Digest({outer, kBlockBytes}, {reinterpret_cast<char*>(digest), sizeof(digest)}, digest);
  std::memcpy(out, digest, 16);
  OPENSSL_cleanse(inner, sizeof(inner));
  OPENSSL_cleanse(outer, sizeof(outer));
}

}  // namespace weir
