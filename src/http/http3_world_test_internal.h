// Two simulated hosts, an Http3Server on one and QUIC clients on the other that write HTTP/3 by hand, so that a test
// can break each of its rules.
#pragma once

#include <gtest/gtest.h>
#include <nghttp3/nghttp3.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/exchange.h"
#include "http/http3_limits.h"
#include "http/http3_server.h"
#include "http/server_connection.h"
#include "net/certificate.h"
#include "net/certificate_test_internal.h"
#include "net/quic_client_test_internal.h"
#include "net/quic_keys.h"
#include "net/quic_limits.h"
#include "net/tls_book.h"
#include "rt/sim_world.h"

namespace gust::http {

using std::chrono::milliseconds;
using std::chrono::seconds;
using List = std::vector<std::pair<std::string, std::string>>;

// --- HTTP/3 by hand.

inline std::string varint(std::uint64_t value) {
  if (value < 64) return std::string(1, static_cast<char>(value));
  if (value < 16384) return {static_cast<char>(0x40 | (value >> 8)), static_cast<char>(value)};
  std::string text(4, '\0');
  for (int i = 0; i < 4; ++i) text[static_cast<std::size_t>(3 - i)] = static_cast<char>(value >> (8 * i));
  text[0] = static_cast<char>(text[0] | '\x80');
  return text;
}

inline std::string frame(std::uint64_t type, std::string_view payload) {
  return varint(type).append(varint(payload.size())).append(payload);
}
inline std::string data_frame(std::string_view content) { return frame(0x0, content); }

// RFC 7541 section 5.1, as RFC 9204 section 4.1.1 has it.
inline std::string prefixed(std::uint8_t first, unsigned bits, std::size_t value) {
  const std::size_t most = (1U << bits) - 1;
  if (value < most) return std::string(1, static_cast<char>(first | value));
  std::string text(1, static_cast<char>(first | most));
  for (value -= most; value >= 128; value >>= 7) text += static_cast<char>(0x80 | (value & 0x7f));
  return text + static_cast<char>(value);
}

// RFC 9204 section 4.5: literal names and values, without the dynamic table.
inline std::string head_frame(const List& fields) {
  std::string section("\0\0", 2);
  for (const auto& [name, value] : fields) {
    section += prefixed(0x20, 3, name.size()) + name + prefixed(0, 7, value.size()) + value;
  }
  return frame(0x1, section);
}

inline List get(std::string path = "/") {
  return {{":method", "GET"}, {":scheme", "https"}, {":path", std::move(path)}, {":authority", "localhost"}};
}
inline List post(std::string path = "/") {
  List fields = get(std::move(path));
  fields[0].second = "POST";
  return fields;
}
inline List with(List fields, std::string name, std::string value) {
  fields.emplace_back(std::move(name), std::move(value));
  return fields;
}

// What a request stream brought.
struct Answer {
  std::vector<List> heads;  // interim ones, the final one, trailers
  std::string content;
  std::string status() const { return heads.empty() ? "" : heads.back().at(0).second; }
  std::string field(std::string_view name) const {
    for (const List& head : heads) {
      for (const auto& [its_name, value] : head) {
        if (its_name == name) return value;
      }
    }
    return "";
  }
};

inline List read_section(std::string_view bytes) {
  nghttp3_qpack_decoder* decoder = nullptr;
  nghttp3_qpack_stream_context* context = nullptr;
  nghttp3_qpack_decoder_new(&decoder, 0, 0, nghttp3_mem_default());
  nghttp3_qpack_stream_context_new(&context, 0, nghttp3_mem_default());
  List fields;
  while (true) {
    nghttp3_qpack_nv field{};
    std::uint8_t flags = 0;
    const auto taken = nghttp3_qpack_decoder_read_request(
        decoder, context, &field, &flags, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), 1);
    if (taken < 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(taken));
    if (flags & NGHTTP3_QPACK_DECODE_FLAG_EMIT) {
      const auto text = [](nghttp3_rcbuf* buffer) {
        const nghttp3_vec view = nghttp3_rcbuf_get_buf(buffer);
        std::string copy(reinterpret_cast<const char*>(view.base), view.len);
        nghttp3_rcbuf_decref(buffer);
        return copy;
      };
      std::string name = text(field.name);
      fields.emplace_back(std::move(name), text(field.value));
    }
    if (flags & NGHTTP3_QPACK_DECODE_FLAG_FINAL) break;
  }
  nghttp3_qpack_stream_context_del(context);
  nghttp3_qpack_decoder_del(decoder);
  return fields;
}

inline std::uint64_t take_varint(std::string_view& bytes) {
  const std::size_t size = std::size_t{1} << (static_cast<unsigned char>(bytes[0]) >> 6);
  std::uint64_t value = static_cast<unsigned char>(bytes[0]) & 0x3f;
  for (std::size_t i = 1; i < size; ++i) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  bytes.remove_prefix(size);
  return value;
}

