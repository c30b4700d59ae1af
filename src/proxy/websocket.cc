#include "proxy/websocket.h"

#include <array>

#include "base/arena.h"
#include "base/digest.h"
#include "base/text.h"
#include "http/field_values.h"
#include "http/tunnel.h"
#include "proxy/answer_head.h"
#include "proxy/passage.h"
#include "proxy/send_own.h"
#include "proxy/stored_head.h"
#include "rt/loop.h"
#include "rt/scope.h"

namespace gust::proxy {
namespace {

using http::Name;

constexpr Duration origin_silence_max = std::chrono::minutes(10);  // ORIG-10
constexpr Duration write_time_max = std::chrono::seconds(60);      // an end that takes nothing for so long is gone
constexpr std::size_t piece_bytes = 16 * 1024;
constexpr const char* accept_name = "Sec-WebSocket-Accept";

bool has_element(const http::Fields& fields, Name name, ByteView element) {
  for (const http::Field* at = fields.find(name); at != nullptr; at = fields.find(name, at)) {
    if (http::list_has(at->value, element)) return true;
  }
  return false;
}

enum class AtEnd : std::uint8_t { other_goes_on, all_ends };

// Moves what one end sends to the other.
rt::Task<void> pump(http::Tunnel& from, http::Tunnel& to, Duration silence_max, AtEnd at_end, rt::Scope& both) {
  std::array<char, piece_bytes> piece;
  while (true) {
    const Instant now = both.loop().now();
    const auto got = co_await from.read(piece, silence_max == Duration::max() ? never : now + silence_max);
    if (!got) break;
    if (*got == 0) {
      to.finish_writing();
      if (at_end == AtEnd::other_goes_on) co_return;
      break;
    }
    if (!co_await to.write({piece.data(), *got}, both.loop().now() + write_time_max)) break;
  }
  both.cancel();
}

// RFC 6455 section 4.2.2, step 5.4.
bool is_accepted(const http::Fields& answer, ByteView key) {
  Sha1 digest;
  digest.update(key);
  digest.update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  return answer.get(accept_name) == ByteView(base64_of(digest.finish()));
}

}  // namespace

bool asks_for_websocket(const http::RequestHead& request) {
  if (request.version >= http::Version::http_2) return request.upgrade == "websocket";
  return request.fields.has(Name::upgrade) && request.method == http::Method::get &&
         request.version == http::Version::http_1_1 && has_element(request.fields, Name::connection, "upgrade") &&
         has_element(request.fields, Name::upgrade, "websocket");
}

bool is_of_websocket(ByteView field_name) { return starts_with_fold(field_name, "sec-websocket-"); }

void set_websocket_key(Passage& passage, http::RequestHead& head) {
  if (passage.viewer_request.version < http::Version::http_2) return;
  if (passage.websocket_key.empty()) {
    std::array<char, 16> bytes;
    passage.core.loop().fill_secret(bytes);
    passage.websocket_key = passage.arena.copy(base64_of({bytes.data(), bytes.size()}));
  }
  head.fields.set("Sec-WebSocket-Key", passage.websocket_key);
}

rt::Task<void> run_websocket(Passage& passage) {
  origin::Fetched& fetched = *passage.fetched;
  if (!passage.websocket_key.empty() && !is_accepted(fetched.head().fields, passage.websocket_key)) {
    passage.own = {.status = 502,
                   .log_detail = {},
                   .reason = "The origin's answer to the WebSocket handshake does not fit its key.",
                   .location = {}};
    co_return co_await send_own(passage);
  }
  http::ResponseHead head = make_stored_head(fetched.head(), *passage.match, passage.audience(),
                                             passage.core.loop().wall_now(), passage.arena);
  head.upgrade = "websocket";
  if (!passage.websocket_key.empty()) head.fields.remove(accept_name);
  const auto via = fetched.head().fields.combined(Name::via, passage.arena);
  add_own_fields(passage, head, via.value_or(ByteView()), std::nullopt);
  note_head(passage, head, std::nullopt);
  const auto viewer = co_await passage.exchange.switch_protocols(head);
  if (!viewer) {
    passage.answer_failed = true;
    co_return;
  }
  rt::Scope both(co_await rt::context());
  // A viewer that has finished may still want the origin's last words; when the origin has finished there is no more.
  both.spawn(pump(**viewer, *fetched.tunnel(), Duration::max(), AtEnd::other_goes_on, both));
  both.spawn(pump(*fetched.tunnel(), **viewer, origin_silence_max, AtEnd::all_ends, both));
  co_await both.join();
}

}  // namespace gust::proxy
