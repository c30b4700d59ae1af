// Locations: where in the world an address is, and which network it belongs to. The front door of geo.
//
// Source: CloudFront's location headers (CLOUDFRONT.md section 8); mmdb.h reads it from databases in MMDB form.
// Shape:  a lookup gives views into the database, good as long as it is open. What is not known is empty.
// Core:   immutable; used by all cores.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace gust::rt {
struct Endpoint;
}

namespace gust::geo {

// Texts are UTF-8 as the database spells them, in English where it has several languages.
struct Location {
  ByteView country;  // ISO 3166-1 alpha-2
  ByteView country_name;
  ByteView region;  // ISO 3166-2 without the country: the broadest subdivision
  ByteView region_name;
  ByteView city;
  ByteView postal_code;
  ByteView time_zone;                       // IANA
  std::optional<double> latitude;           // degrees
  std::optional<double> longitude;          // degrees
  std::optional<std::uint32_t> metro_code;  // of the United States
  std::optional<std::uint32_t> network;     // autonomous system number
};

class Locations {
 public:
  virtual ~Locations() = default;
  virtual Location find(const rt::Endpoint& address) const = 0;
  // The country alone, for who asks at every request.
  virtual ByteView country_of(const rt::Endpoint& address) const { return find(address).country; }
  // Whether it can tell of cities (and countries), and of networks, at all.
  virtual bool has_cities() const = 0;
  virtual bool has_networks() const = 0;
};

}  // namespace gust::geo
