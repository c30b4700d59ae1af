#include "net/quic_server.h"

#include "net/quic_endpoint_internal.h"
#include "net/quic_peer_internal.h"

namespace gust::net {

struct QuicServer::State {
  QuicEndpoint endpoint;
};

QuicServer::QuicServer(rt::Loop& loop, QuicAcceptor& acceptor, const QuicLimits& limits,
                       std::shared_ptr<const QuicKeys> keys, QuicGroup* group, std::size_t core)
    : state_(new State{{loop, acceptor, limits, std::move(keys), group, core}}) {}
QuicServer::~QuicServer() = default;

Result<void> QuicServer::listen(const rt::Endpoint& at, bool share_port) {
  return state_->endpoint.listen(at, share_port);
}
rt::Endpoint QuicServer::local() const { return state_->endpoint.local(); }
void QuicServer::install(std::shared_ptr<const TlsBook> book) { state_->endpoint.install(std::move(book)); }
void QuicServer::start() { state_->endpoint.start(); }
rt::Task<void> QuicServer::drain(Instant deadline) { return state_->endpoint.drain(deadline); }
std::size_t QuicServer::connections() const { return state_->endpoint.connections(); }
std::size_t QuicServer::handshakes() const { return state_->endpoint.handshakes(); }
const QuicCounts& QuicServer::counts() const { return state_->endpoint.counts(); }

}  // namespace gust::net
