// Context: the condition keys of one request with their values.
//
// Source: "AWS global condition context keys" of the IAM user guide; the services' own keys.
// Shape:  a short list; names without regard to case. A key without values counts as absent.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/caller.h"
#include "base/time.h"

namespace gust::access {

class Context {
 public:
  using Values = std::vector<std::string>;

  // Adds a value; a key may have several.
  Context& add(std::string_view key, std::string value);
  // The values of a key in lower case, or null.
  const Values* find(std::string_view lower_case_key) const;

 private:
  std::vector<std::pair<std::string, Values>> keys_;
};

// What every request has, of whatever service.
struct RequestFacts {
  std::string_view source_ip = {};  // empty: unknown
  bool is_secure = false;           // over TLS
  WallTime now{};
  std::string_view user_agent = {}, referer = {};  // empty: the request has none
  std::string_view region = {};
};

// The keys that say who asks.
Context make_caller_context(const CallerIdentity& caller);
// With the keys of the request too: aws:PrincipalArn, aws:username, aws:SourceArn, aws:SourceIp, aws:CurrentTime and
// the other global keys that the caller and the request have.
Context make_context(const CallerIdentity& caller, const RequestFacts& facts);

}  // namespace gust::access
