// Conditional requests: whether to do what is asked, to say 304, or to say 412.
//
// Source: RFC 9110 section 13, in the order of 13.2.2. The cache and the bucket store both ask here.
// Shape:  pure functions of the request's fields and the validators of what is stored.
#pragma once

#include <optional>

#include "base/time.h"
#include "http/entity_tag.h"
#include "http/message.h"

namespace gust::http {

// What tells one state of a representation from another.
struct Validators {
  bool exists = true;  // a representation is there, for `*`
  std::optional<EntityTag> tag = {};
  std::optional<WallTime> last_modified = {};  // compared by whole seconds
  std::optional<WallTime> date = {};  // when the origin sent it; with it a date is strong after one minute (8.8.2.2)
  bool is_coded = false;              // has a Content-Encoding: then a date is not strong unless the tag is
};

// The validators that a response's fields tell; views into them.
Validators validators_of(const Fields& fields);

enum class Precondition : std::uint8_t { proceed, not_modified, failed };

// Steps 1 to 4 of section 13.2.2: If-Match, else If-Unmodified-Since; then If-None-Match, else If-Modified-Since. Dates
// that do not parse are ignored, and so are dates where there is no last_modified. `not_modified` only for GET and
// HEAD.
Precondition evaluate_preconditions(Method method, const Fields& request, const Validators& stored);

// Steps 3 and 4, those that a cache takes (RFC 9111 section 4.3.2): the other conditions are for origins alone. Without
// a last_modified, If-Modified-Since is held against `date`.
Precondition evaluate_preconditions_of_cache(Method method, const Fields& request, Validators stored);

// Step 5: true if Range is to be honoured, that is without If-Range or with one that matches by strong comparison.
// A tag that is weak or a date that is not exactly last_modified means the whole representation.
bool range_applies(const Fields& request, const Validators& stored);

// A field of a request that asks for a part, or on a condition.
bool is_condition_or_range(Name name);

}  // namespace gust::http
