// DESIGN decision 3: a hit allocates nothing. Counts calls of operator new of this thread.
#include <gtest/gtest.h>

#include <array>

#include "http/connection_test_internal.h"
#include "http/http2_connection_test_internal.h"

#if !__has_feature(thread_sanitizer)  // its runtime brings operator new itself

#include "base/counted_allocations_test_internal.h"

namespace gust::http {
namespace {

constexpr std::size_t requests = 50;

// A viewer that sends one request a read and takes every answer at once.
class InstantSocket : public rt::Socket {
 public:
  void finish_writing() override {}
  void reset() override {}
  rt::Endpoint local() const override { return {}; }
  rt::Endpoint peer() const override { return {}; }

 private:
  virtual ByteView next([[maybe_unused]] std::size_t number) {
    return "GET /image.jpg HTTP/1.1\r\nHost: d111111abcdef8.localhost\r\nUser-Agent: test\r\nAccept: image/avif,*/*\r\n"
           "Accept-Encoding: gzip, br\r\nX-Own: 1\r\nCookie: a=b; c=d\r\n\r\n";
  }
  bool try_read(rt::ReadOperation& operation) override {
    const MutableBytes into = operation.into();
    if (into.empty()) {
      operation.set_outcome(std::size_t{0});
      return true;
    }
    operation.set_outcome(reads_ == requests ? 0 : next(reads_).copy(into.data(), into.size()));
    ++reads_;
    return true;
  }
  bool try_write(rt::WriteOperation& operation) override {
    std::size_t bytes = 0;
    for (const ByteView piece : operation.pieces()) bytes += piece.size();
    operation.set_outcome(bytes);
    return true;
  }
  void park_read(rt::ReadOperation&) override {}
  void park_write(rt::WriteOperation&) override {}
  void withdraw_read(rt::ReadOperation&, Errc) override {}
  void withdraw_write(rt::WriteOperation&, Errc) override {}

  std::size_t reads_ = 0;
};

// Answers as a hit does: a head of views, and slices of memory that is there.
class HitHandler final : public Handler {
 public:
  rt::Task<void> handle(Exchange& exchange) override {
    if (++exchanges_ == 20) before_ = allocations;  // warm, the loop too
    set_fields(head_.fields);
    EXPECT_TRUE(co_await exchange.respond(head_, body_));
    if (exchanges_ == requests) after_ = allocations;
  }
  std::size_t allocated() const { return after_ - before_; }
  std::size_t exchanges() const { return exchanges_; }

 private:
  static void set_fields(Fields& fields) {
    fields.clear();
    fields.add(Name::content_type, "image/jpeg");
    fields.add(Name::etag, "\"a\"");
    fields.add(Name::x_cache, "Hit from cloudfront");
  }
  ResponseHead head_;
  std::array<Slice, 3> body_{Slice::copy_of("a"), Slice::copy_of("b"), Slice::copy_of("c")};
  std::size_t exchanges_ = 0;
  std::size_t before_ = 0;
  std::size_t after_ = 0;
};

TEST(ServerConnection, AWarmConnectionAnswersFromMemoryWithoutAllocating) {
  rt::sim::World world(1);
  rt::Loop& loop = world.add_host("edge", "10.0.0.1");
  HitHandler handler;
  const ServerLimits limits;
  ServerConnection connection(net::make_tcp_stream(std::make_unique<InstantSocket>()), Scheme::http, handler, limits);
  EXPECT_TRUE(world.run(loop, connection.serve()));
  EXPECT_EQ(handler.exchanges(), requests);
  EXPECT_EQ(handler.allocated(), 0U);
}

// The same over HTTP/2.
class InstantHttp2Socket final : public InstantSocket {
 public:
  InstantHttp2Socket() {
    for (std::uint32_t i = 0; i < requests; ++i) {
      reads_[i] = (i == 0 ? hello() : std::string()) +
                  get(2 * i + 1, "/image.jpg", {{"user-agent", "test"}, {"cookie", "a=b"}, {"cookie", "c=d"}});
    }
  }

 private:
  ByteView next(std::size_t number) override { return reads_[number]; }
  std::array<std::string, requests> reads_;
};

TEST(Http2Connection, AWarmConnectionAnswersFromMemoryWithoutAllocating) {
  rt::sim::World world(1);
  rt::Loop& loop = world.add_host("edge", "10.0.0.1");
  HitHandler handler;
  const ServerLimits limits;
  Http2Connection connection(net::make_tcp_stream(std::make_unique<InstantHttp2Socket>()), Scheme::http, handler,
                             limits);
  EXPECT_TRUE(world.run(loop, connection.serve()));
  EXPECT_EQ(handler.exchanges(), requests);
  EXPECT_EQ(handler.allocated(), 0U);
}

}  // namespace
}  // namespace gust::http

#endif
