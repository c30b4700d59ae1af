// Times of certificates and of what is said about them.
#pragma once

#include <openssl/asn1.h>

#include "base/time.h"

namespace gust::acm {

// 1970 for what cannot be read; what a WallTime cannot hold ("no well-defined end" is in the year 9999) is its last.
WallTime time_of(const ASN1_TIME* at);

}  // namespace gust::acm