// As far as whole frames have come.
inline Answer read_answer(std::string_view bytes) {
  Answer answer;
  while (bytes.size() > 8 || (bytes.size() >= 2 && static_cast<unsigned char>(bytes[1]) < 64)) {
    const std::uint64_t type = take_varint(bytes);
    const auto size = static_cast<std::size_t>(take_varint(bytes));
    if (type == 0x0) answer.content += bytes.substr(0, size);
    if (size > bytes.size()) break;
    if (type == 0x1) answer.heads.push_back(read_section(bytes.substr(0, size)));
    bytes.remove_prefix(size);
  }
  return answer;
}

// --- The other side.

inline rt::Task<void> answer_plainly(Exchange& exchange) {
  ResponseHead head;
  head.fields.add("Content-Type", "text/plain");
  (void)co_await exchange.respond_text(head, "hello");
}

// What the tests' handler does; each may be replaced.
struct Http3Handler final : Handler {
  std::function<rt::Task<void>(Exchange&)> answer = answer_plainly;
  std::vector<std::string> refusals;
  int handled = 0;

  rt::Task<void> handle(Exchange& exchange) override {
    ++handled;
    return answer(exchange);
  }
  void refused(const Refusal& refusal, ResponseHead&, std::string&) override {
    refusals.emplace_back(name_of(refusal.error.code));
  }
};

inline std::shared_ptr<const net::TlsBook> test_book() {
  static const net::TestCertificate certificate = net::make_test_certificate({.names = {"DNS:localhost"}});
  net::TlsSite site;
  site.id = "site";
  site.certificates = {*net::read_certificate(certificate.pem, certificate.key_pem)};
  site.offers_http3 = true;
  auto book = std::make_shared<net::TlsBook>();
  book->add("localhost", std::make_shared<const net::TlsSite>(std::move(site)));
  return book;
}

struct Http3World {
  explicit Http3World(std::uint64_t seed = 1, const rt::sim::LinkOptions& links = {})
      : world(seed, {.links = links}),
        client_loop(world.add_host("client", "10.0.0.1")),
        server_loop(world.add_host("server", "10.0.0.2")),
        server(Http3Parts{.loop = server_loop,
                          .handler = handler,
                          .limits = limits,
                          .http3_limits = http3_limits,
                          .quic_limits = quic_limits},
               net::QuicKeys::make(server_loop)) {
    CHECK(server.listen(address(), false));
    server.install(test_book());
    server.start();
  }
  ~Http3World() {
    for (const auto& client : clients) world.run(client_loop, client->stop());
    if (!is_drained) drain(world.now());
  }
  static rt::Endpoint address() { return *rt::read_address("10.0.0.2", 443); }
  void drain(Instant deadline) {
    is_drained = true;
    world.run(server_loop, server.drain(deadline));
  }
  // A viewer whose handshake is done.
  net::QuicTestClient& connect(net::QuicTestOptions options = {}) {
    clients.push_back(std::make_unique<net::QuicTestClient>(client_loop, address(), std::move(options)));
    net::QuicTestClient& client = *clients.back();
    client.start();
    world.run_until([&] { return client.is_confirmed || client.is_over(); }, seconds(60));
    return client;
  }
  // And its control stream with SETTINGS.
  net::QuicTestClient& viewer(net::QuicTestOptions options = {}) {
    net::QuicTestClient& client = connect(std::move(options));
    client.say(client.open(true), std::string("\0", 1) + frame(0x4, ""));
    return client;
  }
  std::int64_t ask(net::QuicTestClient& client, std::string_view bytes, bool is_last = true) {
    const std::int64_t stream = client.open();
    EXPECT_GE(stream, 0);
    client.say(stream, bytes, is_last);
    return stream;
  }
  Answer wait_for(net::QuicTestClient& client, std::int64_t stream, Duration limit = seconds(60)) {
    world.run_until(
        [&] {
          const auto& its = client.streams[stream];
          return its.has_ended || its.reset_code || client.is_over();
        },
        limit);
    return read_answer(client.streams[stream].received);
  }
  Answer answer_to(net::QuicTestClient& client, std::string_view bytes) { return wait_for(client, ask(client, bytes)); }

  rt::sim::World world;
  ServerLimits limits;
  Http3Limits http3_limits;
  net::QuicLimits quic_limits;
  Http3Handler handler;
  rt::Loop& client_loop;
  rt::Loop& server_loop;
  Http3Server server;
  bool is_drained = false;
  std::vector<std::unique_ptr<net::QuicTestClient>> clients;
};

}  // namespace gust::http
