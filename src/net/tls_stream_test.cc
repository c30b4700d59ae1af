#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <numeric>

#include "net/tls_world_test_internal.h"

namespace gust::net {
namespace {

using testing::HasSubstr;

std::string pattern(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

rt::Task<void> say(Stream& stream, ByteView text, std::size_t piece, Result<void>& outcome, Instant until) {
  std::vector<ByteView> pieces;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) pieces.push_back(text.substr(0, piece));
  outcome = co_await stream.write(pieces, until);
}

// Hears to the end, `pause` before each read; `end` says how that came: closed in order, or the failure.
rt::Task<void> hear(rt::Loop& loop, Stream& stream, Duration pause, std::string& heard, Errc& end) {
  std::string room(10'000, '\0');
  while (true) {
    if (pause > Duration::zero()) (void)co_await rt::sleep_until(loop.now() + pause);
    const auto got = co_await stream.read(room, never);
    end = got ? Errc::closed : got.error().code;
    if (!got || *got == 0) co_return;
    heard.append(room, 0, *got);
  }
}

struct Conversation {
  explicit Conversation(std::uint64_t seed = 1, TestViewer viewer = {}) : world(seed) {
    world.server->install(TlsWorld::book_of(world.site("DNS:a.example", "TLSv1")));
    EXPECT_TRUE(world.shake(viewer)) << world.world.report();
  }
  TlsWorld world;
  std::string heard;
  Errc end = Errc::bug;
};

TEST(TlsStream, BigBodiesArriveWholeAtASlowReader) {
  for (const int version : {TLS1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{300'000}}) {
      Conversation talk(piece, {.least = version, .most = version});
      const std::string body = pattern(500'000);
      Result<void> said;
      rt::Scope near(talk.world.near), far(talk.world.far);
      near.spawn(hear(talk.world.near, *talk.world.viewer, milliseconds(5), talk.heard, talk.end));
      far.spawn(say(*talk.world.accepted, body, piece, said, never));
      ASSERT_TRUE(talk.world.world.run_until([&] { return far.running() == 0; }));
      EXPECT_TRUE(said);
      talk.world.accepted->finish_writing();
      ASSERT_TRUE(talk.world.world.run_until([&] { return near.running() == 0; }));
      EXPECT_EQ(talk.end, Errc::closed);
      EXPECT_TRUE(talk.heard == body);
    }
  }
}

TEST(TlsStream, TheEndReachesTheViewerThoughTheStreamIsGone) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Conversation talk(seed);
    const std::string body = pattern(200'000);
    Result<void> said;
    rt::Scope near(talk.world.near), far(talk.world.far);
    near.spawn(hear(talk.world.near, *talk.world.viewer, milliseconds(3), talk.heard, talk.end));
    far.spawn(say(*talk.world.accepted, body, body.size(), said, never));
    ASSERT_TRUE(talk.world.world.run_until([&] { return far.running() == 0; }));
    talk.world.accepted.reset();
    ASSERT_TRUE(talk.world.world.run_until([&] { return near.running() == 0; }));
    EXPECT_EQ(talk.end, Errc::closed) << seed;
    EXPECT_TRUE(talk.heard == body);
  }
}

TEST(TlsStream, AnAbandonedWriteIsNoGoodEnd) {
  Conversation talk;
  const std::string body = pattern(1'000'000);
  Result<void> said;
  rt::Scope near(talk.world.near), far(talk.world.far);
  far.spawn(say(*talk.world.accepted, body, body.size(), said, talk.world.far.now() + seconds(1)));
  ASSERT_TRUE(talk.world.world.run_until([&] { return far.running() == 0; }));
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, Errc::timed_out);
  talk.world.accepted.reset();
  near.spawn(hear(talk.world.near, *talk.world.viewer, {}, talk.heard, talk.end));
  ASSERT_TRUE(talk.world.world.run_until([&] { return near.running() == 0; }));
  EXPECT_EQ(talk.end, Errc::reset);
}

TEST(TlsStream, HalfCloseLeavesTheOtherWayOpen) {
  Conversation talk;
  talk.world.viewer->finish_writing();
  Result<void> said;
  rt::Scope near(talk.world.near), far(talk.world.far);
  far.spawn(hear(talk.world.far, *talk.world.accepted, {}, talk.heard, talk.end));
  ASSERT_TRUE(talk.world.world.run_until([&] { return far.running() == 0; }));
  EXPECT_EQ(talk.end, Errc::closed);
  far.spawn(say(*talk.world.accepted, "answer", 6, said, never));
  near.spawn(hear(talk.world.near, *talk.world.viewer, {}, talk.heard, talk.end));
  ASSERT_TRUE(talk.world.world.run_until([&] { return far.running() == 0; }));
  talk.world.accepted->finish_writing();
  ASSERT_TRUE(talk.world.world.run_until([&] { return near.running() == 0; }));
  EXPECT_EQ(talk.heard, "answer");
  EXPECT_EQ(talk.end, Errc::closed);
}

TEST(TlsStream, Rfc8446Section61AnEndWithoutCloseNotifyIsTold) {
  Conversation talk;
  talk.world.viewer->channel().below().finish_writing();
  Result<void> said;
  rt::Scope near(talk.world.near), far(talk.world.far);
  far.spawn(hear(talk.world.far, *talk.world.accepted, {}, talk.heard, talk.end));
  ASSERT_TRUE(talk.world.world.run_until([&] { return far.running() == 0; }));
  EXPECT_EQ(talk.end, Errc::reset);
  // Some viewers close that half without a word and still want the answer.
  far.spawn(say(*talk.world.accepted, "answer", 6, said, never));
  ASSERT_TRUE(talk.world.world.run_until([&] { return far.running() == 0; }));
  EXPECT_TRUE(said);
}

TEST(TlsStream, AChangedRecordBreaksTheConnection) {
  Conversation talk;
  const std::string garbage("\x17\x03\x03\x00\x20" + std::string(32, 'x'));
  ByteView piece = garbage;
  rt::Scope far(talk.world.far);
  EXPECT_EQ(talk.world.viewer->channel().below().try_write({&piece, 1}).has_value(), true);
  far.spawn(hear(talk.world.far, *talk.world.accepted, {}, talk.heard, talk.end));
  talk.world.world.run_for(seconds(1));
  if (far.running() > 0) talk.world.viewer->reset();
  ASSERT_TRUE(talk.world.world.run_until([&] { return far.running() == 0; }));
  EXPECT_EQ(talk.end, Errc::reset);
  ByteView answer = "x";
  EXPECT_FALSE(talk.world.accepted->try_write({&answer, 1}));
}

TEST(TlsStream, WhatIsInsideIsReadableAtOnce) {
  Conversation talk;
  const std::string body = pattern(3000);
  Result<void> said;
  rt::Scope near(talk.world.near);
  near.spawn(say(*talk.world.viewer, body, body.size(), said, never));
  ASSERT_TRUE(talk.world.world.run_until([&] { return near.running() == 0; }));
  talk.world.world.run_for(seconds(1));
  Stream& stream = *talk.world.accepted;
  std::string heard;
  std::array<char, 100> room{};
  for (int i = 0; i < 100 && heard.size() < body.size(); ++i) {
    rt::ReadOperation ready = stream.readable(never, nullptr);
    // Late reads of the simulated world are parked: then try_read() has nothing either.
    if (!ready.await_ready()) {
      talk.world.world.run_for(milliseconds(1));
      continue;
    }
    EXPECT_TRUE(ready.await_resume());
    const auto got = stream.try_read(room);
    if (got) heard.append(room.data(), got->value());
  }
  EXPECT_TRUE(heard == body);
  rt::ReadOperation none = stream.readable(never, nullptr);
  EXPECT_FALSE(none.await_ready());
}

TEST(TlsStream, WhatWasNotTakenComesFirstNextTime) {
  Conversation talk(7);
  const std::string body = pattern(400'000);
  ByteView piece = body;
  std::size_t taken = 0;
  rt::Scope near(talk.world.near);
  near.spawn(hear(talk.world.near, *talk.world.viewer, {}, talk.heard, talk.end));
  for (int i = 0; i < 100'000 && taken < body.size(); ++i) {
    const auto more = talk.world.accepted->try_write({&piece, 1});
    ASSERT_TRUE(more);
    taken += *more;
    ASSERT_EQ(piece.size(), body.size() - taken);
    if (*more == 0) talk.world.world.run_for(std::chrono::microseconds(100));
  }
  ASSERT_EQ(taken, body.size());
  talk.world.accepted.reset();
  ASSERT_TRUE(talk.world.world.run_until([&] { return near.running() == 0; }));
  EXPECT_TRUE(talk.heard == body);
}

TEST(TlsStream, RenegotiationIsRefused) {
  Conversation talk(1, {.least = TLS1_2_VERSION, .most = TLS1_2_VERSION});
  rt::Scope near(talk.world.near), far(talk.world.far);
  far.spawn(hear(talk.world.far, *talk.world.accepted, {}, talk.heard, talk.end));
  ASSERT_EQ(SSL_renegotiate(talk.world.viewer->ssl()), 1);
  Result<void> shaken;
  const auto again = [](TlsStream& viewer, Result<void>& outcome, Instant until) -> rt::Task<void> {
    outcome = co_await viewer.shake_hands(until);
  };
  near.spawn(again(*talk.world.viewer, shaken, talk.world.near.now() + seconds(5)));
  ASSERT_TRUE(talk.world.world.run_until([&] { return near.running() == 0; }));
  ASSERT_FALSE(shaken);
  EXPECT_THAT(std::string(shaken.error().text), HasSubstr("no renegotiation"));
  talk.world.viewer->reset();
  ASSERT_TRUE(talk.world.world.run_until([&] { return far.running() == 0; }));
}

TEST(TlsStream, AKeyUpdateIsAnswered) {
  Conversation talk;
  ASSERT_EQ(SSL_key_update(talk.world.viewer->ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
  Result<void> said;
  rt::Scope near(talk.world.near), far(talk.world.far);
  near.spawn(say(*talk.world.viewer, "question", 8, said, never));
  far.spawn(hear(talk.world.far, *talk.world.accepted, {}, talk.heard, talk.end));
  ASSERT_TRUE(talk.world.world.run_until([&] { return talk.heard == "question"; }));
  std::string answer;
  Errc end = Errc::bug;
  Result<void> answered;
  near.spawn(hear(talk.world.near, *talk.world.viewer, {}, answer, end));
  rt::Scope writer(talk.world.far);
  writer.spawn(say(*talk.world.accepted, "answer", 6, answered, never));
  ASSERT_TRUE(talk.world.world.run_until([&] { return answer == "answer"; }));
  near.cancel();
  far.cancel();
  ASSERT_TRUE(talk.world.world.run_until([&] { return near.running() + far.running() + writer.running() == 0; }));
}

TEST(TlsStream, FirstRecordsFitIntoPacketsAndLaterOnesAreFull) {
  Conversation talk;
  const std::string body = pattern(200'000);
  Result<void> said;
  rt::Scope near(talk.world.near), far(talk.world.far);
  std::vector<std::size_t> records;  // content bytes of each record that came
  SSL_set_msg_callback(
      talk.world.viewer->ssl(), [](int writes, int, int type, const void* bytes, std::size_t, SSL*, void* into) {
        const auto* const header = static_cast<const unsigned char*>(bytes);
        if (writes != 0 || type != SSL3_RT_HEADER) return;
        static_cast<std::vector<std::size_t>*>(into)->push_back(std::size_t{header[3]} << 8 | header[4]);
      });
  SSL_set_msg_callback_arg(talk.world.viewer->ssl(), &records);
  talk.world.world.run_for(seconds(2));
  near.spawn(hear(talk.world.near, *talk.world.viewer, {}, talk.heard, talk.end));
  far.spawn(say(*talk.world.accepted, body, 500, said, never));
  ASSERT_TRUE(talk.world.world.run_until([&] { return talk.heard.size() == body.size(); }));
  near.cancel();
  ASSERT_TRUE(talk.world.world.run_until([&] { return near.running() + far.running() == 0; }));
  ASSERT_GT(records.size(), 12U);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_LE(records[i], 1400U);
  EXPECT_LT(records.size(), 26U);
  EXPECT_GT(records[12], 16'000U);
}

// --- Handshakes that come to nothing.

struct Refused {
  Error error;
  Duration took{};
};
Refused offer(std::string_view bytes, bool ends) {
  TlsWorld world;
  world.server->install(TlsWorld::book_of(world.site()));
  auto [near, far] = world.connect();
  Refused refused{};
  const auto accept = [](TlsWorld& self, std::unique_ptr<rt::Socket> socket, Refused& into) -> rt::Task<void> {
    const Instant began = self.far.now();
    const auto done = co_await self.server->accept(make_tcp_stream(std::move(socket)), began + seconds(10));
    EXPECT_FALSE(done);
    if (!done) into.error = done.error();
    into.took = self.far.now() - began;
  };
  const auto write = [](rt::Socket& socket, std::string_view text, bool finishes) -> rt::Task<void> {
    ByteView piece = text;
    while (!piece.empty()) {
      const auto taken = co_await socket.write({&piece, 1}, never);
      if (!taken) co_return;
      piece.remove_prefix(*taken);
    }
    if (finishes) socket.finish_writing();
  };
  rt::Scope scope(world.near), far_scope(world.far);
  far_scope.spawn(accept(world, std::move(far), refused));
  scope.spawn(write(*near, bytes, ends));
  EXPECT_TRUE(world.world.run_until([&] { return scope.running() + far_scope.running() == 0; }));
  EXPECT_EQ(world.server->counts().failed, 1U);
  return refused;
}

// A ClientHello of OpenSSL's own.
std::string client_hello() {
  TlsWorld world;
  const Owned<SSL> ssl = world.make_ssl({});
  BIO* const out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
  SSL_do_handshake(ssl.get());
  return text_of(out);
}

TEST(TlsStream, GarbageInThePlaceOfAClientHelloIsRefused) {
  EXPECT_EQ(offer("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", false).error.code, Errc::reset);
  EXPECT_EQ(offer(std::string(100, '\xff'), false).error.code, Errc::reset);
  std::string hello = client_hello();
  hello[9] = '\x7f';  // the length of the handshake message
  EXPECT_EQ(offer(hello, true).error.code, Errc::reset);
}

TEST(TlsStream, ATruncatedClientHelloEndsWithTheConnectionOrItsDeadline) {
  const std::string hello = client_hello();
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{3}, std::size_t{5}, std::size_t{60}, hello.size() - 1}) {
    const Refused ended = offer(hello.substr(0, bytes), true);
    EXPECT_EQ(ended.error.code, Errc::reset) << bytes;
    EXPECT_LT(ended.took, seconds(1));
    const Refused silent = offer(hello.substr(0, bytes), false);
    EXPECT_EQ(silent.error.code, Errc::timed_out) << bytes;
    EXPECT_GE(silent.took, seconds(10));
    EXPECT_LT(silent.took, seconds(11));
  }
}

// --- Memory.

TEST(TlsStream, AnIdleConnectionIsSmall) {
  TlsWorld world;
  world.server->install(TlsWorld::book_of(world.site()));
  ASSERT_TRUE(world.shake({}));  // what is made once
  std::vector<std::unique_ptr<Stream>> kept;
  std::vector<std::unique_ptr<TlsStream>> viewers;
  constexpr std::size_t count = 50;
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_TRUE(world.shake({}));
    kept.push_back(std::move(world.accepted));
    viewers.push_back(std::move(world.viewer));
  }
  const std::size_t before = mallinfo2().uordblks;
  kept.clear();
  // The simulated socket is among it.
  EXPECT_LT((before - mallinfo2().uordblks) / count, std::size_t{24 * 1024});
}

}  // namespace
}  // namespace gust::net
