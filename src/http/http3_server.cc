#include "http/http3_server.h"

#include "http/http3_session_internal.h"
#include "net/quic_server.h"

namespace gust::http {

struct Http3Server::State final : net::QuicAcceptor {
  State(const Http3Parts& its_parts, std::shared_ptr<const net::QuicKeys> keys)
      : parts(its_parts), quic(parts.loop, *this, parts.quic_limits, std::move(keys), parts.group, parts.core) {}

  std::unique_ptr<net::QuicSession> make_session(net::QuicConnection& connection) override {
    return std::make_unique<Http3Session>(connection, parts.handler, parts.limits, parts.http3_limits);
  }

  Http3Parts parts;
  net::QuicServer quic;
};

Http3Server::Http3Server(const Http3Parts& parts, std::shared_ptr<const net::QuicKeys> keys)
    : state_(std::make_unique<State>(parts, std::move(keys))) {}
Http3Server::~Http3Server() = default;

Result<void> Http3Server::listen(const rt::Endpoint& at, bool share_port) {
  return state_->quic.listen(at, share_port);
}
rt::Endpoint Http3Server::local() const { return state_->quic.local(); }
void Http3Server::install(std::shared_ptr<const net::TlsBook> book) { state_->quic.install(std::move(book)); }
void Http3Server::start() { state_->quic.start(); }
rt::Task<void> Http3Server::drain(Instant deadline) { return state_->quic.drain(deadline); }
std::size_t Http3Server::connections() const { return state_->quic.connections(); }
const net::QuicCounts& Http3Server::counts() const { return state_->quic.counts(); }

}  // namespace gust::http
