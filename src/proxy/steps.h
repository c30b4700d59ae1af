// Steps: the named stages in the life of a request, in order. The table here is what docs/one-request.md shows.
//
// Source: DESIGN.md "How one request flows"; CLOUDFRONT.md ORD-1.
// Shape:  a step looks at the Passage and says how it goes on. One that does not wait is a plain function; one that
// does
//         is a task. Each lies in the file that its row names.
#pragma once

#include <span>

#include "base/bytes.h"
#include "rt/task.h"

namespace gust::proxy {

struct Passage;

enum class Next : std::uint8_t {
  step,     // the next row
  respond,  // an answer is at hand: skip to `respond`
};

struct Step {
  ByteView name;
  ByteView file;     // under src/proxy
  ByteView purpose;  // one line, as the page says it
  Next (*walk)(Passage&) = nullptr;
  rt::Task<Next> (*walk_waiting)(Passage&) = nullptr;  // one of the two
};

std::span<const Step> steps();

// The rows.
Next route(Passage& passage);
Next guard(Passage& passage);
Next key(Passage& passage);
Next lookup(Passage& passage);
rt::Task<Next> fetch(Passage& passage);
rt::Task<Next> respond(Passage& passage);
Next finish(Passage& passage);

}  // namespace gust::proxy
