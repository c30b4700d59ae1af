#include "http/content_coding.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "base/check.h"

namespace gust::http {
namespace {

using Then = Encoder::Then;

constexpr std::size_t step_bytes = 16 * 1024;

// Windows: more would cost memory for each body under way and gains little on bodies of at most 10 MB.
constexpr int gzip_window_bits = 15 + 16;  // 16: with gzip's own head and checksum
constexpr int gzip_memory_level = 8;
constexpr int brotli_window_bits = 18;
constexpr int zstd_window_bits = 19;

std::unexpected<Error> no_memory() { return fail(Errc::out_of_memory, "no memory for a content coding"); }

// Room for one more step at the end of `out`, and its size before.
std::size_t make_room(std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + step_bytes);
  return before;
}

class Gzip final : public Encoder::Codec {
 public:
  explicit Gzip(int level) {
    is_ready_ =
        deflateInit2(&stream_, level, Z_DEFLATED, gzip_window_bits, gzip_memory_level, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  ~Gzip() override {
    if (is_ready_) deflateEnd(&stream_);
  }

  Result<void> encode(ByteView bytes, Then then, std::string& out) override {
    if (!is_ready_) return no_memory();
    const int flush = then == Then::more ? Z_NO_FLUSH : then == Then::flush ? Z_SYNC_FLUSH : Z_FINISH;
    // zlib does not write through its input.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // NOLINT
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      const std::size_t before = make_room(out);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      stream_.avail_out = step_bytes;
      deflate(&stream_, flush);
      out.resize(out.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return {};
  }

 private:
  z_stream stream_{};
  bool is_ready_ = false;
};

class Brotli final : public Encoder::Codec {
 public:
  Brotli(int level, ByteCount bytes_expected) : state_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (state_ == nullptr) return;
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, static_cast<std::uint32_t>(level));
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_LGWIN, brotli_window_bits);
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_SIZE_HINT,
                              static_cast<std::uint32_t>(std::min<ByteCount>(bytes_expected, 1_GiB)));
  }
  Brotli(const Brotli&) = delete;
  Brotli& operator=(const Brotli&) = delete;
  ~Brotli() override { BrotliEncoderDestroyInstance(state_); }

  Result<void> encode(ByteView bytes, Then then, std::string& out) override {
    if (state_ == nullptr) return no_memory();
    const BrotliEncoderOperation operation = then == Then::more    ? BROTLI_OPERATION_PROCESS
                                             : then == Then::flush ? BROTLI_OPERATION_FLUSH
                                                                   : BROTLI_OPERATION_FINISH;
    const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t in_left = bytes.size();
    do {
      const std::size_t before = make_room(out);
      auto* at = reinterpret_cast<std::uint8_t*>(out.data() + before);
      std::size_t room_left = step_bytes;
      const bool done = BrotliEncoderCompressStream(state_, operation, &in_left, &in, &room_left, &at, nullptr) != 0;
      out.resize(out.size() - room_left);
      if (!done) return no_memory();
    } while (in_left > 0 || BrotliEncoderHasMoreOutput(state_) != 0);
    return {};
  }

 private:
  BrotliEncoderState* state_;
};

class Zstd final : public Encoder::Codec {
 public:
  explicit Zstd(int level) : context_(ZSTD_createCCtx()) {
    if (context_ == nullptr) return;
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_windowLog, zstd_window_bits);
  }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;
  ~Zstd() override { ZSTD_freeCCtx(context_); }

  Result<void> encode(ByteView bytes, Then then, std::string& out) override {
    if (context_ == nullptr) return no_memory();
    const ZSTD_EndDirective end = then == Then::more    ? ZSTD_e_continue
                                  : then == Then::flush ? ZSTD_e_flush
                                                        : ZSTD_e_end;
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (true) {
      const std::size_t before = make_room(out);
      ZSTD_outBuffer into{out.data() + before, step_bytes, 0};
      const std::size_t left = ZSTD_compressStream2(context_, &into, &in, end);
      out.resize(before + into.pos);
      if (ZSTD_isError(left) != 0) return no_memory();
      if (then == Then::more ? in.pos == in.size : left == 0) return {};
    }
  }

 private:
  ZSTD_CCtx* context_;
};

std::unique_ptr<Encoder::Codec> make_codec(Coding coding, const CodingLevels& levels, ByteCount bytes_expected) {
  switch (coding) {
    case Coding::gzip:
      return std::make_unique<Gzip>(levels.gzip);
    case Coding::brotli:
      return std::make_unique<Brotli>(levels.brotli, bytes_expected);
    case Coding::zstd:
      return std::make_unique<Zstd>(levels.zstd);
    case Coding::identity:
      break;
  }
  CHECK(false);  // the caller's choice, never a peer's
  return nullptr;
}

}  // namespace

ByteView token_of(Coding coding) {
  switch (coding) {
    case Coding::gzip:
      return "gzip";
    case Coding::brotli:
      return "br";
    case Coding::zstd:
      return "zstd";
    case Coding::identity:
      break;
  }
  return "identity";
}

Encoder::Encoder(Coding coding, const CodingLevels& levels, ByteCount bytes_expected)
    : codec_(make_codec(coding, levels, bytes_expected)) {}

Encoder::~Encoder() = default;

Result<ByteView> Encoder::encode(ByteView bytes, Then then) {
  out_.clear();
  TRY_OK(codec_->encode(bytes, then, out_));
  return ByteView(out_);
}

}  // namespace gust::http
