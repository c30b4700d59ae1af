// Paging: Marker and MaxItems of CloudFront's lists.
//
// Source: AWS.md section 3, "lists": MaxItems is 100 where not given, and echoed; NextMarker is the last item's id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aws/service_error.h"

namespace gust::control {

struct PageRequest {
  std::string marker;  // empty: from the first
  std::int32_t max_items = 100;
};

//   fails  InvalidArgument: MaxItems is not a number from 1 to 10000
aws::Answer<PageRequest> read_page_request(const std::optional<std::string>& marker,
                                           const std::optional<std::string>& max_items);

aws::Answer<PageRequest> read_page_request(const std::optional<std::string>& marker,
                                           std::optional<std::int32_t> max_items);

// Which of `ids`, in the order of the list, are on the page that begins at `first`.
struct Page {
  std::size_t first = 0, end = 0;
  std::string next_marker;  // empty: this is the last page
};
Page page_of(const std::vector<std::string>& ids, std::size_t first, std::int32_t max_items);

// The page behind the marker of lists that are in order of their ids, so that a marker works also when its item was
// deleted.
Page page_behind(const std::vector<std::string>& ids, const PageRequest& request);

// Fills what `list`, which holds the items of `page`, says of the page. Lists of the model have not all of it.
template <typename List>
void tell_page(const PageRequest& request, const Page& page, List& list) {
  list.max_items = request.max_items;
  if (!page.next_marker.empty()) list.next_marker = page.next_marker;
  if constexpr (requires { list.marker; }) list.marker = request.marker;
  if constexpr (requires { list.is_truncated; }) list.is_truncated = !page.next_marker.empty();
  if constexpr (requires { list.quantity; }) list.quantity = static_cast<std::int32_t>(list.items.size());
}

// The place behind the marker; the first one where there is no marker.
//   fails  InvalidArgument: the marker is none of the ids
aws::Answer<std::size_t> place_behind(const std::vector<std::string>& ids, const std::string& marker);

}  // namespace gust::control
