// Restrictions by country: GEO-1.
#include <algorithm>

#include "config/compile_internal.h"
#include "config/country_codes.h"

namespace gust::config {

void compile_restrictions(const aws::cloudfront::GeoRestriction& geo, const Place& place, Distribution& out) {
  constexpr std::string_view code = "InvalidGeoRestrictionParameter";
  const std::string& type = geo.restriction_type;
  place.in("RestrictionType")
      .expect(type == "none" || type == "whitelist" || type == "blacklist",
              "The restriction type is none, whitelist or blacklist.", code);
  place.expect(type != "none" || geo.items.empty(), "A restriction of type none names no countries.", code);
  place.expect(type == "none" || !geo.items.empty(), "A restriction names at least one country.", code);
  for (std::size_t i = 0; i < geo.items.size(); ++i) {
    place.at(i).expect(is_country_code(geo.items[i]),
                       "A country is named by its ISO 3166-1 alpha-2 code, two letters in upper case.", code);
    place.at(i).expect(std::find(geo.items.begin(), geo.items.begin() + static_cast<std::ptrdiff_t>(i), geo.items[i]) ==
                           geo.items.begin() + static_cast<std::ptrdiff_t>(i),
                       "The country is named twice.", code);
  }
  if (type == "whitelist") out.geo.kind = GeoRestriction::Kind::only_these;
  if (type == "blacklist") out.geo.kind = GeoRestriction::Kind::all_but_these;
  out.geo.countries = geo.items;
}

}  // namespace gust::config
