// MMDB: locations from database files in MaxMind's form, as MaxMind, DB-IP, IP2Location and others publish them.
//
// Source: the MaxMind DB format 2.0, read by libmaxminddb; field names of the GeoIP2 City and ASN databases.
// Shape:  two files, either of which may be missing. They are mapped, not read: replace one by renaming a new file into
//         its place and start anew; a mapped file that is written over or cut ends the program.
// Errors: of opening: a sentence that names the file and what would be right. A record that cannot be read is as one
//         that is not there.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "geo/locations.h"

namespace gust::geo {

// `city_file`: a database of cities or countries; `network_file`: one of autonomous systems. Empty: none.
std::expected<std::unique_ptr<Locations>, std::string> open_mmdb(const std::string& city_file,
                                                                 const std::string& network_file);

}  // namespace gust::geo
