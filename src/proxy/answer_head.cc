#include "proxy/answer_head.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/arena.h"
#include "proxy/own_fields.h"
#include "proxy/passage.h"
#include "proxy/server_timing.h"
#include "proxy/tags.h"
#include "proxy/tier_fields.h"

namespace gust::proxy {
namespace {

using http::Name;

observe::ResultType told_result(const Passage& passage, std::uint16_t status) {
  return status >= 400 || passage.is_error_page() ? observe::ResultType::error : passage.result;
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

bool has_response_policy(const Passage& passage) {
  return passage.match != nullptr && passage.match->response_policy.has_value();
}

// The decimal digits of an Age.
class AgeText {
 public:
  explicit AgeText(Duration age) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(age).count();
    end_ = std::to_chars(digits_, digits_ + sizeof digits_, std::max<std::int64_t>(seconds, 0)).ptr;
  }
  ByteView view() const { return {digits_, static_cast<std::size_t>(end_ - digits_)}; }

 private:
  char digits_[20];
  char* end_;
};

// HDR-11: to viewers over TLS who are not there yet, and where this node speaks it.
bool tells_http3(const Passage& passage) {
  return passage.distribution != nullptr && passage.distribution->tls.offers_http3 && passage.is_edge() &&
         passage.viewer_request.scheme == http::Scheme::https &&
         passage.viewer_request.version != http::Version::http_3 && passage.core.node().http3_port() != 0;
}

ByteView http3_offer(const Passage& passage) {
  const std::string port = std::to_string(passage.core.node().http3_port());
  return passage.arena.join({"h3=\":", port, "\"; ma=86400"});
}

// The own fields of an edge's answer behind prepared ones.
void prepare_own_fields(Passage& passage, http::ResponseHead& head, ByteView origin_via, std::optional<Duration> age) {
  OwnFields& own = passage.core.own_fields();
  head.prepared[1] = own.of(told_result(passage, head.status), origin_via, passage.arena);
  const AgeText age_text(age.value_or(Duration::zero()));
  const bool with_offer = tells_http3(passage);
  const std::array fields{
      http::Field{http::text_of(Name::alt_svc), with_offer ? http3_offer(passage) : ByteView(), Name::alt_svc},
      http::Field{http::text_of(Name::x_amz_cf_id), passage.request_id, Name::x_amz_cf_id},
      http::Field{http::text_of(Name::age), age_text.view(), Name::age}};
  const std::size_t first = with_offer ? 0 : 1;
  head.prepared[2] = http::prepare(std::span(fields).subspan(first, (age ? 3U : 2U) - first), passage.arena);
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

bool goes_as_prepared(const Passage& passage) {
  return passage.is_edge() && !passage.is_error_page() && !passage.is_told() && !has_response_policy(passage);
}

void add_own_fields(Passage& passage, http::ResponseHead& head, ByteView origin_via, std::optional<Duration> age) {
  if (!head.prepared[0].list.empty()) return prepare_own_fields(passage, head, origin_via, age);
  const Node& node = passage.core.node();
  const bool is_page_found = passage.is_error_page() && head.status / 100 == 2;
  if (is_page_found) {
    head.status = passage.page_status;
    head.reason = {};
  }
  if (passage.is_edge()) head.fields.set(Name::x_cache, x_cache_of(told_result(passage, head.status)));
  const ByteView own_via = passage.core.own_fields().via();
  head.fields.set(Name::via, origin_via.empty() ? own_via : passage.arena.join({origin_via, ", ", own_via}));
  if (passage.is_edge()) {
    head.fields.set(Name::x_amz_cf_pop, node.settings().name);
    if (tells_http3(passage)) head.fields.set(Name::alt_svc, http3_offer(passage));
    head.fields.set(Name::x_amz_cf_id, passage.request_id);
  } else {
    if (is_from_cache(passage)) head.fields.set(tier_field::result, "hit");
    // What passes through began after the purges that were in force at the look-up.
    const std::uint64_t epoch = passage.entry ? passage.epoch : passage.decision.purge_epoch;
    head.fields.set(tier_field::epoch, passage.arena.copy(std::to_string(epoch)));
    if (passage.member_of_answer() == Member::second) head.fields.set(tier_field::member, "2");
    tell_tags(passage, head);
  }
  if (age) head.fields.set(Name::age, passage.arena.copy(AgeText(*age).view()));
  if (passage.is_told()) tell_decision(passage, head);
  if (has_response_policy(passage) && passage.is_edge() && passage.own.location.empty())
    apply_response_policy(passage, head);
}

void note_head(Passage& passage, const http::ResponseHead& head, std::optional<ByteCount> length) {
  passage.status = head.status;
  const http::Field* type = head.find(Name::content_type);
  passage.content_type = type == nullptr ? ByteView() : type->value;
  passage.content_length = length;
}

}  // namespace gust::proxy
