// Whatever an origin says, and however its bytes arrive, a ClientConnection comes to an end, gives the same answer, no
// more content than its length, and is never offered again with bytes of a response that nobody asked for. The first
// byte of the input says how its bytes arrive.
#include <algorithm>
#include <memory>

#include "http/client_connection.h"
#include "http/exchange.h"
#include "http/fuzz_internal.h"
#include "http/text_socket_fuzz_internal.h"
#include "net/stream.h"
#include "rt/sim_world.h"

using namespace gust;
using namespace gust::http;

namespace {

struct Heard {
  Errc head = Errc::bug;  // bug: a head came
  std::uint16_t status = 0;
  BodyFraming framing;
  std::string content;
  Errc body = Errc::bug;  // bug: its end came
  bool is_reusable = false;
};

rt::Task<void> ask(ByteView text, std::size_t piece, Method method, Heard& heard) {
  std::size_t left = text.size();
  ClientConnection connection(net::make_tcp_stream(std::make_unique<TextSocket>(text, piece, left)));
  RequestHead request;
  request.method = method;
  request.authority = "origin.test";
  const auto came = co_await connection.exchange(request, BodyFraming::no_body(), nullptr, never);
  if (!came) {
    heard.head = came.error().code;
    expect(!connection.is_reusable());
    co_return;
  }
  heard.status = connection.head().status;
  heard.framing = connection.framing();
  expect(heard.status >= 200);
  while (true) {
    const auto got = co_await connection.body().read(never);
    if (!got) heard.body = got.error().code;
    if (!got || got->empty()) break;
    heard.content += got->view();
  }
  if (heard.framing.kind == BodyFraming::length) {
    expect(heard.body == Errc::bug ? heard.content.size() == heard.framing.bytes
                                   : heard.content.size() < heard.framing.bytes);
  }
  heard.is_reusable = connection.is_reusable();
  expect(!heard.is_reusable || heard.body == Errc::bug);
}

Heard hear(ByteView text, std::size_t piece, Method method) {
  rt::sim::World world(1);
  rt::Loop& loop = world.add_host("here", "10.0.0.1");
  Heard heard;
  expect(world.run(loop, ask(text, piece, method, heard)));
  return heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView in = view_of(data + 1, size - 1);
  const Method method = (data[0] & 1) != 0 ? Method(Method::head) : Method(Method::get);
  const Heard whole = hear(in, std::max<std::size_t>(in.size(), 1), method);
  const Heard pieces = hear(in, 1 + std::size_t{data[0]} / 2, method);
  expect(whole.head == pieces.head && whole.status == pieces.status && whole.framing == pieces.framing);
  expect(whole.body == pieces.body);
  // What came before a fault may have been given or not.
  if (whole.body == Errc::bug) expect(whole.content == pieces.content);
  return 0;
}
