// Any bytes, cut anywhere: the payload never exceeds the decoded length, and a completed body has exactly that.
#include <cstdint>
#include <cstdlib>

#include "aws/aws_chunked.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gust::aws::AwsChunkedDecoder;
  if (size < 3) return 0;
  AwsChunkedDecoder::Options options;
  options.mode = data[0] % 3 == 0   ? gust::aws::PayloadMode::unsigned_chunks_trailer
                 : data[0] % 3 == 1 ? gust::aws::PayloadMode::signed_chunks
                                    : gust::aws::PayloadMode::signed_chunks_trailer;
  options.decoded_length = data[1];
  if (options.mode != gust::aws::PayloadMode::signed_chunks && data[0] > 127) {
    options.announced_trailers = "x-amz-checksum-crc32";
  }
  auto decoder = AwsChunkedDecoder::make(options);
  if (!decoder) return 0;
  const std::size_t piece = data[2] + 1U;
  gust::ByteView left(reinterpret_cast<const char*>(data) + 3, size - 3);
  gust::ByteCount payload = 0;
  while (!left.empty()) {
    const auto step = decoder->feed(left.substr(0, piece));
    if (!step) return 0;
    if (step->taken == 0 || step->taken > piece || step->payload.size() > step->taken) std::abort();
    payload += step->payload.size();
    if (payload > options.decoded_length) std::abort();
    left.remove_prefix(step->taken);
  }
  if (decoder->finish() && payload != options.decoded_length) std::abort();
  return 0;
}
