#include "net/proxy_protocol.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "rt/loop.h"
#include "rt/network.h"
#include "rt/scope.h"
#include "rt/sim_world.h"

namespace gust::net {
namespace {

std::string ends_of(ByteView in) {
  const auto header = read_proxy_header(in);
  if (!header) return std::string(name_of(header.error().code));
  if (header->bytes == 0) return "more";
  if (!header->tells_ends) return "own";
  return rt::endpoint_text(header->source) + " " + rt::endpoint_text(header->destination);
}

// A header of version 2.
std::string binary(char command, char family, const std::string& rest) {
  std::string text("\r\n\r\n\0\r\nQUIT\n", 12);
  text += command;
  text += family;
  text += static_cast<char>(rest.size() >> 8);
  text += static_cast<char>(rest.size());
  return text + rest;
}
const std::string v4_ends("\xC0\0\2\1\xC0\0\2\2\x03\xE8\x01\xBB", 12);

TEST(ProxyProtocol, Section21ALineTellsTheEnds) {
  EXPECT_EQ(ends_of("PROXY TCP4 192.0.2.1 192.0.2.2 1000 443\r\nGET"), "192.0.2.1:1000 192.0.2.2:443");
  EXPECT_EQ(ends_of("PROXY TCP6 2001:db8::1 ::1 65535 0\r\n"), "[2001:db8::1]:65535 [::1]:0");
  EXPECT_EQ(ends_of("PROXY UNKNOWN\r\n"), "own");
  EXPECT_EQ(ends_of("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"), "own");
  EXPECT_EQ(read_proxy_header("PROXY UNKNOWN\r\nrest")->bytes, 15U);
}

TEST(ProxyProtocol, Section21ALineThatIsNotAsItShouldBeIsRefused) {
  for (const char* line :
       {"PROXY TCP4 192.0.2.1 192.0.2.2 1000\r\n", "PROXY TCP4 192.0.2.1  192.0.2.2 1000 443\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1000 443 \r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 01000 443\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 65536 443\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 -1 443\r\n",
        "PROXY TCP4 2001:db8::1 ::1 1 2\r\n", "PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n",
        "PROXY TCP6 [::1] [::1] 1 2\r\n", "PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n", "PROXY UNKNOWNX\r\n", "PROXY \r\n",
        "GET / HTTP/1.1\r\n", "proxy TCP4 192.0.2.1 192.0.2.2 1000 443\r\n", "\x16\x03\x01", "\n"}) {
    EXPECT_EQ(ends_of(line), "bad_syntax") << line;
  }
  EXPECT_EQ(ends_of("PROXY UDP4 192.0.2.1 192.0.2.2 1000 443\r\n"), "unsupported");
  EXPECT_EQ(ends_of("PROXY UNKNOWN " + std::string(93, 'x')), "would_exceed_limit");
  EXPECT_EQ(ends_of("PROXY UNKNOWN " + std::string(90, 'x') + "\r\n"), "own");
}

TEST(ProxyProtocol, AFrontOfAHeaderWaitsForMore) {
  const std::string line = "PROXY TCP4 192.0.2.1 192.0.2.2 1000 443\r\n", header = binary(0x21, 0x11, v4_ends);
  for (std::size_t i = 0; i < line.size(); ++i) EXPECT_EQ(ends_of(line.substr(0, i)), "more") << i;
  for (std::size_t i = 0; i < header.size(); ++i) EXPECT_EQ(ends_of(header.substr(0, i)), "more") << i;
}

TEST(ProxyProtocol, Section22ABinaryHeaderTellsTheEnds) {
  EXPECT_EQ(ends_of(binary(0x21, 0x11, v4_ends)), "192.0.2.1:1000 192.0.2.2:443");
  const std::string v6 = std::string(15, '\0') + "\1" + std::string(15, '\0') + "\2" + std::string("\0\1\0\2", 4);
  EXPECT_EQ(ends_of(binary(0x21, 0x21, v6)), "[::1]:1 [::2]:2");
  EXPECT_EQ(ends_of(binary(0x21, 0x11, v4_ends + std::string("\x04\0\2xx", 5))), "192.0.2.1:1000 192.0.2.2:443");
  EXPECT_EQ(ends_of(binary(0x20, 0x00, "")), "own");
  EXPECT_EQ(ends_of(binary(0x20, 0x11, v4_ends)), "own") << "LOCAL: a health check of the proxy";
  EXPECT_EQ(ends_of(binary(0x21, 0x00, "whatever")), "own");
}

TEST(ProxyProtocol, Section22ABinaryHeaderThatIsNotAsItShouldBeIsRefused) {
  EXPECT_EQ(ends_of(binary(0x11, 0x11, v4_ends)), "bad_syntax");
  EXPECT_EQ(ends_of(binary(0x22, 0x11, v4_ends)), "bad_syntax");
  EXPECT_EQ(ends_of(binary(0x21, 0x12, v4_ends)), "unsupported");
  EXPECT_EQ(ends_of(binary(0x21, 0x31, std::string(216, 'x'))), "unsupported");
  EXPECT_EQ(ends_of(binary(0x21, 0x11, v4_ends.substr(1))), "bad_syntax");
  EXPECT_EQ(ends_of(binary(0x21, 0x11, v4_ends + "\x04")), "bad_syntax");
  EXPECT_EQ(ends_of(binary(0x21, 0x11, v4_ends + std::string("\x04\0\3xx", 5))), "bad_syntax");
  EXPECT_EQ(ends_of(binary(0x21, 0x11, v4_ends + std::string(5000, 'x'))), "would_exceed_limit");
}

TEST(ProxyProtocol, Section22AChecksumIsChecked) {
  std::string header = binary(0x21, 0x11, v4_ends + std::string("\x03\0\4\0\0\0\0", 7));
  const std::string checksum = digest_of(DigestKind::crc32c, header);
  EXPECT_EQ(ends_of(header), "corrupt");
  header.replace(header.size() - 4, 4, checksum);
  EXPECT_EQ(ends_of(header), "192.0.2.1:1000 192.0.2.2:443");
  header[16] ^= 1;
  EXPECT_EQ(ends_of(header), "corrupt");
}

struct Accepted {
  std::string peer, local, heard;
  Errc error = Errc::bug;
};

rt::Task<void> accept(rt::Loop& loop, std::unique_ptr<rt::Listener>& listener, Accepted& into) {
  auto socket = co_await listener->accept(never);
  auto stream = co_await accept_proxied(make_tcp_stream(std::move(*socket)), loop.now() + std::chrono::seconds(10));
  if (!stream) into.error = stream.error().code;
  if (!stream) co_return;
  into.peer = rt::endpoint_text((*stream)->peer());
  into.local = rt::endpoint_text((*stream)->local());
  std::array<char, 3> room{};
  while (true) {
    if (!co_await (*stream)->readable(never, nullptr)) co_return;
    const auto got = (*stream)->try_read(room);
    if (!got) continue;
    if (!*got || **got == 0) co_return;
    into.heard.append(room.data(), **got);
  }
}
rt::Task<void> say(rt::Loop& loop, std::string text, bool ends, Duration stays) {
  auto socket = co_await loop.network().connect(*rt::read_address("10.0.0.2", 80), never);
  ByteView piece = text;
  while (!piece.empty()) {
    const auto taken = co_await (*socket)->write({&piece, 1}, never);
    if (!taken) co_return;
    piece.remove_prefix(*taken);
  }
  if (ends) (*socket)->finish_writing();
  (void)co_await rt::sleep_until(loop.now() + stays);
}
Accepted offer(const std::string& text, bool ends, std::uint64_t seed = 1) {
  rt::sim::World world(seed);
  rt::Loop& near = world.add_host("near", "10.0.0.1");
  rt::Loop& far = world.add_host("far", "10.0.0.2");
  auto listener = *far.network().listen(*rt::read_address("10.0.0.2", 80), {});
  Accepted accepted;
  rt::Scope scope(near), far_scope(far);
  far_scope.spawn(accept(far, listener, accepted));
  scope.spawn(say(near, text, ends, std::chrono::seconds(20)));
  EXPECT_TRUE(world.run_until([&] { return scope.running() + far_scope.running() == 0; })) << world.report();
  return accepted;
}

TEST(ProxyProtocol, WhatFollowsTheHeaderIsNotLostHoweverItArrives) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Accepted got = offer("PROXY TCP4 192.0.2.1 192.0.2.2 1000 443\r\nGET / HTTP/1.1\r\n", true, seed);
    EXPECT_EQ(got.peer, "192.0.2.1:1000");
    EXPECT_EQ(got.local, "192.0.2.2:443");
    EXPECT_EQ(got.heard, "GET / HTTP/1.1\r\n");
  }
}

TEST(ProxyProtocol, AProxysOwnConnectionKeepsItsEnds) {
  const Accepted got = offer("PROXY UNKNOWN\r\nx", true);
  EXPECT_TRUE(got.peer.starts_with("10.0.0.1:"));
  EXPECT_EQ(got.local, "10.0.0.2:80");
  EXPECT_EQ(got.heard, "x");
}

TEST(ProxyProtocol, WithoutAHeaderTheConnectionIsRefusedOrItsTimeIsUp) {
  EXPECT_EQ(offer("GET / HTTP/1.1\r\n\r\n", false).error, Errc::bad_syntax);
  EXPECT_EQ(offer("PROXY TCP4", true).error, Errc::closed);
  EXPECT_EQ(offer("PROXY TCP4", false).error, Errc::timed_out);
}

}  // namespace
}  // namespace gust::net
