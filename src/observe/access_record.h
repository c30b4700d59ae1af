// AccessRecord: what is known of one request when it has ended, and the sink that takes it.
//
// Source: CLOUDFRONT.md LOG-3 to LOG-6.
// Shape:  views and numbers of the one who serves the request; a sink copies what it keeps before write() returns.
//         An empty text is logged as `-`. Texts are as sent: the formatter encodes them.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/time.h"
#include "rt/address.h"

namespace gust::observe {

// How the request was served (LOG-5).
enum class ResultType : std::uint8_t { hit, refresh_hit, miss, limit_exceeded, capacity_exceeded, error, redirect };

// `Hit`, `RefreshHit`, ...: also the first word of X-Cache (HDR-6).
ByteView text_of(ResultType type);

struct AccessRecord {
  ByteView distribution_id;  // names the file; no field of the line
  ByteView log_destination;  // `<bucket>/<prefix>`: where the line is delivered too (log_spool.h); empty: nowhere
  WallTime ended{};          // date and time, UTC
  ByteView edge_location;    // `BOM50`
  ByteCount bytes_sent = 0;  // to the viewer, head and body
  rt::Endpoint client;
  ByteView method;
  ByteView distribution_domain;  // cs(Host)
  ByteView path;                 // cs-uri-stem: without the query
  std::uint16_t status = 0;      // 0 when the viewer left before an answer: logged `000`
  ByteView referer;
  ByteView user_agent;
  ByteView query;                        // without the question mark
  ByteView cookie;                       // empty unless the distribution logs cookies
  ResultType result = ResultType::miss;  // after the last byte: `error` if the viewer hung up
  ByteView request_id;                   // X-Amz-Cf-Id
  ByteView host_header;                  // of the viewer
  ByteView protocol;                     // cs-protocol: `http`, `https`, `ws`, `wss`
  ByteCount bytes_received = 0;          // from the viewer, head and body
  Duration time_taken{};                 // from the request's first byte to the answer's last
  ByteView forwarded_for;                // X-Forwarded-For of the viewer
  ByteView ssl_protocol;
  ByteView ssl_cipher;
  ResultType response_result = ResultType::miss;  // as it was before the answer was sent
  ByteView protocol_version;                      // `HTTP/1.0`, `HTTP/1.1`, `HTTP/2.0`, `HTTP/3.0`
  ByteView fle_status;
  ByteView fle_encrypted_fields;
  Duration time_to_first_byte{};
  ByteView detailed_result;                 // LOG-6, one of the names there; empty: the same as `result`
  ByteView content_type;                    // of the answer
  std::optional<ByteCount> content_length;  // of the answer's Content-Length
  std::optional<ByteCount> range_start;     // of the answer's Content-Range
  std::optional<ByteCount> range_end;
};

// Where finished requests are told. One call a request, from the core that served it; never waits.
class AccessSink {
 public:
  virtual ~AccessSink() = default;
  virtual void write(const AccessRecord& record) = 0;
};

}  // namespace gust::observe
