// A socket that listens on loopback, for the small servers of the benchmarks.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <bit>
#include <cstdint>

// `flags`: of socket(2), such as SOCK_NONBLOCK. Less than 0 with errno where it cannot be had.
inline int listen_on_loopback(std::uint16_t port, int flags) {
  const int listener = socket(AF_INET, SOCK_STREAM | flags, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, std::bit_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 512) != 0) return -1;
  return listener;
}
