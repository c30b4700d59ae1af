// Failure: what a request gets when the origin is in trouble: the stale copy, or a page of our own.
//
// Source: STALE-2, STALE-5, STALE-7, ERR-4, ERR-6, LOG-6.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "http/message.h"

namespace gust::proxy {

struct Passage;

// STALE-5: the stale copy, where there is one that may stand in for an answer of `status`. True if it is served.
bool serve_stale(Passage& passage, std::uint16_t status);

// Upstream gave no answer to `sent`: serves the stale copy or an error page. The failure is remembered as the error
// would be, and its page made anew for each answer.
void answer_failure(Passage& passage, const http::RequestHead& sent, const Error& error);

// The parent tier answered with a page of its own, for a failure that it calls `detail`: the same here.
void answer_failure_of_parent(Passage& passage, const http::RequestHead& sent, std::uint16_t status, ByteView detail);

}  // namespace gust::proxy
