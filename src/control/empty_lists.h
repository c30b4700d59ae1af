// EmptyLists: the lists of things of which there can be none here, as making one is refused (refused_operations.h).
// Tools that look through an account ask for them all.
#pragma once

#include <utility>

#include "control/answers_internal.h"
#include "control/distributions.h"
#include "control/paging.h"

namespace gust::control {

class EmptyLists {
 public:
  explicit EmptyLists(const Tools& /*tools*/) {}

  // The one member of its answer is the list, or the items and NextMarker are.
  template <typename Op>
  rt::Task<aws::Answer<typename Op::Output>> list(typename Op::Input request) {
    CO_TRY(const PageRequest page_request, read_page_request(request.marker, request.max_items));
    typename Op::Output output;
    if constexpr (!requires { output.next_marker; }) {
      auto& [list] = output;
      tell_page(page_request, Page{}, list.emplace());
    }
    co_return std::move(output);
  }
};

}  // namespace gust::control
