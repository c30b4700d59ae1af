// Origin keys: what this network signs its requests to private origins with, and for whom.
//
// Source: CLOUDFRONT.md OAC-1, OAC-2. The store of our own is told the distribution, or the origin access identity, by
//         fields that it believes of an edge's key only (access/directory.h); any other S3-compatible store knows but
//         keys, which the operator gives.
// Shape:  pure functions of settings and the Snapshot.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.h"
#include "origin/signing.h"

namespace gust::proxy {

struct OriginKeys {
  struct Store {
    std::string host;  // in lower case, without port; `*.example.com` stands for all names below
    std::string access_key_id, secret;
    std::string region;  // empty: the one in the host's name, else us-east-1
  };

  std::string account_id;             // that the distributions belong to
  std::string access_key_id, secret;  // of the edges, at the bucket store of our own
  std::vector<Store> stores;          // the first that fits counts
};

// How requests to an origin are signed; null where they are not. `access` is the origin's.
std::shared_ptr<const origin::Signing> sign_for_own_store(const OriginKeys& keys,
                                                          const config::Distribution& distribution,
                                                          const config::Origin& origin);
// Without an access key id where the operator has given no key for the host.
std::shared_ptr<const origin::Signing> sign_for_store(const OriginKeys& keys, const config::Origin& origin);

}  // namespace gust::proxy
