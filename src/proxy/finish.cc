// The step `finish`: the log line, the metrics, the decision record.
//
// Source: LOG-1, LOG-3 to LOG-6; DESIGN.md decision 10.

#include "net/tls_facts.h"
#include "observe/result_types.h"
#include "proxy/node_metrics.h"
#include "proxy/passage.h"
#include "proxy/steps.h"

namespace gust::proxy {
namespace {

using http::Name;

ByteView protocol_version_of(http::Version version) {
  switch (version) {
    case http::Version::http_1_0:
      return "HTTP/1.0";
    case http::Version::http_1_1:
      return "HTTP/1.1";
    case http::Version::http_2:
      return "HTTP/2.0";
    case http::Version::http_3:
      return "HTTP/3.0";
  }
  return {};
}

// LOG-1: the log of a distribution is about its viewers.
observe::AccessSink* sink_of_deliveries(const Passage& passage) {
  const bool is_delivered =
      passage.is_edge() && passage.distribution != nullptr && !passage.distribution->log_destination.empty();
  return is_delivered ? passage.core.delivered() : nullptr;
}

observe::AccessRecord make_record(const Passage& passage, const observe::ResultTypes& types, Duration taken) {
  const http::ExchangeFacts& facts = passage.exchange.facts();
  const http::RequestHead& request = passage.viewer_request;
  const auto field = [&](Name name) { return request.fields.get(name).value_or(ByteView()); };
  observe::AccessRecord record;
  if (passage.distribution) {
    record.distribution_id = passage.distribution->id;
    record.distribution_domain = passage.distribution->domain_name;
    record.log_destination = passage.distribution->log_destination;
    if (passage.distribution->logs_cookies) {
      record.cookie = request.fields.combined(Name::cookie, passage.arena).value_or(ByteView());
    }
  }
  record.ended = passage.core.loop().wall_now();
  record.edge_location = passage.core.node().settings().name;
  record.bytes_sent = facts.bytes_sent;
  record.client = passage.exchange.peer();
  record.method = request.method.text();
  record.path = request.path;
  // LOG-4: who left before the first byte got no answer, though one was begun.
  record.status = facts.bytes_sent == 0 ? std::uint16_t{0} : facts.status;
  record.referer = field(Name::referer);
  record.user_agent = field(Name::user_agent);
  record.query = request.query;
  record.result = types.final;
  record.request_id = passage.request_id;
  record.host_header = request.authority;
  record.protocol = http::text_of(request.scheme);
  record.bytes_received = facts.bytes_received;
  record.time_taken = taken;
  record.forwarded_for = field(Name::x_forwarded_for);
  record.response_result = types.response;
  if (const net::TlsFacts* tls = passage.exchange.tls()) {
    record.ssl_protocol = tls->version;
    record.ssl_cipher = tls->cipher;
  }
  record.protocol_version = protocol_version_of(request.version);
  if (record.status != 0) record.time_to_first_byte = facts.first_byte_sent - facts.began;
  record.detailed_result = types.detailed;
  record.content_type = passage.content_type;
  record.content_length = passage.content_length;
  record.range_start = passage.range_first;
  record.range_end = passage.range_last;
  return record;
}

}  // namespace

Next finish(Passage& passage) {
  const http::ExchangeFacts& facts = passage.exchange.facts();
  const Duration taken = passage.core.loop().now() - facts.began;
  passage.conclude(facts.status);
  const observe::ResultTypes types = observe::result_types_of(passage.decision);
  NodeMetrics& metrics = passage.core.metrics();
  metrics.requests(types.final).add();
  metrics.bytes_sent.add(facts.bytes_sent);
  metrics.bytes_received.add(facts.bytes_received);
  metrics.seconds.observe(std::chrono::duration<double>(taken).count());
  observe::AccessSink* const all = passage.core.access();
  observe::AccessSink* const delivered = sink_of_deliveries(passage);
  if (all == nullptr && delivered == nullptr) return Next::step;
  const observe::AccessRecord record = make_record(passage, types, taken);
  if (all != nullptr) all->write(record);
  if (delivered != nullptr) delivered->write(record);
  return Next::step;
}

}  // namespace gust::proxy
