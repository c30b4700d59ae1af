// WebSocket: a request that asks for it goes to the origin with its upgrade, and a 101 makes one pipe of both
// connections.
//
// Source: ORIG-10; RFC 9110 section 7.8, RFC 6455 sections 1.3 and 4.2.1; RFC 8441 for viewers of HTTP/2; section 8 of
// the rules ("Upgrade: drop, except
//         WebSocket").
// Ours:   Sec-WebSocket-* fields go with the upgrade whatever the policies say, since it cannot work without them; the
//         service wants them in an origin request policy.
#pragma once

#include "http/message.h"
#include "rt/task.h"

namespace gust::proxy {

struct Passage;

// GET over HTTP/1.1 without content that asks to become a WebSocket, or the extended CONNECT of HTTP/2.
bool asks_for_websocket(const http::RequestHead& request);
// A field of the handshake.
bool is_of_websocket(ByteView field_name);

// A viewer of HTTP/2 brings no Sec-WebSocket-Key (RFC 8441 section 5): puts one of ours, which the origin must answer,
// in the head for the origin and in the Passage.
void set_websocket_key(Passage& passage, http::RequestHead& head);

// Passage::fetched is the origin's 101: tells the viewer, and passes bytes both ways until either end closes, breaks
// off, or the origin has been silent for ten minutes. A 101 that does not answer our own key is answered 502.
rt::Task<void> run_websocket(Passage& passage);

}  // namespace gust::proxy
