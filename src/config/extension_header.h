// Extension headers: settings of ours that the service does not know, carried by custom headers of an origin.
//
// Source: docs/decisions/extensions-in-origin-headers.md; docs/guide/error-pages.md and purging.md show them.
// Shape:  names that begin with `Gustfront-`. They are part of the DistributionConfig, so that every client can set
//         them and they are checked and take force with it. They are not sent to the origin.
//
//   Gustfront-Error-Page-<code>: <path> [<response code>]   instead of the distribution's error page for that code, for
//                                                           behaviours with this origin; the code stays where none is
//                                                           given
//   Gustfront-Error-Page-<code>: none                       the error as it is
//   Gustfront-Cache-Tag-Header: <name>                      as CacheTagConfig, for answers of this origin
//
// Errors: findings. A name that begins so and is none of the above is one.
#pragma once

#include <string_view>

namespace gust::config {

class Place;
struct Origin;

// `folded_name` is in lower case.
bool is_extension_header(std::string_view folded_name);
void compile_extension_header(std::string_view folded_name, std::string_view value, const Place& place, Origin& out);

}  // namespace gust::config
