#include "proxy/passage.h"

namespace gust::proxy {

Passage::Passage(NodeCore& node_core, http::Exchange& its_exchange)
    : Passage(node_core, its_exchange, its_exchange.arena()) {}

Passage::Passage(NodeCore& node_core, http::Exchange& its_exchange, Arena& its_arena)
    : core(node_core),
      exchange(its_exchange),
      viewer_request(its_exchange.request()),
      arena(its_arena),
      began(its_exchange.facts().began),
      routes(node_core.routes()),
      own_id(node_core.request_ids().next()),
      request_id(own_id.text()) {
  decision.request_id = request_id;
  decision.node = node_core.node().settings().name;
}

void Passage::begin_like(const Passage& other) {
  routes = other.routes;
  changed_request = other.request();
  from_edge = other.from_edge;
  pattern_of_edge = other.pattern_of_edge;
  must_revalidate = other.must_revalidate;
  is_background = other.is_background;
  request_id = other.request_id;
  decision.request_id = request_id;
  distribution = other.distribution;
  match = other.match;
  is_cacheable = other.is_cacheable;
  keyed = other.keyed;
}

Passage::Passage(Passage& its_failed, const http::RequestHead& page_request, std::uint16_t status)
    : core(its_failed.core),
      exchange(its_failed.exchange),
      viewer_request(page_request),
      arena(its_failed.arena),
      began(its_failed.began),
      routes(its_failed.routes),
      own_id(its_failed.own_id),
      request_id(its_failed.request_id),
      distribution(its_failed.distribution),
      failed(&its_failed),
      page_status(status) {}

void Passage::answer(std::uint16_t with_status, ByteView reason, ByteView log_detail) {
  own = {.status = with_status, .log_detail = log_detail, .reason = reason, .location = {}};
  result = observe::ResultType::error;
  detail = log_detail;
}

void Passage::serve(cache::EntryRef with, std::uint64_t its_epoch, observe::ResultType with_result) {
  if (with->is_own_failure()) {
    member = Member{with->origin_member()};
    answer(with->status(), with->own_failure().reason, with->own_failure().log_detail);
    return;
  }
  entry = std::move(with);
  epoch = its_epoch;
  result = with_result;
  if (entry->body()) first_cursor.emplace(entry->body());
}

void Passage::conclude(std::uint16_t with_status) {
  decision.status = with_status;
  decision.served = result;
  decision.failure = detail;
  decision.broke_off = answer_failed;
  decision.viewer_left = exchange.facts().viewer_left;
}

}  // namespace gust::proxy
