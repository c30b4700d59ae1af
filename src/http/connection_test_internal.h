// What the tests of connections share: two simulated hosts, a scripted peer on raw bytes, and a handler made of a
// function.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/client_connection.h"
#include "http/exchange.h"
#include "http/server_connection.h"
#include "net/stream.h"
#include "rt/network.h"
#include "rt/scope.h"
#include "rt/sim_world.h"

namespace gust::http {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A viewer or client at 10.0.0.1, and a server or origin at 10.0.0.2, with a connection between them.
class TwoEnds {
 public:
  explicit TwoEnds(std::uint64_t seed = 1, const rt::sim::WorldOptions& options = {})
      : world(seed, options), near(world.add_host("near", "10.0.0.1")), far(world.add_host("far", "10.0.0.2")) {}

  // A new connection: the near end and the far end.
  std::pair<std::unique_ptr<rt::Socket>, std::unique_ptr<rt::Socket>> connect();
  std::string report() const { return world.report(); }

  rt::sim::World world;
  rt::Loop& near;
  rt::Loop& far;
};

// One end played from a script of raw bytes.
struct RawPeer {
  std::string heard;
  Errc end = Errc::bug;  // closed, reset; bug: not ended
  std::unique_ptr<rt::Socket> socket;
};

// Says `pieces` one after the other with `pause` between them and behind each.
rt::Task<void> say(RawPeer& peer, std::vector<std::string> pieces, Duration pause = {});
// Hears until the other end is over or `until`.
rt::Task<void> hear(RawPeer& peer, Instant until = never);
// Hears until `text` stands in what was heard, or the end.
rt::Task<void> hear_text(RawPeer& peer, std::string text);

// Calls a function for each exchange; remembers what was refused.
class TestHandler final : public Handler {
 public:
  using Function = rt::Task<void> (*)(TestHandler& handler, Exchange& exchange);
  explicit TestHandler(Function function) : function_(function) {}
  rt::Task<void> handle(Exchange& exchange) override;
  void refused(const Refusal& refusal, ResponseHead& answer, std::string& content) override;

  std::vector<std::string> targets;  // of exchanges handled
  std::vector<std::string> bodies;   // the handler may put here what it read
  std::vector<Errc> errors;          // the handler may put here what failed
  std::vector<Errc> refusals;
  ExchangeFacts facts;  // of the last exchange when its handler was over

 private:
  Function function_;
};

// Handlers.
rt::Task<void> answer_target(TestHandler& handler, Exchange& exchange);  // 200 with the target as content
rt::Task<void> echo(TestHandler& handler, Exchange& exchange);           // reads all, then 200 with it

// Reads a body to its end into `text`; gives the code of a failure, or bug.
rt::Task<Errc> read_all(BodyReader& body, std::string& text);

// How many times `part` stands in `text`.
std::size_t times(std::string_view text, std::string_view part);

}  // namespace gust::http
