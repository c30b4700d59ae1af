#include "base/seal.h"

#include <openssl/evp.h>

#include <memory>

#include "base/text.h"

namespace gust {
namespace {

constexpr std::size_t tag_bytes = 16;
constexpr std::size_t secret_bytes_max = 16'384;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const unsigned char* bytes_of(ByteView text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int size_of(ByteView text) { return static_cast<int>(text.size()); }

}  // namespace

Result<std::string> Seal::close(std::string_view name, std::string_view secret, ByteView nonce) const {
  const auto failed = [] { return fail(Errc::bug, "a secret cannot be sealed"); };
  if (secret.size() > secret_bytes_max || nonce.size() != nonce_bytes || key_.size() != key_bytes) return failed();
  const Cipher cipher(EVP_CIPHER_CTX_new());
  std::string text(secret.size(), '\0'), tag(tag_bytes, '\0');
  int taken = 0;
  if (!cipher ||
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(ByteView(key_)), bytes_of(nonce)) != 1 ||
      EVP_EncryptUpdate(cipher.get(), nullptr, &taken, bytes_of(name), size_of(name)) != 1 ||
      EVP_EncryptUpdate(cipher.get(), bytes_of(text), &taken, bytes_of(secret), size_of(secret)) != 1 ||
      EVP_EncryptFinal_ex(cipher.get(), bytes_of(tag), &taken) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_bytes), tag.data()) != 1) {
    return failed();
  }
  return base64_of(std::string(nonce) + text + tag);
}

Result<std::string> Seal::open(std::string_view name, std::string_view sealed) const {
  const auto failed = [] { return fail(Errc::corrupt, "a sealed secret cannot be opened with the key at hand"); };
  const auto bytes = bytes_of_base64(sealed);
  if (!bytes || bytes->size() < nonce_bytes + tag_bytes || bytes->size() > secret_bytes_max * 2) return failed();
  if (key_.size() != key_bytes) return failed();
  const ByteView nonce = ByteView(*bytes).substr(0, nonce_bytes);
  const ByteView text = ByteView(*bytes).substr(nonce_bytes, bytes->size() - nonce_bytes - tag_bytes);
  std::string tag = bytes->substr(bytes->size() - tag_bytes);
  const Cipher cipher(EVP_CIPHER_CTX_new());
  std::string secret(text.size() + tag_bytes, '\0');
  int taken = 0;
  if (!cipher ||
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(ByteView(key_)), bytes_of(nonce)) != 1 ||
      EVP_DecryptUpdate(cipher.get(), nullptr, &taken, bytes_of(name), size_of(name)) != 1 ||
      EVP_DecryptUpdate(cipher.get(), bytes_of(secret), &taken, bytes_of(text), size_of(text)) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_bytes), tag.data()) != 1 ||
      EVP_DecryptFinal_ex(cipher.get(), bytes_of(secret) + text.size(), &taken) != 1) {
    return failed();
  }
  secret.resize(text.size());
  return secret;
}

}  // namespace gust
