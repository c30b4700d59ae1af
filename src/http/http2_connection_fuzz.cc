// Whatever a viewer says behind the preface of HTTP/2, and however its bytes arrive, the connection comes to an end,
// holds no more memory than it may, and gives its handler only requests that HTTP/1.1 could carry. The first byte of
// the input says how its bytes arrive.
#include <memory>
#include <string>

#include "http/exchange.h"
#include "http/fuzz_internal.h"
#include "http/head_parser.h"
#include "http/http2_connection.h"
#include "http/text_socket_fuzz_internal.h"
#include "net/stream.h"
#include "rt/sim_world.h"

using namespace gust;
using namespace gust::http;

namespace {

constexpr ByteCount held_max = 3_MiB;

class CheckingHandler final : public Handler {
 public:
  void watch(const Http2Connection& connection) { connection_ = &connection; }
  rt::Task<void> handle(Exchange& exchange) override {
    const RequestHead& request = exchange.request();
    expect(is_valid_target(request.target) && !request.authority.empty() && !request.method.text().empty());
    expect(request.fields.size() <= HeadLimits().fields_max + 1);
    for (const Field& field : request.fields) {
      expect(field.value.find_first_of(ByteView("\r\n\0", 3)) == ByteView::npos);
      expect(field.name.find_first_of(ByteView("\r\n\0: ", 5)) == ByteView::npos);
    }
    ByteCount bytes = 0;
    while (true) {
      const auto piece = co_await exchange.body().read(never);
      if (!piece) co_return exchange.abort();
      if (piece->empty()) break;
      bytes += piece->size();
      expect(connection_->memory_held() <= held_max);
    }
    const BodyFraming framing = exchange.request_framing();
    expect(framing.kind != BodyFraming::length || framing.bytes == bytes);
    ResponseHead head;
    (void)co_await exchange.respond_text(head, std::string(3000, 'x'));
  }

 private:
  const Http2Connection* connection_ = nullptr;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView settings("\0\0\0\4\0\0\0\0\0", 9);
  const std::string text =
      std::string(http2_preface) + std::string(settings) + std::string(view_of(data + 1, size - 1));
  rt::sim::World world(1);
  rt::Loop& loop = world.add_host("here", "10.0.0.1");
  CheckingHandler handler;
  const ServerLimits limits;
  std::size_t left = text.size();
  Http2Connection connection(net::make_tcp_stream(std::make_unique<TextSocket>(text, 1 + data[0] * 64, left)),
                             Scheme::http, handler, limits);
  handler.watch(connection);
  expect(world.run(loop, connection.serve()));
  return 0;
}
