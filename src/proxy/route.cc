// The step `route`: which distribution a request is for, and whether it may be reached.
//
// Source: DIST-1, DIST-4, DIST-6, LIM-7, TIER-1, CD-1.

#include "base/digest.h"
#include "net/tls_facts.h"
#include "proxy/forward.h"
#include "proxy/misdirected.h"
#include "proxy/passage.h"
#include "proxy/steps.h"
#include "proxy/tier_fields.h"

namespace gust::proxy {
namespace {

// What an edge says about a request that it hands on. False: it is not from an edge of ours.
bool read_tier_fields(Passage& passage) {
  const http::Fields& fields = passage.viewer_request.fields;
  const auto key = fields.get(tier_field::key);
  if (!key || !equal_in_constant_time(*key, passage.core.node().settings().tier_key)) return false;
  passage.from_edge = true;
  if (fields.get(tier_field::scheme) == "https") passage.change_request().scheme = http::Scheme::https;
  passage.explaining = read_tier_explain(fields.get(http::Name::gust_explain).value_or(ByteView()));
  passage.must_revalidate = fields.has(tier_field::revalidate);
  passage.pattern_of_edge = fields.get(tier_field::pattern).value_or(ByteView());
  if (const auto id = fields.get(http::Name::x_amz_cf_id); id && is_request_id(*id)) passage.request_id = *id;
  return true;
}

// DIST-4.
bool is_on_others_connection(const Passage& passage) {
  const http::RequestHead& request = passage.viewer_request;
  if (request.scheme != http::Scheme::https) return false;
  const net::TlsFacts* tls = passage.exchange.tls();
  return tls != nullptr &&
         is_misdirected(passage.routes->snapshot(), tls->server_name, *passage.distribution, request.host);
}

// CD-1: whether this viewer is one of those who see what is staged.
bool is_for_staging(const Passage& passage, const config::StagingShare& share) {
  if (share.by == config::StagingShare::By::header) {
    const auto value = passage.viewer_request.fields.get(ByteView(share.header));
    return value && *value == share.value;
  }
  constexpr std::uint64_t parts = 1'000'000;
  return passage.core.loop().random() % parts < static_cast<std::uint64_t>(share.weight * static_cast<double>(parts));
}

void share_with_staging(Passage& passage) {
  const config::StagingShare& share = *passage.distribution->staging;
  if (!is_for_staging(passage, share)) return;
  const config::Distribution* staging = passage.routes->snapshot().find_staging(share);
  if (staging == nullptr) return;
  passage.decision.note("CD-1");
  passage.distribution = staging;
}

}  // namespace

Next route(Passage& passage) {
  if (const http::Field* asked = passage.viewer_request.fields.find(http::Name::gust_explain)) {
    passage.has_explain_field = true;
    passage.explaining = read_viewer_explain(asked->value, passage.core.node().settings().explain_token);
  }
  const bool is_from_edge = !passage.is_edge() && read_tier_fields(passage);
  if (!passage.is_edge() && !is_from_edge) {
    passage.answer(403, "This port belongs to the regional cache and serves edges only. Ask an edge instead.");
    return Next::respond;
  }
  if (!passage.routes) {
    passage.answer(503, "This node has no configuration yet.", "Error");
    return Next::respond;
  }
  const http::RequestHead& request = passage.viewer_request;
  const auto id = is_from_edge ? request.fields.get(tier_field::distribution) : std::nullopt;
  passage.distribution = id ? passage.routes->find_by_id(*id) : passage.routes->find_distribution(request.host);
  if (!passage.distribution) {
    passage.answer(403, "No distribution has this host name. Check the distribution's domain name in the URL.",
                   "InvalidRequest");
    return Next::respond;
  }
  if (!is_from_edge && is_on_others_connection(passage)) {
    passage.decision.note("DIST-4");
    passage.answer(421, "The connection was made for another name. Make one for this name.", "InvalidRequest");
    return Next::respond;
  }
  if (!passage.distribution->enabled) {
    passage.answer(403, "The distribution is disabled.", "InvalidRequestBlocked");
    return Next::respond;
  }
  if (!is_from_edge && passage.distribution->staging) share_with_staging(passage);
  if (!is_from_edge && loops_of(request.fields, passage.arena) >= 2) {
    passage.decision.note("LIM-7");
    passage.answer(403, "The request went through too many distributions: an origin may lead back to this one.",
                   "InvalidRequestBlocked");
    return Next::respond;
  }
  return Next::step;
}

}  // namespace gust::proxy
