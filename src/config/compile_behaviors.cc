// Cache behaviours: PATH-5, METH-1, METH-2, VPP-1 to VPP-4.
#include <algorithm>
#include <set>

#include "config/compile_internal.h"
#include "config/path_pattern.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

constexpr std::uint8_t reading = method_get | method_head;
constexpr std::uint8_t reading_and_options = reading | method_options;
constexpr std::uint8_t all_methods = 127;

std::uint8_t bit_of(std::string_view method) {
  constexpr std::pair<std::string_view, std::uint8_t> bits[] = {
      {"GET", method_get},   {"HEAD", method_head},   {"OPTIONS", method_options}, {"PUT", method_put},
      {"POST", method_post}, {"PATCH", method_patch}, {"DELETE", method_delete}};
  const auto found = std::ranges::find(bits, method, &std::pair<std::string_view, std::uint8_t>::first);
  return found == std::end(bits) ? 0 : found->second;
}

// The set of the named methods; 0 where one is unknown or named twice.
std::uint8_t set_of(const std::vector<std::string>& methods) {
  std::uint8_t set = 0;
  for (const std::string& method : methods) {
    const std::uint8_t bit = bit_of(method);
    if (bit == 0 || (set & bit) != 0) return 0;
    set = static_cast<std::uint8_t>(set | bit);
  }
  return set;
}

void compile_methods(const model::AllowedMethods& methods, const Place& place, Behavior& out) {
  out.allowed_methods = set_of(methods.items);
  place.expect(out.allowed_methods == reading || out.allowed_methods == reading_and_options ||
                   out.allowed_methods == all_methods,
               "The parameter AllowedMethods is one of GET and HEAD; GET, HEAD and OPTIONS; all seven methods.");
  if (!methods.cached_methods) return;
  out.cached_methods = set_of(methods.cached_methods->items);
  const Place here = place.in("CachedMethods");
  here.expect(out.cached_methods == reading || out.cached_methods == reading_and_options,
              "The parameter CachedMethods is one of GET and HEAD; GET, HEAD and OPTIONS.");
  here.expect((out.cached_methods & ~out.allowed_methods) == 0, "A cached method is not among the allowed ones.");
}

ViewerProtocolPolicy viewer_protocol_policy_of(std::string_view text, const Place& place) {
  if (text == "https-only") return ViewerProtocolPolicy::https_only;
  if (text == "redirect-to-https") return ViewerProtocolPolicy::redirect_to_https;
  place.expect(text == "allow-all", "The viewer protocol policy is allow-all, https-only or redirect-to-https.");
  return ViewerProtocolPolicy::allow_all;
}

// CMP-1. Without a cache policy the service compresses with gzip alone, and the normalised Accept-Encoding takes part
// in the key then too; a listed Accept-Encoding is the operator's own affair (AE-6), and nothing is cached where all
// headers are forwarded (KEY-11).
void compile_compression(bool compress, Behavior& out) {
  out.compress = compress;
  if (!compress || !out.cache.id.empty()) return;
  const auto& listed = out.cache.headers.names;
  out.cache.gzip = std::ranges::find(listed, "accept-encoding") == listed.end();
}

// What behaviours may be directed at.
struct Targets {
  const std::vector<Origin>& origins;
  const std::vector<OriginGroup>& groups;
};

// False: there is no origin or group of that id.
bool compile_target(const std::string& id, const Targets& targets, Behavior& out) {
  const auto origin = std::ranges::find(targets.origins, id, &Origin::id);
  const auto group = std::ranges::find(targets.groups, id, [](const OriginGroup& each) { return each.failover.group; });
  if (origin != targets.origins.end()) {
    out.origin = static_cast<std::size_t>(origin - targets.origins.begin());
  } else if (group != targets.groups.end()) {
    out.origin = group->first;
    out.failover = group->failover;
  } else {
    return false;
  }
  return true;
}

Behavior compile_behavior(const model::CacheBehavior& behavior, const Targets& targets, const PolicySet& set,
                          const Place& place) {
  Behavior out;
  out.path_pattern = behavior.path_pattern;
  const bool found = compile_target(behavior.target_origin_id, targets, out);
  place.in("TargetOriginId")
      .expect(found, "One or more of your origins or origin groups do not exist.", "NoSuchOrigin");
  out.viewer_protocol_policy =
      viewer_protocol_policy_of(behavior.viewer_protocol_policy, place.in("ViewerProtocolPolicy"));
  if (behavior.allowed_methods) compile_methods(*behavior.allowed_methods, place.in("AllowedMethods"), out);
  place.in("AllowedMethods")
      .expect(
          !out.failover || (out.allowed_methods & ~reading_and_options) == 0,
          "The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated "
          "with an origin group.");  // FAIL-4
  const auto kind = found ? targets.origins[out.origin].kind : Origin::Kind::custom;
  Policies policies = compile_policies(behavior, kind, set, place);
  out.cache = std::move(policies.cache);
  out.origin_request = std::move(policies.origin_request);
  out.response_headers = std::move(policies.response_headers);
  compile_compression(behavior.compress.value_or(false), out);
  return out;
}

// The default behaviour has the members of the others, but for the pattern.
model::CacheBehavior with_pattern(const model::DefaultCacheBehavior& behavior) {
  return {.path_pattern = "*",
          .target_origin_id = behavior.target_origin_id,
          .trusted_signers = behavior.trusted_signers,
          .trusted_key_groups = behavior.trusted_key_groups,
          .viewer_protocol_policy = behavior.viewer_protocol_policy,
          .allowed_methods = behavior.allowed_methods,
          .smooth_streaming = behavior.smooth_streaming,
          .compress = behavior.compress,
          .lambda_function_associations = behavior.lambda_function_associations,
          .function_associations = behavior.function_associations,
          .field_level_encryption_id = behavior.field_level_encryption_id,
          .realtime_log_config_arn = behavior.realtime_log_config_arn,
          .cache_policy_id = behavior.cache_policy_id,
          .origin_request_policy_id = behavior.origin_request_policy_id,
          .response_headers_policy_id = behavior.response_headers_policy_id,
          .forwarded_values = behavior.forwarded_values,
          .min_ttl = behavior.min_ttl,
          .default_ttl = behavior.default_ttl,
          .max_ttl = behavior.max_ttl,
          .grpc_config = behavior.grpc_config};
}

}  // namespace

std::vector<Behavior> compile_behaviors(const model::DistributionConfig& config, const std::vector<Origin>& origins,
                                        const std::vector<OriginGroup>& groups, const PolicySet& policies,
                                        const Place& place) {
  const Targets targets{origins, groups};
  std::vector<Behavior> out;
  if (config.cache_behaviors) {
    std::set<std::string_view> patterns;
    for (std::size_t i = 0; i < config.cache_behaviors->items.size(); ++i) {
      const model::CacheBehavior& behavior = config.cache_behaviors->items[i];
      const Place here = place.in("CacheBehaviors").at(i);
      here.in("PathPattern")
          .expect(is_path_pattern(behavior.path_pattern),
                  "A path pattern has from 1 to 255 characters out of letters, digits and _-.*$/~\"'@:+&?.");
      here.in("PathPattern")
          .expect(patterns.insert(behavior.path_pattern).second, "Two cache behaviors have the same path pattern.");
      out.push_back(compile_behavior(behavior, targets, policies, here));
    }
  }
  out.push_back(compile_behavior(with_pattern(config.default_cache_behavior), targets, policies,
                                 place.in("DefaultCacheBehavior")));
  return out;
}

}  // namespace gust::config
