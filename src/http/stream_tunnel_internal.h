// StreamTunnel: the Tunnel of an HTTP/1.1 connection: what was read behind the head, then the Stream.
#pragma once

#include "http/input_internal.h"
#include "http/tunnel.h"

namespace gust::net {
class Stream;
}

namespace gust::http {

class StreamTunnel final : public Tunnel {
 public:
  // The counts grow by what passes the stream.
  StreamTunnel(net::Stream& stream, Input& input, ByteCount& received, ByteCount& sent)
      : stream_(stream), input_(input), received_(received), sent_(sent) {}

  rt::Task<Result<std::size_t>> read(MutableBytes into, Instant deadline) override;
  rt::Task<Result<void>> write(ByteView bytes, Instant deadline) override;
  void finish_writing() override;

 private:
  net::Stream& stream_;
  Input& input_;
  ByteCount& received_;
  ByteCount& sent_;
};

}  // namespace gust::http
