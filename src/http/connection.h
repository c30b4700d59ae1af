// Connection: one viewer's connection as the server that holds it sees it, whatever version of HTTP it speaks.
//
// Source: RFC 9112 section 9; RFC 9113 sections 3 and 9.1; SECURITY.md "Resources".
// Core:   one.
#pragma once

#include "base/time.h"
#include "rt/task.h"

namespace gust::http {

class Connection {
 public:
  Connection() = default;
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Serves requests until the connection is over. Once.
  virtual rt::Task<void> serve() = 0;
  // Takes no more requests, and ends the connection when the exchanges under way are over; at once where there are
  // none.
  virtual void drain() = 0;
  // True while no exchange is under way, and before the first; not once it is drained.
  virtual bool is_idle() const = 0;
  // When it became idle; for shedding the oldest.
  virtual Instant idle_since() const = 0;
};

}  // namespace gust::http
