// A simulated host that serves S3 over HTTP/1.1, and a client beside it that signs, for tests of the service.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "access/directory.h"
#include "aws/sigv4.h"
#include "base/digest.h"
#include "base/text.h"
#include "bucket/s3_service.h"
#include "bucket/test_host_internal.h"
#include "http/exchange.h"
#include "http/server.h"
#include "rt/network.h"

namespace gust::bucket::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Sent {
  std::string method = "GET";
  std::string target = "/";  // raw
  Headers headers = {};
  std::string body = {};
  bool is_signed = true;
  std::string payload = {};  // x-amz-content-sha256; empty: the hash of the body
  std::string host = "localhost";
  std::string secret = "secret";
  std::string key = "AKID";
  std::string wire_body = {};  // sent in place of `body`, where it is to differ from what was signed
};

struct Got {
  int status = 0;
  Headers headers;
  std::string body;

  std::string header(std::string_view name) const {
    for (const auto& [field, value] : headers) {
      if (equal_fold(field, name)) return value;
    }
    return "(none)";
  }
  // The text of the first element of that name.
  std::string element(std::string_view name) const {
    const std::string open = fmt::format("<{}>", name);
    const std::size_t at = body.find(open);
    if (at == std::string::npos) return "(none)";
    return body.substr(at + open.size(), body.find("</", at) - at - open.size());
  }
  // All texts of elements of that name, with a space behind each.
  std::string elements(std::string_view name) const {
    const std::string open = fmt::format("<{}>", name);
    std::string all;
    for (std::size_t at = body.find(open); at != std::string::npos; at = body.find(open, at + 1)) {
      all += body.substr(at + open.size(), body.find("</", at) - at - open.size()) + " ";
    }
    return all;
  }
  // "200", or "404 NoSuchKey" where there is an error body.
  std::string outcome() const {
    const std::string code = element("Code");
    return std::to_string(status) + (status < 300 || code == "(none)" ? "" : " " + code);
  }
};

inline rt::Task<void> exchange_text(rt::Loop& loop, rt::Endpoint to, std::string text, std::string& heard) {
  auto socket = co_await loop.network().connect(to, loop.now() + std::chrono::minutes(1));
  if (!socket) co_return;
  ByteView left = text;
  while (!left.empty()) {
    const std::array<ByteView, 1> pieces{left};
    const auto taken = co_await (*socket)->write(pieces, loop.now() + std::chrono::minutes(1));
    if (!taken) break;
    left.remove_prefix(*taken);
  }
  std::array<char, 4096> buffer{};
  while (true) {
    const auto got = co_await (*socket)->read(buffer, loop.now() + std::chrono::minutes(5));
    if (!got || *got == 0) co_return;
    heard.append(buffer.data(), *got);
  }
}

inline Got read_answer(std::string_view text) {
  Got got;
  while (text.starts_with("HTTP/1.1 100")) text = cut(text, std::string_view("\r\n\r\n")).after;
  const Cut parts = cut(text, std::string_view("\r\n\r\n"));
  bool is_first = true;
  for (std::string_view line : split(parts.before, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (std::exchange(is_first, false)) {
      got.status = static_cast<int>(parse_decimal<unsigned>(line.substr(9, 3)).value_or(0));
      continue;
    }
    const Cut field = cut(line, ':');
    got.headers.emplace_back(field.before, trim(field.after));
  }
  got.body = parts.after;
  return got;
}

class S3Host : public Host, private http::Handler {
 public:
  explicit S3Host(S3Options options = {})
      : client(world.add_host("client", "10.0.0.2")),
        service(*store, std::move(options), directory, [this](std::string_view line) { refusals.emplace_back(line); }),
        server(loop, *this, limits, 100) {
    add_key("AKID", access::RootUser{"000000000000"});
    EXPECT_TRUE(server.listen(*rt::read_address("10.0.0.1", 80), false));
    server.start();
  }
  ~S3Host() override { EXPECT_TRUE(world.run(loop, server.drain(loop.now()))); }

  // A key with the secret "secret".
  void add_key(std::string id, access::CallerIdentity caller, std::vector<std::string> policies = {}) {
    auto identity = std::make_shared<access::Identity>();
    identity->is_edge = std::holds_alternative<access::ServicePrincipal>(caller);
    identity->caller = std::move(caller);
    for (const std::string& text : policies) {
      auto policy = access::read_policy(text, access::PolicyKind::identity);
      EXPECT_TRUE(policy.has_value()) << text;
      if (policy) identity->policies.push_back(*std::move(policy));
    }
    directory.pin(std::move(id), {.secret = "secret", .identity = std::move(identity)});
  }

  Headers signed_headers(const Sent& sent) {
    Headers headers = sent.headers;
    headers.emplace_back("Host", sent.host);
    if (!sent.is_signed) return headers;
    std::vector<aws::HeaderView> views;
    for (const auto& [name, value] : headers) views.push_back({name, value});
    const Cut target = cut(sent.target, '?');
    const aws::WireRequest request{
        .method = sent.method, .path = target.before, .query = target.after, .headers = views};
    const std::string payload = sent.payload.empty() ? hex_of(digest_of(DigestKind::sha256, sent.body)) : sent.payload;
    const aws::SigningKey key{
        .access_key_id = sent.key, .secret = sent.secret, .region = "ap-south-1", .service = "s3"};
    for (const auto& [name, value] : aws::sign_request(request, key, payload, client.wall_now())) {
      headers.emplace_back(name, value);
    }
    return headers;
  }

  Got send(const Sent& sent) {
    std::string text = fmt::format("{} {} HTTP/1.1\r\n", sent.method, sent.target);
    for (const auto& [name, value] : signed_headers(sent)) text += fmt::format("{}: {}\r\n", name, value);
    if (!sent.body.empty() || sent.method == "PUT" || sent.method == "POST") {
      text += fmt::format("Content-Length: {}\r\n", sent.body.size());
    }
    text += "Connection: close\r\n\r\n" + (sent.wire_body.empty() ? sent.body : sent.wire_body);
    return send_text(std::move(text));
  }
  Got send_text(std::string text) {
    std::string heard;
    EXPECT_TRUE(world.run(client, exchange_text(client, server.local(), std::move(text), heard))) << world.report();
    return read_answer(heard);
  }
  Got put(std::string target, std::string body, Headers headers = {}) {
    return send({.method = "PUT", .target = std::move(target), .headers = std::move(headers), .body = std::move(body)});
  }
  Got get_signed(std::string target, Headers headers = {}) {
    return send({.target = std::move(target), .headers = std::move(headers)});
  }
  Got get_anonymous(std::string target, Headers headers = {}) {
    return send({.target = std::move(target), .headers = std::move(headers), .is_signed = false});
  }
  // The value of a header of the answer to HEAD.
  std::string stored_header(std::string target, std::string_view name) {
    return send({.method = "HEAD", .target = std::move(target)}).header(name);
  }

  rt::Loop& client;
  http::ServerLimits limits;
  access::Directory directory;
  std::vector<std::string> refusals;  // lines for the operator
  S3Service service;
  http::Server server;

 private:
  rt::Task<void> handle(http::Exchange& exchange) override { return service.handle(exchange); }
};

}  // namespace gust::bucket::test
