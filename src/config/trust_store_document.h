// Trust store documents: the authorities whose certificates of viewers are believed (TLS-5).
//
// Source: the API's TrustStore.
// Shape:  JSON under `cloudfront/config/policy/trust-store/<id>`, beside the policies, as distributions name it by its
// id.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace gust::config {

inline constexpr std::string_view trust_store_prefix = "cloudfront/config/policy/trust-store/";

struct TrustStoreDocument {
  std::string id;
  std::string name;
  std::string authorities;  // PEM, as it was in the bucket
  int authorities_count = 0;
  WallTime last_modified{};
};

std::string key_of(const TrustStoreDocument& document);
std::string write_document(const TrustStoreDocument& document);

//   fails  corrupt: a member is missing or of a wrong type
Result<TrustStoreDocument> read_trust_store_document(std::string_view text);

}  // namespace gust::config
