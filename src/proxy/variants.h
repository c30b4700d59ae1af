// Variants: which of the stored responses of a key a request selects, in the rfc9111 profile.
//
// Source: RFC 9111 section 4.1; cache/variant.h for what values are compared.
#pragma once

#include <optional>

#include "cache/variant.h"
#include "http/message.h"

namespace gust::proxy {

struct Passage;

// The key's answers differ by `vary`: Passage::key() is from here on that of the variant that the request selects, by
// the fields that the origin is sent.
void select_variant(Passage& passage, const cache::VaryRef& vary);

// The variant of the key as which an answer with `response` to the request `sent` is to be stored.
struct StoredVariant {
  bool is_storable = true;        // false: it says `*`, or too much
  std::optional<cache::Key> key;  // absent: Passage::key() is it
  cache::VaryRef vary;
};
StoredVariant variant_to_store(Passage& passage, const http::Fields& sent, const http::Fields& response);

}  // namespace gust::proxy
