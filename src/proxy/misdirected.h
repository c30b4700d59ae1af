// Misdirected: requests that came over a TLS connection which was made for somebody else's name.
//
// Source: DIST-4; RFC 9110 section 15.5.20, RFC 9113 section 9.1.2 (connections are used for all names that their
//         certificate covers).
// Rule:   the owner of a name is who shows its certificate: a request is at its place where a connection by its own
//         name would have met the same certificate, security policy and rules for viewers' certificates. So what one
//         distribution asks of its viewers (TLS 1.3, say) cannot be passed by with the name of another.
#pragma once

#include "base/bytes.h"
#include "config/snapshot.h"

namespace gust::proxy {

// Whether a request for `target` by the name `host` is to be answered 421 on a connection by `server_name`.
bool is_misdirected(const config::Snapshot& snapshot, ByteView server_name, const config::Distribution& target,
                    ByteView host);

}  // namespace gust::proxy
