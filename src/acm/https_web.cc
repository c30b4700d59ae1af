#include "acm/https_web.h"

#include <algorithm>

#include "http/client_connection.h"
#include "http/text_body.h"
#include "net/stream.h"
#include "rt/loop.h"
#include "rt/network.h"

namespace gust::acm {
namespace {

constexpr Duration connect_time_max = std::chrono::seconds(10);

std::string text_of(const http::Fields& fields, ByteView name) {
  const auto value = fields.get(name);
  return value ? std::string(*value) : std::string();
}

}  // namespace

rt::Task<Result<WebAnswer>> HttpsWeb::ask(WebCall call, Instant deadline) {
  CO_TRY(const WebAddress address, read_web_address(call.url));
  CO_TRY(const auto endpoints, co_await loop_.network().resolve(address.host, address.port));
  Result<std::unique_ptr<rt::Socket>> socket = fail(Errc::name_not_found, Side::origin, "the name has no address");
  for (const rt::Endpoint& endpoint : endpoints) {
    socket = co_await loop_.network().connect(endpoint, std::min(deadline, loop_.now() + connect_time_max));
    if (socket) break;
  }
  if (!socket) co_return std::unexpected(socket.error());
  std::unique_ptr<net::Stream> stream = net::make_tcp_stream(*std::move(socket));
  if (address.is_secure) {
    const net::TlsClientOptions options{
        .server_name = address.host, .names = {address.host}, .alpn = {"http/1.1"}, .trust = trust_};
    CO_TRY(stream, co_await tls_.connect(std::move(stream), options, deadline));
  }
  http::ClientLimits limits;
  limits.body_bytes_max = answer_bytes_max;
  http::ClientConnection connection(std::move(stream), limits);
  http::RequestHead head;
  head.method = http::Method::of(call.method);
  head.set_target(address.target);
  head.authority = address.authority;
  head.fields.add(ByteView("User-Agent"), "gustfront");
  head.fields.add(ByteView("Connection"), "close");
  if (!call.content_type.empty()) head.fields.add(ByteView("Content-Type"), call.content_type);
  http::TextBody body(call.body);
  const bool has_body = call.method == "POST";
  const auto framing = has_body ? http::BodyFraming::of_length(call.body.size()) : http::BodyFraming::no_body();
  CO_TRY_OK(co_await connection.exchange(head, framing, has_body ? &body : nullptr, deadline));
  const http::Fields& fields = connection.head().fields;
  WebAnswer answer{.status = connection.head().status,
                   .body = {},
                   .content_type = text_of(fields, "Content-Type"),
                   .location = text_of(fields, "Location"),
                   .replay_nonce = text_of(fields, "Replay-Nonce"),
                   .retry_after = text_of(fields, "Retry-After")};
  while (true) {
    CO_TRY(const Slice piece, co_await connection.body().read(deadline));
    if (piece.empty()) co_return answer;
    answer.body += piece.view();
    if (answer.body.size() > answer_bytes_max)
      co_return fail(Errc::body_too_large, Side::origin, "the answer is too long");
  }
}

}  // namespace gust::acm
