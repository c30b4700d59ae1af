#include "proxy/viewer_headers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/arena.h"
#include "base/date.h"
#include "base/text.h"
#include "config/snapshot.h"
#include "geo/locations.h"
#include "net/tls_facts.h"
#include "proxy/device.h"

namespace gust::proxy {
namespace {

using config::ViewerHeader;
using config::ViewerHeaderRow;
using Mode = config::Selection::Mode;

constexpr std::size_t header_order_bytes_max = 7680;
constexpr std::size_t certificate_name_bytes_max = 1024;  // longer ones are cut, as tiers have bounds on heads

ByteView text_of(bool value) { return value ? "true" : "false"; }

// Empty where it is not known.
class Values {
 public:
  Values(const ViewerFacts& facts, Arena& arena) : facts_(facts), arena_(arena) {}

  ByteView of(const ViewerHeaderRow& row) {
    if (row.is_of_device) return text_of(of_device(row.header));
    if (row.is_location) return of_location(row.header);
    const http::RequestHead& request = facts_.request;
    switch (row.header) {
      case ViewerHeader::address:  // (U) An IPv6 address stands without brackets: the port is behind the last colon.
        return arena_.copy(fmt::format("{}:{}", rt::address_text(facts_.peer), facts_.peer.port));
      case ViewerHeader::header_order:
        return header_order_of(request.fields, arena_);
      case ViewerHeader::header_count:
        return number(request.fields.size());
      case ViewerHeader::forwarded_proto:
        return http::text_of(request.scheme);
      case ViewerHeader::http_version:
        return http::number_of(request.version);
      case ViewerHeader::tls:
        return tls();
      default:
        return of_certificate(row.header);
    }
  }

 private:
  bool of_device(ViewerHeader header) {
    if (!device_) device_ = device_of(facts_.request.fields.get(http::Name::user_agent).value_or(ByteView()));
    switch (header) {
      case ViewerHeader::is_android:
        return device_->is_android;
      case ViewerHeader::is_ios:
        return device_->is_ios;
      case ViewerHeader::is_mobile:
        return device_->is_mobile;
      case ViewerHeader::is_smart_tv:
        return device_->is_smart_tv;
      case ViewerHeader::is_tablet:
        return device_->is_tablet;
      default:
        return device_->is_desktop;
    }
  }

  ByteView of_location(ViewerHeader header) {
    if (facts_.locations == nullptr) return {};
    if (!location_) location_ = facts_.locations->find(facts_.peer);
    switch (header) {
      case ViewerHeader::asn:
        return number(location_->network);
      case ViewerHeader::country:
        return ascii_of(location_->country, arena_);
      case ViewerHeader::country_name:
        return ascii_of(location_->country_name, arena_);
      case ViewerHeader::country_region:
        return ascii_of(location_->region, arena_);
      case ViewerHeader::country_region_name:
        return ascii_of(location_->region_name, arena_);
      case ViewerHeader::city:
        return ascii_of(location_->city, arena_);
      case ViewerHeader::postal_code:
        return ascii_of(location_->postal_code, arena_);
      case ViewerHeader::metro_code:
        return number(location_->metro_code);
      case ViewerHeader::latitude:
        return degrees(location_->latitude);
      case ViewerHeader::longitude:
        return degrees(location_->longitude);
      case ViewerHeader::time_zone:
        return ascii_of(location_->time_zone, arena_);
      default:
        return {};
    }
  }

  ByteView tls() {
    if (facts_.tls == nullptr) return {};
    const ByteView how = facts_.is_on_used_connection ? "connectionReused"
                         : facts_.tls->is_resumed     ? "sessionResumed"
                                                      : "fullHandshake";
    return arena_.join({facts_.tls->version, ":", facts_.tls->cipher, ":", how});
  }

