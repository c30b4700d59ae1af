#include "proxy/origin_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "access/directory.h"
#include "base/text.h"
#include "origin/target.h"

namespace gust::proxy {
namespace {

constexpr std::string_view any_region = "us-east-1";

bool fits(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  const std::string_view below = pattern.substr(1);
  return host.size() > below.size() && host.ends_with(below);
}

// REGION in BUCKET.s3.REGION.amazonaws.com and s3.REGION.amazonaws.com.
std::string_view region_in(std::string_view host) {
  constexpr std::string_view end = ".amazonaws.com";
  if (!host.ends_with(end)) return any_region;
  host.remove_suffix(end.size());
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos) return any_region;
  const std::string_view service = host.substr(0, dot);
  return service == "s3" || service.ends_with(".s3") ? host.substr(dot + 1) : any_region;
}

}  // namespace

std::shared_ptr<const origin::Signing> sign_for_own_store(const OriginKeys& keys,
                                                          const config::Distribution& distribution,
                                                          const config::Origin& origin) {
  if (!origin.access) return nullptr;
  origin::Signing signing;
  signing.key = {keys.access_key_id, keys.secret, std::string(any_region), "s3"};
  signing.prefers_viewers = origin.access->prefers_viewers;
  signing.fields = {{std::string(access::source_arn_header),
                     fmt::format("arn:aws:cloudfront::{}:distribution/{}", keys.account_id, distribution.id)},
                    {std::string(access::source_account_header), keys.account_id}};
  if (origin.access->kind == config::OriginAccess::Kind::identity) {
    signing.fields.push_back({std::string(access::access_identity_header), origin.access->id});
  }
  return std::make_shared<const origin::Signing>(std::move(signing));
}

std::shared_ptr<const origin::Signing> sign_for_store(const OriginKeys& keys, const config::Origin& origin) {
  if (!origin.access) return nullptr;
  origin::Signing signing;
  signing.prefers_viewers = origin.access->prefers_viewers;
  const std::string host = to_lower(origin.domain_name);
  const auto store =
      std::ranges::find_if(keys.stores, [&](const OriginKeys::Store& one) { return fits(one.host, host); });
  if (store != keys.stores.end()) {
    signing.key = {store->access_key_id, store->secret,
                   store->region.empty() ? std::string(region_in(host)) : store->region, "s3"};
  }
  return std::make_shared<const origin::Signing>(std::move(signing));
}

}  // namespace gust::proxy
