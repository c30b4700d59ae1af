// Web: single calls to servers elsewhere: ACME servers, OCSP responders.
//
// Source: RFC 9112, RFC 8555 section 6.1.
// Shape:  an interface, so that tests answer calls by themselves; https_web.h has the real one.
// Limits: answer_bytes_max of an answer; a connection for each call.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "rt/task.h"

namespace gust::acm {

struct WebCall {
  std::string method = "GET";  // GET, HEAD, POST
  std::string url;             // https://host[:port]/path, or http://
  std::string content_type;    // of a body
  std::string body;
};

struct WebAnswer {
  int status = 0;
  std::string body;
  // Fields; empty: not there.
  std::string content_type, location, replay_nonce, retry_after;
};

inline constexpr ByteCount answer_bytes_max = 256_KiB;

class Web {
 public:
  virtual ~Web() = default;
  //   fails  bad_value: no such URL; as a connection to an origin does; body_too_large
  virtual rt::Task<Result<WebAnswer>> ask(WebCall call, Instant deadline) = 0;
};

// The parts of a URL, as far as it has them.
struct WebAddress {
  bool is_secure = true;
  std::string host, authority, target;
  std::uint16_t port = 443;
};
// fails: bad_value
Result<WebAddress> read_web_address(std::string_view url);

}  // namespace gust::acm
