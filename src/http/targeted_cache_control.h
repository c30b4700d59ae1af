// Targeted cache control: CDN-Cache-Control, what an origin says to content delivery networks alone.
//
// Source: RFC 9213 sections 2.1, 2.2 and 3; RFC 8941 (and its successor RFC 9651) section 4.2.2 for the Dictionary;
//         RFC 9111 section 5.2.2 for what the directives mean.
// Shape:  pure. Several lines are one Dictionary. Names are in lower case, as the structured field demands; of repeated
//         ones the last counts; `?0` means that the directive is absent; unknown directives are passed over, if they
//         can be read.
// Errors: none: a field that is empty, is no Dictionary, or gives one of our directives a value of another type than
//         its own, counts as absent (section 2.1), and Cache-Control and Expires are read instead.
#pragma once

#include <optional>

#include "http/cache_control.h"
#include "http/fields.h"

namespace gust::http {

// The directives of the response's CDN-Cache-Control, with which Cache-Control and Expires are to be ignored (section
// 2.2). Views into `fields`.
std::optional<CacheControl> read_cdn_cache_control(const Fields& fields);

}  // namespace gust::http
