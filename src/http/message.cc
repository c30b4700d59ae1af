#include "http/message.h"

#include "base/text.h"

namespace gust::http {

void RequestHead::set_target(ByteView new_target) {
  target = new_target;
  const Cut at = cut(new_target, '?');
  path = at.before;
  query = at.after;
  has_query = at.found;
}

void RequestHead::clear() {
  Fields kept = std::move(fields);
  kept.clear();
  *this = RequestHead();
  fields = std::move(kept);
}

void ResponseHead::clear() {
  Fields kept = std::move(fields);
  kept.clear();
  *this = ResponseHead();
  fields = std::move(kept);
}

}  // namespace gust::http
