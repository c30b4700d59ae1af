#include "proxy/variants.h"

#include "proxy/passage.h"
#include "proxy/upstream.h"

namespace gust::proxy {

void select_variant(Passage& passage, const cache::VaryRef& vary) {
  // What the origin is sent, without conditions: they belong to the stored response, which is not known yet.
  passage.found = {};
  const http::RequestHead sent = make_request(passage, false);
  passage.vary = vary;
  passage.variant =
      cache::make_variant_key(passage.keyed.key, *vary, sent.fields, passage.core.node().cache().seed(), passage.arena);
}

StoredVariant variant_to_store(Passage& passage, const http::Fields& sent, const http::Fields& response) {
  StoredVariant result;
  if (!passage.match->ttl.is_rfc9111) return result;
  const auto names = cache::read_vary(response);
  result.is_storable = names.has_value();
  if (!names || names->empty()) return result;
  if (passage.vary && cache::includes(*passage.vary, *names)) return result;
  result.vary = std::make_shared<const cache::VaryNames>(passage.vary ? cache::unite(*passage.vary, *names) : *names);
  result.key =
      cache::make_variant_key(passage.keyed.key, *result.vary, sent, passage.core.node().cache().seed(), passage.arena);
  return result;
}

}  // namespace gust::proxy
