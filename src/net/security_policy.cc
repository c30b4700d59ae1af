#include "net/security_policy.h"

#include <algorithm>
#include <array>

namespace gust::net {
namespace {

// The table's columns share their rows: each older policy allows all of the next one and some more, in between.
// NOLINTBEGIN(cppcoreguidelines-macro-usage): literals are joined by the preprocessor alone
#define GUST_ECDHE_ALL(KIND)                                                                                   \
  "ECDHE-" KIND "-AES128-GCM-SHA256:ECDHE-" KIND "-AES128-SHA256:ECDHE-" KIND                                  \
  "-AES128-SHA:"                                                                                               \
  "ECDHE-" KIND "-AES256-GCM-SHA384:ECDHE-" KIND "-CHACHA20-POLY1305:ECDHE-" KIND "-AES256-SHA384:ECDHE-" KIND \
  "-AES256-SHA"
#define GUST_ECDHE_SHA2(KIND)                                                                                  \
  "ECDHE-" KIND "-AES128-GCM-SHA256:ECDHE-" KIND "-AES128-SHA256:ECDHE-" KIND "-AES256-GCM-SHA384:ECDHE-" KIND \
  "-CHACHA20-POLY1305:ECDHE-" KIND "-AES256-SHA384"
#define GUST_ECDHE_AEAD(KIND) \
  "ECDHE-" KIND "-AES128-GCM-SHA256:ECDHE-" KIND "-AES256-GCM-SHA384:ECDHE-" KIND "-CHACHA20-POLY1305"
// NOLINTEND(cppcoreguidelines-macro-usage)

constexpr std::string_view ciphers_of_2016 = GUST_ECDHE_ALL("ECDSA") ":" GUST_ECDHE_ALL(
    "RSA") ":AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA:AES128-SHA";
constexpr std::string_view ciphers_of_2018 =
    GUST_ECDHE_SHA2("ECDSA") ":" GUST_ECDHE_SHA2("RSA") ":AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256";
constexpr std::string_view ciphers_of_2019 = GUST_ECDHE_SHA2("ECDSA") ":" GUST_ECDHE_SHA2("RSA");
constexpr std::string_view ciphers_of_2021 = GUST_ECDHE_AEAD("ECDSA") ":" GUST_ECDHE_AEAD("RSA");

#undef GUST_ECDHE_ALL
#undef GUST_ECDHE_SHA2
#undef GUST_ECDHE_AEAD

constexpr std::string_view suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr std::string_view groups = "X25519:P-256:P-384";

using enum TlsVersion;
constexpr std::array policies = {
    SecurityPolicy{"SSLv3", tls_1_0, tls_1_3, ciphers_of_2016, suites, groups},
    SecurityPolicy{"TLSv1", tls_1_0, tls_1_3, ciphers_of_2016, suites, groups},
    SecurityPolicy{"TLSv1_2016", tls_1_0, tls_1_3, ciphers_of_2016, suites, groups},
    SecurityPolicy{"TLSv1.1_2016", tls_1_1, tls_1_3, ciphers_of_2016, suites, groups},
    SecurityPolicy{"TLSv1.2_2018", tls_1_2, tls_1_3, ciphers_of_2018, suites, groups},
    SecurityPolicy{"TLSv1.2_2019", tls_1_2, tls_1_3, ciphers_of_2019, suites, groups},
    SecurityPolicy{"TLSv1.2_2021", tls_1_2, tls_1_3, ciphers_of_2021, suites, groups},
    SecurityPolicy{"TLSv1.2_2025", tls_1_2, tls_1_3, ciphers_of_2021, suites, groups},
    SecurityPolicy{"TLSv1.3_2025", tls_1_3, tls_1_3, "", suites, groups},
};

}  // namespace

std::string_view name_of(TlsVersion version) {
  switch (version) {
    case tls_1_0:
      return "TLSv1";
    case tls_1_1:
      return "TLSv1.1";
    case tls_1_2:
      return "TLSv1.2";
    case tls_1_3:
      break;
  }
  return "TLSv1.3";
}

std::span<const SecurityPolicy> security_policies() { return policies; }

const SecurityPolicy* find_security_policy(std::string_view name) {
  const auto* const found = std::ranges::find(policies, name, &SecurityPolicy::name);
  return found == policies.end() ? nullptr : found;
}

}  // namespace gust::net