  // TLS-5. (U) The forms: RFC 2253 for names, hexadecimal for numbers, ISO 8601 times with a slash between.
  ByteView of_certificate(ViewerHeader header) {
    if (facts_.tls == nullptr) return {};
    const net::PeerCertificate* shown = facts_.tls->peer_certificate.get();
    if (header == ViewerHeader::certificate_present) return shown == nullptr ? "0" : "1";
    if (shown == nullptr) return {};
    switch (header) {
      case ViewerHeader::certificate_serial_number:
        return shown->serial_number;
      case ViewerHeader::certificate_subject:
        return ascii_of(shown->subject, arena_).substr(0, certificate_name_bytes_max);
      case ViewerHeader::certificate_issuer:
        return ascii_of(shown->issuer, arena_).substr(0, certificate_name_bytes_max);
      case ViewerHeader::certificate_validity:
        return arena_.join({iso8601_exact_of(shown->not_before), "/", iso8601_exact_of(shown->not_after)});
      case ViewerHeader::certificate_sha256:
        return shown->sha256;
      default:
        return {};
    }
  }

  ByteView number(std::optional<std::uint64_t> value) {
    return value ? arena_.copy(std::to_string(*value)) : ByteView();
  }
  ByteView degrees(std::optional<double> value) {
    return value ? arena_.copy(fmt::format("{:.5f}", *value)) : ByteView();
  }

  const ViewerFacts& facts_;
  Arena& arena_;
  std::optional<Device> device_;
  std::optional<geo::Location> location_;
};

}  // namespace

ViewerHeaders::ViewerHeaders(const config::Selection& cache_policy, const config::Selection& origin_request_policy) {
  const auto add = [this](const config::Selection& selection) {
    if (selection.mode != Mode::listed && selection.mode != Mode::all) return;
    for (const std::string& name : selection.names) {
      const ViewerHeaderRow* row = config::find_viewer_header(name);
      if (row != nullptr && std::ranges::find(rows_, row) == rows_.end()) rows_.push_back(row);
    }
  };
  add(cache_policy);
  add(origin_request_policy);
}

bool ViewerHeaders::has(ByteView name) const {
  return std::ranges::any_of(rows_, [&](const ViewerHeaderRow* row) { return equal_fold(row->name, name); });
}
bool ViewerHeaders::has_device() const { return std::ranges::any_of(rows_, &ViewerHeaderRow::is_of_device); }
bool ViewerHeaders::needs_cities() const {
  return std::ranges::any_of(
      rows_, [](const ViewerHeaderRow* row) { return row->is_location && row->header != ViewerHeader::asn; });
}
bool ViewerHeaders::needs_networks() const {
  return std::ranges::any_of(rows_, [](const ViewerHeaderRow* row) { return row->header == ViewerHeader::asn; });
}

void ViewerHeaders::add_to(http::Fields& fields, const ViewerFacts& facts, Arena& arena) const {
  Values values(facts, arena);
  for (const ViewerHeaderRow* row : rows_) {
    const ByteView value = values.of(*row);
    if (value.empty()) {
      fields.remove(row->name);
    } else {
      fields.set(row->name, value);
    }
  }
}

ByteView header_order_of(const http::Fields& fields, Arena& arena) {
  std::size_t bytes = 0;
  for (const http::Field& field : fields) bytes += field.name.size() + 1;
  const MutableBytes room = arena.bytes(bytes);
  char* at = room.data();
  for (const http::Field& field : fields) {
    if (at != room.data()) *at++ = ':';
    at = std::copy(field.name.begin(), field.name.end(), at);
  }
  return {room.data(), std::min(static_cast<std::size_t>(at - room.data()), header_order_bytes_max)};
}

ByteView ascii_of(ByteView text, Arena& arena) {
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
  const auto others = static_cast<std::size_t>(std::ranges::count_if(text, [&](char c) { return !is_plain(c); }));
  if (others == 0) return text;
  const MutableBytes room = arena.bytes(text.size() + 2 * others);
  char* at = room.data();
  for (const char c : text) {
    if (is_plain(c)) {
      *at++ = c;
      continue;
    }
    constexpr ByteView digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    *at++ = '%';
    *at++ = digits[byte >> 4U];
    *at++ = digits[byte & 15U];
  }
  return {room.data(), room.size()};
}

}  // namespace gust::proxy
