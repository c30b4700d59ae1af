#include "control/paging.h"

#include <algorithm>

#include "base/text.h"
#include "control/answers_internal.h"

namespace gust::control {

aws::Answer<PageRequest> read_page_request(const std::optional<std::string>& marker,
                                           const std::optional<std::string>& max_items) {
  PageRequest request;
  request.marker = marker.value_or("");
  if (!max_items) return request;
  const auto number = parse_decimal<std::uint32_t>(*max_items);
  if (!number || *number < 1 || *number > 10'000) {
    return refuse("InvalidArgument", "The parameter MaxItems is a number from 1 to 10000.");
  }
  request.max_items = static_cast<std::int32_t>(*number);
  return request;
}

aws::Answer<PageRequest> read_page_request(const std::optional<std::string>& marker,
                                           std::optional<std::int32_t> max_items) {
  return read_page_request(marker, max_items ? std::optional(std::to_string(*max_items)) : std::nullopt);
}

Page page_of(const std::vector<std::string>& ids, std::size_t first, std::int32_t max_items) {
  Page page;
  page.first = std::min(first, ids.size());
  page.end = std::min(ids.size(), page.first + static_cast<std::size_t>(max_items));
  if (page.end < ids.size()) page.next_marker = ids[page.end - 1];
  return page;
}

Page page_behind(const std::vector<std::string>& ids, const PageRequest& request) {
  const auto behind = std::ranges::upper_bound(ids, request.marker);
  return page_of(ids, static_cast<std::size_t>(behind - ids.begin()), request.max_items);
}

aws::Answer<std::size_t> place_behind(const std::vector<std::string>& ids, const std::string& marker) {
  if (marker.empty()) return 0;
  const auto found = std::ranges::find(ids, marker);
  if (found == ids.end()) return refuse("InvalidArgument", "The parameter Marker is not an id of this list.");
  return static_cast<std::size_t>(found - ids.begin()) + 1;
}

}  // namespace gust::control
