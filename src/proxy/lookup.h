// Looking under one key: the inner part of the step `lookup`.
#pragma once

namespace gust::proxy {

struct Passage;
enum class Next : unsigned char;

// What the cache has under Passage::keyed; `respond` where that is an answer.
Next look_up(Passage& passage);

}  // namespace gust::proxy
