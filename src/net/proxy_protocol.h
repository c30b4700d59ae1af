// PROXY protocol: whom a load balancer in front speaks for, told in bytes before all others of a connection.
//
// Source: HAProxy's "The PROXY protocol", versions 1 and 2 (doc/proxy-protocol.txt of 2020-03-05), sections 2.1, 2.2.
// Shape:  a pure reader, and accept_proxied(), which takes a header off a Stream.
// Rule:   who may say it is the caller's: a header is believed, so only from addresses that the operator trusts; from
//         them there must be one.
// Stricter than the text: numbers and addresses in their one usual form; only TCP; at most header_bytes_max bytes, as
// no
//         load balancer sends more.
#pragma once

#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "net/stream.h"
#include "rt/address.h"
#include "rt/task.h"

namespace gust::net {

struct ProxyHeader {
  static constexpr std::size_t header_bytes_max = 4096;

  std::size_t bytes = 0;    // of it; 0: more must come
  bool tells_ends = false;  // else the connection is the proxy's own (LOCAL, UNKNOWN), and its ends are true
  rt::Endpoint source, destination;
};

//   fails  bad_syntax, would_exceed_limit, unsupported (not TCP over IPv4 or IPv6), corrupt (its checksum)
Result<ProxyHeader> read_proxy_header(ByteView in);

// The Stream behind the header that `stream` begins with: its local() and peer() are what that tells.
//   fails  as read_proxy_header(), closed (the end came first), reset, timed_out, cancelled; side viewer
rt::Task<Result<std::unique_ptr<Stream>>> accept_proxied(std::unique_ptr<Stream> stream, Instant deadline);

}  // namespace gust::net
