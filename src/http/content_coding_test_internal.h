// For tests: undoes the content codings, by the libraries' own decoders.
#pragma once

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <optional>
#include <string>

#include "http/content_coding.h"

namespace gust::http {

// What of a coded body can be decoded so far, and whether that is all of it. Nothing where it is out of form.
struct Decoded {
  std::string content;
  bool is_whole = false;
};

inline std::optional<Decoded> decode_gzip(ByteView coded) {
  Decoded result;
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(coded.size());
  int status = Z_OK;
  char room[16384];
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(room);
    stream.avail_out = sizeof room;
    status = inflate(&stream, Z_SYNC_FLUSH);
    result.content.append(room, sizeof room - stream.avail_out);
  }
  result.is_whole = status == Z_STREAM_END && stream.avail_in == 0;
  const bool is_good = result.is_whole || status == Z_BUF_ERROR;
  inflateEnd(&stream);
  return is_good ? std::optional(std::move(result)) : std::nullopt;
}

inline std::optional<Decoded> decode_brotli(ByteView coded) {
  Decoded result;
  BrotliDecoderState* state = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
  const auto* in = reinterpret_cast<const std::uint8_t*>(coded.data());
  std::size_t left = coded.size();
  BrotliDecoderResult status = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
  char room[16384];
  while (status == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
    auto* at = reinterpret_cast<std::uint8_t*>(room);
    std::size_t room_left = sizeof room;
    status = BrotliDecoderDecompressStream(state, &left, &in, &room_left, &at, nullptr);
    result.content.append(room, sizeof room - room_left);
  }
  BrotliDecoderDestroyInstance(state);
  result.is_whole = status == BROTLI_DECODER_RESULT_SUCCESS && left == 0;
  return status == BROTLI_DECODER_RESULT_ERROR ? std::nullopt : std::optional(std::move(result));
}

inline std::optional<Decoded> decode_zstd(ByteView coded) {
  Decoded result;
  ZSTD_DCtx* context = ZSTD_createDCtx();
  ZSTD_inBuffer in{coded.data(), coded.size(), 0};
  char room[16384];
  std::size_t status = 1;
  bool is_full = true;
  while (ZSTD_isError(status) == 0 && (in.pos < in.size || is_full)) {
    ZSTD_outBuffer out{room, sizeof room, 0};
    status = ZSTD_decompressStream(context, &out, &in);
    result.content.append(room, out.pos);
    is_full = out.pos == out.size;
    if (status == 0) break;
  }
  ZSTD_freeDCtx(context);
  result.is_whole = status == 0 && in.pos == in.size;
  return ZSTD_isError(status) != 0 ? std::nullopt : std::optional(std::move(result));
}

inline std::optional<Decoded> decode(Coding coding, ByteView coded) {
  switch (coding) {
    case Coding::gzip:
      return decode_gzip(coded);
    case Coding::brotli:
      return decode_brotli(coded);
    case Coding::zstd:
      return decode_zstd(coded);
    case Coding::identity:
      break;
  }
  return Decoded{.content = std::string(coded), .is_whole = true};
}

}  // namespace gust::http
