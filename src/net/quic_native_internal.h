// Between the words of rt and those of ngtcp2: addresses, paths, times, connection ids.
#pragma once

#include <netinet/in.h>
#include <ngtcp2/ngtcp2.h>

#include <cstring>

#include "base/time.h"
#include "net/quic_ids_internal.h"
#include "rt/datagrams.h"

namespace gust::net {

struct NativeEndpoint {
  sockaddr_storage storage{};
  ngtcp2_addr address{};

  explicit NativeEndpoint(const rt::Endpoint& endpoint) {
    address.addr = reinterpret_cast<sockaddr*>(&storage);
    if (endpoint.is_v6) {
      auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
      v6->sin6_family = AF_INET6;
      v6->sin6_port = htons(endpoint.port);
      std::memcpy(&v6->sin6_addr, endpoint.address.data(), 16);
      address.addrlen = sizeof *v6;
    } else {
      auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
      v4->sin_family = AF_INET;
      v4->sin_port = htons(endpoint.port);
      std::memcpy(&v4->sin_addr, endpoint.address.data(), 4);
      address.addrlen = sizeof *v4;
    }
  }
  NativeEndpoint(const NativeEndpoint&) = delete;
  NativeEndpoint& operator=(const NativeEndpoint&) = delete;
};

inline rt::Endpoint endpoint_of(const ngtcp2_addr& native) {
  rt::Endpoint endpoint;
  if (native.addr->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(native.addr);
    endpoint.is_v6 = true;
    endpoint.port = ntohs(v6->sin6_port);
    std::memcpy(endpoint.address.data(), &v6->sin6_addr, 16);
  } else {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(native.addr);
    endpoint.port = ntohs(v4->sin_port);
    std::memcpy(endpoint.address.data(), &v4->sin_addr, 4);
  }
  return endpoint;
}

struct NativePath {
  NativeEndpoint local;
  NativeEndpoint remote;
  ngtcp2_path path{};

  NativePath(const rt::Endpoint& from, const rt::Endpoint& to) : local(from), remote(to) {
    path.local = local.address;
    path.remote = remote.address;
  }
};

inline ngtcp2_tstamp time_of(Instant at) { return static_cast<ngtcp2_tstamp>(at.time_since_epoch().count()); }
inline ngtcp2_tstamp time_of(WallTime at) { return static_cast<ngtcp2_tstamp>(at.time_since_epoch().count()); }
inline ngtcp2_duration duration_of(Duration duration) { return static_cast<ngtcp2_duration>(duration.count()); }
// Where ngtcp2 says that nothing is ever due: never.
inline Instant instant_of(ngtcp2_tstamp at) {
  if (at >= static_cast<ngtcp2_tstamp>(never.time_since_epoch().count())) return never;
  return Instant(Duration(static_cast<std::int64_t>(at)));
}

inline const std::uint8_t* native_bytes(ByteView bytes) { return reinterpret_cast<const std::uint8_t*>(bytes.data()); }
inline std::uint8_t* native_room(MutableBytes bytes) { return reinterpret_cast<std::uint8_t*>(bytes.data()); }
inline ByteView view_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}
inline ByteView view_of(const ngtcp2_cid& id) { return view_of(id.data, id.datalen); }
inline ngtcp2_cid native_of(const QuicId& id) {
  ngtcp2_cid native;
  ngtcp2_cid_init(&native, native_bytes(id.view()), id.size);
  return native;
}

}  // namespace gust::net
