#include "proxy/explanation_of.h"

#include "cache/key_parts.h"
#include "proxy/passage.h"
#include "proxy/would_hit.h"

namespace gust::proxy {
namespace {

void tell_behavior(const Passage& passage, observe::Explanation& out) {
  const config::Behavior& behavior = *passage.match->behavior;
  out.behavior = behavior.path_pattern;
  out.behavior_index = passage.match->index;
  out.profile = behavior.cache.profile == config::Profile::rfc9111 ? "rfc9111" : "cloudfront";
  out.cache_policy = {behavior.cache.id, behavior.cache.name};
  out.origin_request_policy = {behavior.origin_request.id, behavior.origin_request.name};
  if (behavior.response_headers) {
    out.response_headers_policy = {behavior.response_headers->id, behavior.response_headers->name};
  }
  out.min_ttl = behavior.cache.min_ttl;
  out.default_ttl = behavior.cache.default_ttl;
  out.max_ttl = behavior.cache.max_ttl;
  out.origin = passage.match->target.id;
  if (behavior.failover) {
    out.origin_group = behavior.failover->group;
    out.second_origin = passage.match->second->target.id;
  }
}

void tell_hosts(const Passage& passage, observe::Explanation& out) {
  for (const config::Distribution& distribution : passage.routes->snapshot().distributions()) {
    out.known_hosts.add(distribution.domain_name);
    for (const std::string& alias : distribution.aliases) out.known_hosts.add(alias);
  }
}

}  // namespace

observe::Explanation explanation_of(Passage& passage) {
  observe::Explanation out(passage.decision);
  const http::RequestHead& request = passage.viewer_request;
  out.tier = name_of(passage.core.node().settings().tier);
  out.is_dry = passage.explaining == Explaining::dry;
  out.method = request.method.text();
  out.host = request.host;
  out.path = request.path;
  out.query = request.query;
  if (passage.distribution != nullptr) {
    out.distribution_id = passage.distribution->id;
    out.distribution_domain = passage.distribution->domain_name;
  } else if (passage.routes) {
    tell_hosts(passage, out);
  }
  if (passage.match != nullptr) tell_behavior(passage, out);
  if (!passage.keyed.key.text.empty()) {
    out.key_hash = passage.key().hash.low;
    for (const cache::KeyPart& part : cache::parts_of(passage.key().text)) {
      out.key_parts.add({part.from, part.name, part.value});
    }
  }
  out.upstream = passage.upstream_record;
  add_advice(passage, out);
  return out;
}

}  // namespace gust::proxy
