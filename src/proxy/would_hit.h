// Would hit: why a request was not answered from the cache, and what would have made it a hit.
//
// Source: the rules that the sentences name.
#pragma once

namespace gust::observe {
struct Explanation;
}

namespace gust::proxy {

struct Passage;

// Nothing for a hit. The sentences lie in the passage's arena.
//   cost  a miss looks through the cache for entries of the same path
void add_advice(Passage& passage, observe::Explanation& out);

}  // namespace gust::proxy
