// Write through: what answers to other requests than GET tell of the stored responses, in the rfc9111 profile.
//
// Source: RFC 9111 sections 4.3.4, 4.3.5 and 4.4; RFC 9110 section 9.3.3.
#pragma once

#include "cache/entry.h"
#include "http/message.h"
#include "origin/fetch.h"

namespace gust::proxy {

struct Passage;

// Section 4.4: an unsafe method that did not fail makes what is stored under its URI useless, and so what is under the
// Location and Content-Location of its answer, where they are on the same host. In this node: an edge asks the regional
// cache, which does the same, and other edges keep what they have.
void invalidate_by(Passage& passage, const http::ResponseHead& answer);

// RFC 9110 section 9.3.3: a POST's answer that says it is what its own URI has, and for how long, is stored as that and
// served. False: it is not and is still in `fetched`.
bool store_posted(Passage& passage, const http::RequestHead& sent, origin::Fetched& fetched);
// Whether Content-Location is the request's own URI.
bool is_own_content_location(const Passage& passage, const http::ResponseHead& answer);

// Section 4.3.5: a 200 to HEAD freshens the stored response that it describes, or else invalidates it.
void update_by_head(Passage& passage, const http::RequestHead& sent, const origin::Fetched& fetched);

// Section 4.3.4: whether a 304 says of `stale`, by its validators, that this is what has not changed.
bool confirms(const http::ResponseHead& not_modified, const cache::Entry& stale);

}  // namespace gust::proxy
