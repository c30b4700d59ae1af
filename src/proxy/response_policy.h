// Response policy: what a response headers policy takes out of an answer and adds to it.
//
// Source: RHP-1 (removed first, then CORS, then security and custom headers), RHP-2 (override, header by header), RHP-3
//         (CORS), RHP-5, HDR-5; the CORS protocol of the Fetch standard, section 3.2.
// Shape:  compiled once per behaviour from config::ResponseHeadersPolicy; applied by edges to all that viewers get:
// hits,
//         misses, errors and own pages. Not to the redirects of VPP-3, whose captures show none of it (O).
// Open:   (U) `*.` stands for one label or more. A preflight is OPTIONS with Origin and Access-Control-Request-Method.
//         Of an origin that is not allowed, what the answer's own origin says of Access-Control-Allow-Origin and
//         -Credentials is dropped where the policy overrides.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "config/snapshot.h"
#include "http/message.h"

namespace gust {
class Arena;
}

namespace gust::proxy {

// One entry of the allowed origins: `*`, or `scheme://host`, `host`, either with `*.` before it and `:port` behind it.
class AllowedOrigin {
 public:
  explicit AllowedOrigin(std::string text);
  bool is_any() const { return is_any_; }
  // Whether the request's Origin is meant. Hosts have no case; without a scheme every scheme fits; ports are as
  // written.
  bool matches(ByteView origin) const;

 private:
  std::string scheme_;  // empty: every one
  std::string host_;    // with its port; behind `*` where there is one: ".example.org"
  bool is_any_ = false;
  bool is_wildcard_ = false;
};

class ResponsePolicy {
 public:
  explicit ResponsePolicy(const config::ResponseHeadersPolicy& policy);

  // Changes the fields of an answer to `request`, which is as the viewer sent it. Views into this and `arena`.
  void apply(const http::RequestHead& request, WallTime now, http::Fields& fields, Arena& arena) const;

  // RHP-6: whether the answer tells Server-Timing. `chance` gives any 64 bits, and is asked only where it matters.
  template <typename Chance>
  bool tells_timing(const http::RequestHead& request, Chance chance) const {
    if (!timing_rate_) return false;
    return *timing_rate_ >= timing_rate_of_all || asks_for_timing(request) ||
           (*timing_rate_ > 0 && chance() % timing_rate_of_all < *timing_rate_);
  }

 private:
  struct Cors {
    std::vector<AllowedOrigin> origins;
    std::string methods, headers, exposed, max_age;  // as sent; empty: not sent
    bool allows_credentials = false;
    bool overrides = false;
  };
  static constexpr std::uint64_t timing_rate_of_all = 1'000'000;

  void remove_from(http::Fields& fields, WallTime now, Arena& arena) const;
  void add_cors(const http::RequestHead& request, http::Fields& fields, Arena& arena) const;
  static bool asks_for_timing(const http::RequestHead& request);

  std::vector<std::string> removed_;
  std::optional<Cors> cors_;
  std::vector<config::ResponseHeadersPolicy::Header> headers_;
  std::optional<std::uint64_t> timing_rate_;  // of timing_rate_of_all: a percentage with four decimals
};

}  // namespace gust::proxy
