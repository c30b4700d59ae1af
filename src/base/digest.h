// Digests: checksums of bytes that arrive in pieces, a keyed digest, and comparison that takes the same time for all.
//
// Source: FIPS 180-4 (SHA-1, SHA-256), RFC 1321 (MD5), RFC 2104 (HMAC), RFC 3385 and RFC 3720 B.4 (CRC-32C), ISO 3309
//         (CRC-32, as in zlib and PNG), NVM Express 1.0 section 5.2 of the NVM command set (CRC-64).
// Shape:  update() with every piece in order, finish() once; the result is raw bytes, a CRC most significant byte
// first. Errors: none. MD5 and SHA-1 are here because protocols name them (ETag, Content-MD5), not as a protection.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"

struct evp_md_ctx_st;

namespace gust {

enum class DigestKind : std::uint8_t { sha256, sha1, md5, crc32, crc32c, crc64nvme };

// How many bytes finish() gives: 32, 20, 16, 4, 4 or 8.
std::size_t size_of(DigestKind kind);

// One running digest. Moves, does not copy; of no use after finish().
class Digest {
 public:
  explicit Digest(DigestKind kind);

  void update(ByteView bytes);
  std::string finish();
  DigestKind kind() const { return kind_; }

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  DigestKind kind_;
  std::uint64_t crc_ = ~std::uint64_t{0};
  std::unique_ptr<evp_md_ctx_st, Free> context_;  // empty for a CRC
};

struct Sha256 : Digest {
  Sha256() : Digest(DigestKind::sha256) {}
};
struct Sha1 : Digest {
  Sha1() : Digest(DigestKind::sha1) {}
};
struct Md5 : Digest {
  Md5() : Digest(DigestKind::md5) {}
};
struct Crc32 : Digest {
  Crc32() : Digest(DigestKind::crc32) {}
};
struct Crc32c : Digest {
  Crc32c() : Digest(DigestKind::crc32c) {}
};

// The digest of bytes that are all at hand.
std::string digest_of(DigestKind kind, ByteView bytes);

// HMAC with SHA-256: 32 raw bytes. Any key length.
std::string hmac_sha256(ByteView key, ByteView bytes);

// Whether both are the same bytes. The time taken depends on the lengths only.
bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace gust
