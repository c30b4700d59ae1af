// What ngtcp2 calls for a connection.
#pragma once

#include <ngtcp2/ngtcp2.h>

namespace gust::net {

const ngtcp2_callbacks& quic_calls();

}  // namespace gust::net
