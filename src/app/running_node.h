// RunningNode: an edge or regional node at work: its cache, and on each core its NodeCore, server and access log.
//
// Core:   made and ended by the deployment from one core; its parts live on theirs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/snapshot.h"
#include "http/server_connection.h"
#include "observe/log.h"
#include "observe/log_spool.h"
#include "proxy/node.h"
#include "rt/address.h"
#include "rt/task.h"

namespace gust::observe {
class AccessSink;
class Registry;
}  // namespace gust::observe

namespace gust::geo {
class Locations;
}
namespace gust::net {
class TicketKeys;
class TlsBook;
}  // namespace gust::net

namespace gust::app {

class CoreGroup;

struct RunningNodeOptions {
  proxy::NodeSettings node;
  rt::Endpoint at;  // port 0: any
  // Where an edge speaks TLS, and over UDP QUIC, by the books of install(); port 0: any. Empty: nowhere.
  std::optional<rt::Endpoint> https_at;
  const net::TicketKeys* ticket_keys = nullptr;  // with https_at; copied
  std::size_t connections_max = 0;               // on each core
  http::ServerLimits server;
  std::vector<rt::AddressRange> proxies;   // believed about viewers' addresses
  std::string log_folder;                  // of the access log's files; empty: none
  std::string spool_folder;                // of access lines for buckets; empty: none
  observe::SpoolAccount* spool = nullptr;  // with a spool_folder; outlives the node
  observe::LogSpoolLimits spool_limits;
  observe::AccessSink* access = nullptr;  // told of every request instead, where given; outlives the node
  origin::FetcherSettings fetcher;
  std::vector<rt::Endpoint> parents;  // of an edge; empty: none
  std::string parent_name;
  proxy::BucketHosting buckets;
  proxy::OriginKeys origin_keys;
  const geo::Locations* locations = nullptr;  // of viewers, for an edge; outlives the node; null: not known
};

class RunningNode {
 public:
  RunningNode(CoreGroup& cores, observe::Registry& metrics, observe::LogSink& log, RunningNodeOptions options);
  ~RunningNode();  // stop() has ended

  // Listens on all cores and accepts.
  //   fails  address_in_use, access_denied, io_failed
  rt::Task<Result<void>> start();
  // Requests in flight end until `deadline`, then are cut off. Also after a start() that failed.
  rt::Task<void> stop(Duration patience);

  // All cores work by both when this returns.
  rt::Task<void> install(config::SnapshotRef snapshot, std::shared_ptr<const net::TlsBook> book);

  proxy::Node& node() { return node_; }
  const std::string& name() const { return options_.node.name; }
  rt::Endpoint at() const { return at_; }
  std::optional<rt::Endpoint> https_at() const { return https_at_; }

 private:
  struct Part;
  struct Http3;  // what the cores' servers of HTTP/3 share
  rt::Task<void> start_part(std::size_t core, Result<void>& outcome);
  rt::Task<void> stop_part(std::size_t core, Duration patience);
  rt::Task<void> install_part(std::size_t core, config::SnapshotRef snapshot, std::shared_ptr<const net::TlsBook> book);

  CoreGroup& cores_;
  observe::Registry& metrics_;
  observe::LogSink& log_;
  RunningNodeOptions options_;
  proxy::Node node_;
  rt::Endpoint at_;
  std::optional<rt::Endpoint> https_at_;
  std::unique_ptr<Http3> http3_;  // with https_at
  std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace gust::app
