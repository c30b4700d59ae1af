#include "proxy/quiet_exchange.h"

#include "http/conditional.h"
#include "proxy/forward.h"

namespace gust::proxy {
namespace {

using http::Name;

bool is_for_the_viewer_only(Name name) {
  // only-if-cached and its like are the viewer's too.
  return http::is_condition_or_range(name) || name == Name::cache_control || name == Name::pragma;
}

}  // namespace

QuietExchange::QuietExchange(const http::RequestHead& head, const rt::Endpoint& peer, Instant began)
    : http::Exchange(static_cast<Arena&>(*this)), peer_(peer) {
  const auto kept = [this](ByteView text) { return Arena::copy(text); };
  request_.method =
      head.method == http::Method::head ? http::Method(http::Method::get) : http::Method::of(kept(head.method.text()));
  request_.set_target(kept(head.target));
  request_.authority = kept(head.authority);
  request_.host = kept(head.host);
  request_.port = head.port;
  request_.scheme = head.scheme;
  request_.version = head.version;
  for (const http::Field& field : head.fields) {
    if (is_for_the_viewer_only(field.known)) continue;
    request_.fields.add(http::Field{.name = kept(field.name), .value = kept(field.value), .known = field.known});
  }
  facts_.began = began;
}

rt::Task<Result<void>> QuietExchange::inform(const http::ResponseHead&) { co_return Result<void>{}; }
rt::Task<Result<void>> QuietExchange::start(const http::ResponseHead&, http::BodyFraming, std::span<const Slice>) {
  co_return Result<void>{};
}
rt::Task<Result<void>> QuietExchange::write(std::span<const Slice>) { co_return Result<void>{}; }
rt::Task<Result<void>> QuietExchange::finish(const http::Fields*) { co_return Result<void>{}; }
rt::Task<Result<Slice>> QuietExchange::NoBody::read(Instant) { co_return Slice(); }

}  // namespace gust::proxy
