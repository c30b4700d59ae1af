#include "observe/rule_sentences.h"

#include <algorithm>
#include <array>

namespace gust::observe {
namespace {

struct Row {
  ByteView rule;
  ByteView sentence;
};

// Sorted by the id's text.
constexpr std::array rows{
    Row{"CER-1", "a custom error response stands in for the answer"},
    Row{"CMP-1", "compression is off for this behaviour"},
    Row{"CMP-2", "the viewer takes no coding that the cache policy has"},
    Row{"CMP-3", "the length is unknown, or not from 1,000 to 10,000,000 bytes, so that it is not compressed"},
    Row{"CMP-4", "answers of this status are not compressed"},
    Row{"CMP-5", "the origin has encoded the answer itself"},
    Row{"CMP-6", "this content type is not compressed"},
    Row{"CMP-8", "compression was skipped under load"},
    Row{"CMP-9", "the answer is compressed as it enters the cache"},
    Row{"COLL-1", "one request of many for the same key asks, the others wait for its answer"},
    Row{"COLL-2", "requests are not collapsed where cookies are forwarded"},
    Row{"COND-2", "the origin confirmed the stored response with 304"},
    Row{"ERR-2", "this error is stored only if the origin gives it max-age or s-maxage"},
    Row{"ERR-3", "errors of this status are never stored"},
    Row{"ERR-4",
        "an error is stored for the distribution's error caching minimum TTL or what the origin says, whichever is "
        "longer"},
    Row{"ERR-6", "an origin that does not answer counts as a 5xx"},
    Row{"FAIL-2", "the first member of the origin group answered with a status on which the second is asked"},
    Row{"FAIL-3", "the first member of the origin group was not reached or gave no answer, so the second is asked"},
    Row{"GEO-3", "the distribution refuses viewers of this country"},
    Row{"HEAD-2", "the answer to HEAD has no body to store"},
    Row{"KEY-11", "all headers are forwarded, which turns caching off"},
    Row{"LIM-3", "GET and HEAD with a body are refused"},
    Row{"LIM-7", "the request went through more than two distributions"},
    Row{"METH-2", "answers to this method are not cached"},
    Row{"METH-3", "the behaviour does not allow this method"},
    Row{"RANGE-5", "several ranges that are not ascending and apart are answered with the whole"},
    Row{"RFC 9111 3", "the status or method of this answer is not one that may be stored"},
    Row{"RFC 9111 3.3", "a part of a response is not stored as the whole"},
    Row{"RFC 9111 3.5", "Authorization went to the origin and is not part of the key"},
    Row{"RFC 9111 4.1", "Vary: * fits no other request"},
    Row{"RFC 9111 4.2.1", "the origin says for how long, with s-maxage, max-age or Expires"},
    Row{"RFC 9111 4.2.2", "the origin does not say for how long, so the default TTL or a tenth of its age is taken"},
    Row{"RFC 9111 5.2.2.3", "must-understand: the status is not understood"},
    Row{"RFC 9111 5.2.2.4", "no-cache: each use is confirmed by the origin first"},
    Row{"RFC 9111 5.2.2.5", "no-store forbids storing"},
    Row{"RFC 9111 5.2.2.7", "private forbids storing in a shared cache"},
    Row{"RFC 9111 5.3", "Expires cannot be read, which counts as expired"},
    Row{"RFC 9213 2.2", "CDN-Cache-Control says for how long"},
    Row{"STALE-1", "the stale copy is served while it is refreshed, by stale-while-revalidate"},
    Row{"STALE-2", "the stale copy is served because the origin is in trouble, by stale-if-error"},
    Row{"STALE-5", "the stale copy is served because the origin is in trouble"},
    Row{"STALE-8", "the origin is known to be down, and the stale copy is served at once"},
    Row{"STALE-9", "a bucket's 501 with no-cache, no-store or private is not stored"},
    Row{"TTL-1", "the origin's Cache-Control has max-age, held between minimum and maximum TTL"},
    Row{"TTL-11", "the origin's Expires cannot be read or is 0, which counts as expired"},
    Row{"TTL-2", "the origin says nothing about freshness, so the default TTL counts"},
    Row{"TTL-3", "the origin's Cache-Control has s-maxage, held between minimum and maximum TTL"},
    Row{"TTL-4", "the origin's Expires says so, held between minimum and maximum TTL"},
    Row{"TTL-5",
        "the origin's Cache-Control has no-cache, no-store or private; only a minimum TTL above 0 outweighs it"},
    Row{"TTL-9", "minimum, default and maximum TTL are all 0, which turns caching off"},
    Row{"URL-2", "the default root object takes the place of /"},
    Row{"VARY-3", "Vary: * with a minimum TTL of 0 cannot be reused"},
    Row{"VPP-2", "HTTP is redirected to HTTPS"},
    Row{"VPP-4", "the behaviour serves HTTPS only"},
};
static_assert(std::ranges::is_sorted(rows, {}, &Row::rule));

}  // namespace

ByteView sentence_of(ByteView rule) {
  const auto found = std::ranges::lower_bound(rows, rule, {}, &Row::rule);
  return found != rows.end() && found->rule == rule ? found->sentence : ByteView();
}

}  // namespace gust::observe
