// Viewer headers: the CloudFront-* fields that an edge adds to a request where a policy lists them.
//
// Source: CFH-1, KEY-10; CLOUDFRONT.md section 8, "CloudFront-* headers". Names and where they may be listed:
//         config/viewer_headers.h.
// Shape:  compiled once per behaviour. An edge adds them before it makes the key, and a regional cache takes them from
//         the edge, so that both make the same key. A field whose value is not known is left out, and a viewer's own
//         field of that name never stays.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "config/viewer_headers.h"
#include "http/message.h"
#include "rt/address.h"

namespace gust {
class Arena;
}
namespace gust::config {
struct Selection;
}
namespace gust::geo {
class Locations;
}
namespace gust::net {
struct TlsFacts;
}

namespace gust::proxy {

// What the values are made from.
struct ViewerFacts {
  const http::RequestHead& request;           // as the viewer sent it
  rt::Endpoint peer;                          // the viewer
  const geo::Locations* locations = nullptr;  // null: no databases
  const net::TlsFacts* tls = nullptr;         // null: plain HTTP
  bool is_on_used_connection = false;         // as in http::ExchangeFacts
};

class ViewerHeaders {
 public:
  ViewerHeaders() = default;
  // The provided ones that either policy's headers list. Managed policies may list ones that are not; these are left
  // out, as the service leaves them out on plain HTTP.
  ViewerHeaders(const config::Selection& cache_policy, const config::Selection& origin_request_policy);

  bool empty() const { return rows_.empty(); }
  bool has(ByteView name) const;
  bool has_device() const;    // VARY-2
  bool needs_cities() const;  // a database of cities must be there for some
  bool needs_networks() const;

  // Puts the fields into `fields`.
  void add_to(http::Fields& fields, const ViewerFacts& facts, Arena& arena) const;

 private:
  std::vector<const config::ViewerHeaderRow*> rows_;
};

// CloudFront-Viewer-Header-Order: the names as sent, parted by `:`, cut at 7,680 characters.
ByteView header_order_of(const http::Fields& fields, Arena& arena);

// A value with every byte outside visible ASCII and space as %XX.
ByteView ascii_of(ByteView text, Arena& arena);

}  // namespace gust::proxy
