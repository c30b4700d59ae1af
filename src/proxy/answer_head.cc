#include "proxy/answer_head.h"

#include "base/arena.h"
#include "proxy/passage.h"
#include "proxy/server_timing.h"
#include "proxy/tags.h"
#include "proxy/tier_fields.h"

namespace gust::proxy {
namespace {

using http::Name;

ByteView x_cache_of(const Passage& passage, std::uint16_t status) {
  if (status >= 400 || passage.is_error_page()) return "Error from cloudfront";
  switch (passage.result) {
    case observe::ResultType::hit:
      return "Hit from cloudfront";
    case observe::ResultType::refresh_hit:
      return "RefreshHit from cloudfront";
    case observe::ResultType::redirect:
      return "Redirect from cloudfront";
    case observe::ResultType::miss:
      return "Miss from cloudfront";
    default:
      return "Error from cloudfront";
  }
}

bool is_from_cache(const Passage& passage) {
  return passage.result == observe::ResultType::hit || passage.result == observe::ResultType::refresh_hit;
}

// RHP-6.
ByteView timing_to_tell(const Passage& passage, ByteView of_origin) {
  Timing timing;
  timing.pop = passage.core.node().settings().name;
  timing.request_id = passage.request_id;
  timing.layer = passage.from_parent ? "REC" : "EDGE";
  timing.upstream_dns = passage.facts.resolve;
  timing.upstream_connect = passage.facts.connect;
  timing.upstream_first_byte =
      std::max(passage.facts.first_byte - passage.facts.resolve - passage.facts.connect, Duration::zero());
  timing.downstream_first_byte = passage.core.loop().now() - passage.began;
  if (passage.result == observe::ResultType::hit) timing.cache = Timing::Cache::hit;
  if (passage.result == observe::ResultType::refresh_hit) timing.cache = Timing::Cache::refresh;
  if (passage.result == observe::ResultType::miss) {
    timing.cache = Timing::Cache::miss;
    timing.of_origin = of_origin;
  }
  return server_timing_of(timing, passage.arena);
}

void apply_response_policy(Passage& passage, http::ResponseHead& head) {
  const ResponsePolicy& policy = *passage.match->response_policy;
  rt::Loop& loop = passage.core.loop();
  policy.apply(passage.viewer_request, loop.wall_now(), head.fields, passage.arena);
  if (!policy.tells_timing(passage.viewer_request, [&] { return loop.random(); })) return;
  const auto of_origin = head.fields.combined("Server-Timing", passage.arena);
  head.fields.set("Server-Timing", timing_to_tell(passage, of_origin.value_or(ByteView())));
}

}  // namespace

std::optional<Duration> age_to_tell(const Passage& passage) {
  if (!is_from_cache(passage)) return passage.told_age;
  return cache::age_of(passage.entry->freshness(), passage.core.loop().now());
}

void add_own_fields(Passage& passage, http::ResponseHead& head, ByteView origin_via, std::optional<Duration> age) {
  const Node& node = passage.core.node();
  const bool is_page_found = passage.is_error_page() && head.status / 100 == 2;
  if (is_page_found) {
    head.status = passage.page_status;
    head.reason = {};
  }
  if (passage.is_edge()) head.fields.set(Name::x_cache, x_cache_of(passage, head.status));
  const ByteView own_via = passage.arena.join({"1.1 ", node.via_name(), " (CloudFront)"});
  head.fields.set(Name::via, origin_via.empty() ? own_via : passage.arena.join({origin_via, ", ", own_via}));
  if (passage.is_edge()) {
    head.fields.set(Name::x_amz_cf_pop, node.settings().name);
    head.fields.set(Name::x_amz_cf_id, passage.request_id);
  } else {
    if (is_from_cache(passage)) head.fields.set(tier_field::result, "hit");
    // What passes through began after the purges that were in force at the look-up.
    const std::uint64_t epoch = passage.entry ? passage.epoch : passage.decision.purge_epoch;
    head.fields.set(tier_field::epoch, passage.arena.copy(std::to_string(epoch)));
    tell_tags(passage, head);
  }
  if (age) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*age).count();
    head.fields.set(Name::age, passage.arena.copy(std::to_string(std::max<std::int64_t>(seconds, 0))));
  }
  if (passage.is_told()) tell_decision(passage, head);
  const bool has_policy = passage.match != nullptr && passage.match->response_policy.has_value();
  if (has_policy && passage.is_edge() && passage.own.location.empty()) apply_response_policy(passage, head);
}

void note_head(Passage& passage, const http::ResponseHead& head, std::optional<ByteCount> length) {
  passage.status = head.status;
  passage.content_type = head.fields.get(Name::content_type).value_or(ByteView());
  passage.content_length = length;
}

}  // namespace gust::proxy
