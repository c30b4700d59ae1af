// QuietExchange: a request that nobody waits for, in the form that the steps know.
//
// Shape:  a copy of a GET or HEAD of a viewer, as a GET of the whole object: no Range, no conditions, no body. What is
//         answered is dropped.
// Core:   one.
#pragma once

#include "base/arena.h"
#include "http/exchange.h"

namespace gust::proxy {

class QuietExchange final : private Arena, public http::Exchange {
 public:
  QuietExchange(const http::RequestHead& head, const rt::Endpoint& peer, Instant began);

  http::BodyReader& body() override { return no_body_; }
  rt::Endpoint local() const override { return peer_; }
  rt::Endpoint peer() const override { return peer_; }
  rt::Task<Result<void>> inform(const http::ResponseHead& head) override;
  rt::Task<Result<void>> start(const http::ResponseHead& head, http::BodyFraming framing,
                               std::span<const Slice> first) override;
  rt::Task<Result<void>> write(std::span<const Slice> content) override;
  rt::Task<Result<void>> finish(const http::Fields* trailers) override;
  void abort() override {}
  void close_after() override {}

 private:
  class NoBody final : public http::BodyReader {
   public:
    rt::Task<Result<Slice>> read(Instant deadline) override;
    const http::Fields& trailers() const override { return trailers_; }

   private:
    http::Fields trailers_;
  };

  NoBody no_body_;
  rt::Endpoint peer_;
};

}  // namespace gust::proxy
