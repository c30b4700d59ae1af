// Storing: what of an upstream answer the cache keeps, and by which rule.
//
// Source: section 9 and ERR-1 to ERR-5 by way of cache::judge_storing; COND-2; DESIGN.md decision 7.
#pragma once

#include <string_view>

#include "cache/cache.h"
#include "cache/entry.h"
#include "cache/freshness.h"
#include "http/message.h"
#include "origin/fetch.h"
#include "rt/task.h"

namespace gust::proxy {

struct Passage;

cache::Storing judge(const Passage& passage, const http::RequestHead& sent, const http::ResponseHead& head);
// What is stored of `head`, judged by `storing`; notes it in the decision. Without body facts. Borrows `head`.
cache::EntryDraft draft_of(Passage& passage, const http::ResponseHead& head, const cache::Storing& storing);

// COND-2: `confirmation`, a 304, confirms the ticket's stale copy, which is served.
void refresh(Passage& passage, const http::RequestHead& sent, const origin::Fetched& confirmation);

// What refresh() does but serve: `ticket` ends with the entry that it gives.
cache::EntryRef freshen(Passage& passage, const http::RequestHead& sent, const origin::Fetched& confirmation,
                        cache::Ticket& ticket);

// Stores `fetched` and serves the entry while it fills. False: it is not to be stored and is still in `fetched`.
bool store(Passage& passage, const http::RequestHead& sent, origin::Fetched& fetched);

}  // namespace gust::proxy
