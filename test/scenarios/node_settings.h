// NodeSettings: what the settings under a scenario's edge or regional mean for a real node.
//
//   distribution   enabled yes|no, aliases NAMES, root NAME, error-ttl STATUS:TIME,...,
//                  origin-path /PATH, attempts N, connect-timeout TIME, read-timeout TIME   (of all its origins)
//   behavior       origin NAME (the first upstream, unless said), methods METHODS, cached-methods METHODS,
//                  protocol allow-all|https-only|redirect-to-https, min-ttl TIME, default-ttl TIME, max-ttl TIME,
//                  query, headers, cookies SELECTION (of the cache policy), codings gzip,br,zstd,
//                  compress yes|no,
//                  origin-query, origin-headers, origin-cookies SELECTION (of the origin request policy),
//                  remove-headers NAMES, add-headers NAME:VALUE,... and set-headers NAME:VALUE,... (which override),
//                  cors-origins NAMES (of the response headers policy)
//   limits         cache-bytes N, object-bytes N, slice-bytes N, abandoned-rest-bytes N
//
//   NAMES and METHODS have commas between them; a SELECTION is `none`, `all`, NAMES or `except:NAMES`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.h"
#include "proxy/node.h"
#include "scenarios/node_maker.h"

namespace gust::scenarios {

// A distribution whose origins are `upstreams`; a name NAME of these is the host NAME followed by `host_suffix`. What
// is not understood is added to `complaints`.
config::Distribution make_distribution(const StartNode& node, const std::vector<Upstream>& upstreams,
                                       std::string_view host_suffix, std::vector<std::string>& complaints);

void apply_limits(const StartNode& node, proxy::NodeSettings& settings, std::vector<std::string>& complaints);

}  // namespace gust::scenarios
