// Variants: the stored responses that one key has where its origin's answers name request fields in Vary.
//
// Source: RFC 9111 section 4.1; RFC 9110 sections 5.3, 5.6.1, 12.5.3, 12.5.4 and 12.5.5.
// Shape:  pure functions. A variant has a Key of its own: the text of the first key, then for each name in Vary a part
//         `N3:foo` and, where the request has the field, a part `V` with its value. Its hash shares the half that
//         chooses the stripe, so that the index holds a key and its variants under one mutex.
// Values: as the origin is sent them, lines combined, without spaces and tabs around the commas of lists; in
//         Accept-Language without regard to case, in Accept-Encoding to case and order. The order of languages stays:
//         there are origins that read it as a preference.
// Limits: names_max names; more count as `*`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "cache/key.h"

namespace gust {
class Arena;
}
namespace gust::http {
class Fields;
}

namespace gust::cache {

// The names in a Vary, in lower case, sorted, each once. Immutable, shared by all cores. Null: there are none.
using VaryNames = std::vector<std::string>;
using VaryRef = std::shared_ptr<const VaryNames>;

inline constexpr std::size_t vary_names_max = 16;

// The names in all Vary lines of a response; empty where there is none. Nothing for a response that no request but its
// own selects: `*`, what is no field name, or too many names.
std::optional<VaryNames> read_vary(const http::Fields& response);

// True if each of `some` is in `all`.
bool includes(const VaryNames& all, const VaryNames& some);
// Both together, or `fresh` alone where that would be too many.
VaryNames unite(const VaryNames& known, const VaryNames& fresh);

// The key of the variant of `key` that a request selects.
//   request  the fields that the origin is sent. Conditions and ranges, which the cache sends by itself, count as
//   absent needs    `arena` outlives the result
Key make_variant_key(const Key& key, const VaryNames& names, const http::Fields& request, const HashSeed& seed,
                     Arena& arena);

}  // namespace gust::cache
