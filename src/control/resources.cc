#include "control/resources.h"

#include <algorithm>

#include "control/answers_internal.h"
#include "control/ids.h"
#include "control/paging.h"
#include "rt/blocking.h"
#include "rt/loop.h"

namespace gust::control {
aws::Answer<void> check_if_match_form(const std::optional<std::string>& if_match) {
  if (if_match && is_etag(*if_match)) return {};
  return refuse("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.");
}

aws::Answer<void> check_if_match(const std::string& if_match, std::string_view etag) {
  if (if_match == etag) return {};
  return refuse("PreconditionFailed",
                "The request failed because it didn't meet the preconditions in one or more request-header fields.");
}

rt::Task<aws::Answer<std::vector<std::string>>> find_distributions(Tools tools, IsMeant is_meant) {
  CO_TRY_STORE(const auto listing, co_await tools.store.list(std::string(config::distribution_prefix)));
  co_return co_await rt::blocking(tools.loop, [&]() -> aws::Answer<std::vector<std::string>> {
    std::vector<std::string> ids;
    for (const config::Document& document : listing.documents) {
      const auto distribution = config::read_document(document.value);
      if (!distribution) return refuse(distribution.error());
      if (is_meant(distribution->config)) ids.push_back(distribution->id);
    }
    return ids;
  });
}

aws::Answer<aws::cloudfront::DistributionIdList> id_list_of(const std::vector<std::string>& ids,
                                                            const std::optional<std::string>& marker,
                                                            const std::optional<std::string>& max_items) {
  TRY(const PageRequest page_request, read_page_request(marker, max_items));
  const Page page = page_behind(ids, page_request);
  aws::cloudfront::DistributionIdList list;
  for (std::size_t i = page.first; i < page.end; ++i) list.items.push_back(ids[i]);
  tell_page(page_request, page, list);
  return list;
}

std::string random_bytes(rt::Loop& loop, std::size_t count) {
  std::string bytes(count, '\0');
  loop.fill_secret(bytes);
  return bytes;
}

std::string new_uuid(rt::Loop& loop) { return make_uuid(random_bytes(loop, uuid_bytes)); }
std::string new_id(rt::Loop& loop, char first) { return make_id(first, random_bytes(loop, id_bytes)); }

}  // namespace gust::control
