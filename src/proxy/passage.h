// Passage: the life of one request in a node, from routed to logged; what the steps share.
//
// Shape:  lives in the frame of NodeCore::handle; views point into the exchange's memory, its arena, or the Routes that
//         the request began with.
// Core:   one.
#pragma once

#include <optional>

#include "base/arena.h"
#include "cache/body.h"
#include "cache/cache.h"
#include "cache/key.h"
#include "http/exchange.h"
#include "observe/access_record.h"
#include "observe/decision.h"
#include "origin/fetch.h"
#include "proxy/explain.h"
#include "proxy/ids.h"
#include "proxy/node.h"
#include "proxy/own_answer.h"
#include "proxy/routes.h"
#include "proxy/slicing.h"
#include "proxy/stored_head.h"

namespace gust::proxy {

struct Passage {
  Passage(NodeCore& node_core, http::Exchange& its_exchange);
  // One of several on the same exchange, with memory of its own; see begin_like().
  Passage(NodeCore& node_core, http::Exchange& its_exchange, Arena& its_arena);
  // Takes over what the steps up to `key` found out for `other`.
  void begin_like(const Passage& other);
  // Of the page that the viewer gets instead of `its_failed`, with `status` where it is found.
  Passage(Passage& its_failed, const http::RequestHead& page_request, std::uint16_t status);

  NodeCore& core;
  http::Exchange& exchange;
  const http::RequestHead& viewer_request;  // as it came
  Arena& arena;
  Instant began;
  RoutesRef routes;

  // route
  Explaining explaining = Explaining::no;
  bool has_explain_field = false;  // of whatever worth
  bool from_edge = false;          // came from another tier of ours, which proved it
  ByteView pattern_of_edge;        // the behaviour that it chose
  bool must_revalidate = false;    // it asks behind its viewer's back: nobody waits, so that fresh is better than soon
  RequestId own_id;
  ByteView request_id;
  const config::Distribution* distribution = nullptr;
  // guard
  const Route* match = nullptr;
  // key
  bool is_websocket = false;  // ORIG-10
  ByteView websocket_key;     // ours for the origin, where the viewer brings none (RFC 8441)
  bool is_cacheable = false;  // a cached method of a behaviour that caches
  cache::Keyed keyed;
  std::optional<Slicing> slicing;                 // `keyed` is that of a slice
  std::optional<SliceCut> cut;                    // of `fetched`
  bool whole_by_slices = false;                   // no range is asked for: the object is too long to be stored whole
  bool own_range = false;                         // the viewer's range goes upstream as it is, and nothing is stored
  bool range_refused = false;                     // RANGE-3, RANGE-4: the origin gives the whole
  std::uint64_t asked_epoch = ~std::uint64_t{0};  // the newest purge when an answer was asked for under another key
  ByteView version_met;                           // of slices, where the one that the answer began with is outdated
  bool is_second_try = false;                     // slices of two versions: the answer is begun anew once
  cache::Demand demand;                           // of the rfc9111 profile; else none
  bool is_unsafe = false;                         // rfc9111: its success makes what is stored under its URI useless
  // lookup: set once the key is known to have variants
  cache::VaryRef vary;
  std::optional<cache::Key> variant;
  // lookup, fetch: at most one of the three is the answer
  cache::Lookup found;
  cache::EntryRef entry;
  std::uint64_t epoch = 0;  // the newest purge that `entry` is known to have passed, for the tier below
  std::optional<origin::Fetched> fetched;
  std::optional<rt::Scope>
      sending;  // of the viewer's body, while the answer comes already; made with the upstream request
  OwnAnswer own;
  // Keeps the bytes of a windowed body from its beginning until the answer's own cursor stands.
  std::optional<cache::BodyCursor> first_cursor;
  origin::FetchFacts facts;
  bool asks_anew = false;             // a 304 did not confirm the stale copy: no more conditions
  bool is_background = false;         // nobody waits for it: a revalidation behind a viewer's back (STALE-1)
  std::optional<Instant> down_until;  // the origin was not asked, since it is known to be down: look again then
  bool asks_to_confirm = false;       // the request upstream is conditional, by the stale copy's validators
  Member member = Member::first;      // the origin that gave what was fetched, or was asked last
  bool from_parent = false;           // the answer is the parent tier's, or is awaited from it
  bool tier_hit = false;              // which gave it from its cache
  std::optional<Duration> told_age;   // Age of a response that was fetched now

  // For the log.
  observe::ResultType result = observe::ResultType::miss;
  ByteView detail;  // x-edge-detailed-result-type; empty: as `result`
  std::uint16_t status = 0;
  ByteView content_type;
  std::optional<ByteCount> content_length;
  std::optional<ByteCount> range_first, range_last;
  Instant first_byte{};
  bool answer_failed = false;  // the viewer left, or the body broke off
  observe::Decision decision;
  ByteView upstream_record, upstream_cache_status;  // what the parent tier told of its part, where that was asked

  // Of an error page: the request that failed, and what its viewer is told where the page is found.
  Passage* failed = nullptr;
  std::uint16_t page_status = 0;

  // As the cache and the origin see it: the viewer's, until it is changed, by the default root object and the like.
  const http::RequestHead& request() const { return changed_request ? *changed_request : viewer_request; }
  http::RequestHead& change_request() {
    return changed_request ? *changed_request : changed_request.emplace(viewer_request);
  }
  std::optional<http::RequestHead> changed_request;

  // The answer is a page of this node's own.
  void answer(std::uint16_t with_status, ByteView reason, ByteView log_detail = {});
  // Serves `with` from here on; its body may still be on its way. `its_epoch`: as `epoch`. A remembered failure is an
  // own answer.
  void serve(cache::EntryRef with, std::uint64_t its_epoch, observe::ResultType with_result);
  // Fills in what the decision says of the answer.
  void conclude(std::uint16_t with_status);
  // Whether its answer tells of the decision.
  bool is_told() const { return explaining != Explaining::no || (match != nullptr && match->tells_cache_status); }
  // The origin that gave the answer at hand.
  Member member_of_answer() const { return entry ? Member{entry->origin_member()} : member; }
  // The key that is looked up: the variant's where there is one.
  const cache::Key& key() const { return variant ? *variant : keyed.key; }
  // Whom its answer is for.
  Audience audience() const { return from_edge ? Audience::edge : Audience::viewer; }
  bool is_error_page() const { return failed != nullptr; }
  // Of the body that may go upstream.
  http::BodyFraming request_framing() const {
    return is_error_page() ? http::BodyFraming::no_body() : exchange.request_framing();
  }
  bool is_edge() const { return core.node().settings().tier == Tier::edge; }
};

}  // namespace gust::proxy
