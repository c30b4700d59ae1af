// Content codings: gzip, brotli and zstd encoders that take a body piece by piece.
//
// Source: RFC 9110 section 8.4.1; RFC 1952 (gzip), RFC 7932 (br), RFC 8878 and RFC 9659 (zstd, windows up to 8 MiB).
// Shape:  an Encoder is fed pieces in order, each with a word on what comes then: more, a flush (all that was fed can
//         be decoded by the receiver), or the end. The bytes that come out depend on nothing but what goes in.
// Cost:   with the default levels some 1.1 ms (gzip), 1.3 ms (br) and 0.25 ms (zstd) for each 64 KiB of text on one
//         core; bench/codings measures it. Too long for a loop that serves others: feed it on a worker.
// Memory: at most 0.3 MiB (gzip), 5 MiB (br), 3 MiB (zstd) for each Encoder with the default levels, whatever the
//         body's length.
// Errors: out_of_memory; the codings themselves cannot fail.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace gust::http {

enum class Coding : std::uint8_t { identity, gzip, brotli, zstd };

// As Content-Encoding writes it.
ByteView token_of(Coding coding);

// How hard each coding tries.
struct CodingLevels {
  int gzip = 5;    // 1 to 9
  int brotli = 5;  // 0 to 11
  int zstd = 3;    // 1 to 19
};

class Encoder {
 public:
  enum class Then : std::uint8_t { more, flush, finish };

  // One coding's own state.
  class Codec {
   public:
    virtual ~Codec() = default;
    // Takes all of `bytes`; adds what comes out to `out`.
    virtual Result<void> encode(ByteView bytes, Then then, std::string& out) = 0;
  };

  // `coding` is not identity. `bytes_expected`: of the whole body, as a hint.
  Encoder(Coding coding, const CodingLevels& levels, ByteCount bytes_expected);
  Encoder(Encoder&&) noexcept = default;
  Encoder& operator=(Encoder&&) noexcept = default;
  ~Encoder();

  // Takes all of `bytes`; nothing may follow `finish`.
  //   gives  what has come out, perhaps nothing; good until the next call
  //   fails  out_of_memory
  Result<ByteView> encode(ByteView bytes, Then then);

 private:
  std::unique_ptr<Codec> codec_;
  std::string out_;
};

}  // namespace gust::http
