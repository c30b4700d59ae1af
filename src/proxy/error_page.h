// Error pages: what viewers get instead of an error, as the distribution has it.
//
// Source: CER-2 to CER-7, CER-9, STALE-2; docs/decisions/extensions-in-origin-headers.md for pages by origin.
// Shape:  at the edge only. The page is fetched by a Passage of its own through key, lookup and fetch, of the behaviour
//         that its path matches, with its own key and lifetime; neither that behaviour's viewer protocol nor its
//         methods are asked. It is sent by `respond` as any answer, but for the status. One request, one answer, one
//         log line.
// Our readings where the rules are open (U): refusals of a behaviour (method, protocol, body) have pages as those by
//         geography do (CER-9); those before a behaviour is known (no such host, disabled, a loop) have none. The page
//         goes to viewers by the response headers policy of its own behaviour. The page of a failed POST is a GET.
#pragma once

#include <cstdint>

#include "rt/task.h"

namespace gust::config {
struct ErrorPage;
}

namespace gust::proxy {

struct Passage;

// The page for the answer that stands in `passage`, or null: it goes out as it is.
const config::ErrorPage* find_error_page(const Passage& passage);
// The same for an answer of `status` that is made of it.
const config::ErrorPage* find_error_page(const Passage& passage, std::uint16_t status);

// Fetches the page and sends it with its status, or what came instead of it with the status of that (CER-4).
rt::Task<void> send_error_page(Passage& failed, const config::ErrorPage& page);

}  // namespace gust::proxy
