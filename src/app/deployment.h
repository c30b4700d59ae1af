// Deployment: everything that `gustfront up` runs in one process: store, control, buckets, a regional cache and edges.
//
// Source: DESIGN.md "Roles"; STYLE.md: build, wire, stop in order.
// Core:   start() and stop() on the first core; parts live on theirs.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/credentials.h"
#include "app/settings.h"
#include "rt/address.h"
#include "rt/task.h"

namespace gust::app {

class CoreGroup;

// Where a started deployment is found.
struct Addresses {
  struct Edge {
    std::string pop;
    rt::Endpoint http, https;
  };
  rt::Endpoint api;
  std::vector<Edge> edges;
  std::optional<rt::Endpoint> regional;  // absent: there is none
  rt::Endpoint metrics;
};

// Why it did not start: one line that says what to do.
using StartFailure = std::string;

class Deployment {
 public:
  // `cores` and `settings` outlive it.
  Deployment(CoreGroup& cores, const Settings& settings);
  ~Deployment();  // stop() has ended

  rt::Task<std::expected<void, StartFailure>> start();
  // Edges drain first, then the regional cache, then the API; then state is closed. Also after a start() that failed.
  rt::Task<void> stop();

  const Addresses& addresses() const;
  const Credentials& credentials() const;
  // Takes root's key pair as its file has it now, after start(). A file that cannot be read leaves the one before.
  //   gives  whether it is another one
  rt::Task<Result<bool>> reload_credentials();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gust::app
