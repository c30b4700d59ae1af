// Failure: what a request gets when the origin is in trouble: the stale copy, or a page of our own.
//
// Source: STALE-5, STALE-7, ERR-4, ERR-6.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "http/message.h"
#include "rt/task.h"

namespace gust::proxy {

struct Passage;

// STALE-5: the stale copy, where there is one that may stand in for an answer of `status`. True if it is served.
bool serve_stale(Passage& passage, std::uint16_t status);

// Upstream gave no answer to `sent`: serves the stale copy or an error page, which is remembered as the error would be.
rt::Task<void> answer_failure(Passage& passage, const http::RequestHead& sent, const Error& error);

}  // namespace gust::proxy
