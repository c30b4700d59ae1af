// Viewer: a client that sends raw text and reads one reply, over a connection that it keeps while both sides allow.
//
// Use:    Viewer viewer(world.loop("v1"), edge); Reply reply = co_await viewer.ask(get_text("/a", "example.com"));
// Core:   of its loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rt/address.h"
#include "sim/message_text.h"

namespace gust::rt {
class Loop;
class Socket;
}  // namespace gust::rt

namespace gust::sim {

struct Reply {
  // What ended it early; none when it came in full.
  std::optional<Errc> failure;
  int status = 0;  // of the final reply
  int interim_count = 0;
  MessageText interim{};  // the last of them
  MessageText message;
};

std::string get_text(std::string_view target, std::string_view host, const std::vector<TextField>& fields = {});

class Viewer {
 public:
  Viewer(rt::Loop& loop, const rt::Endpoint& to);
  ~Viewer();

  // Sends `request` as it is and reads one reply within `patience`; opens a connection when none is open.
  rt::Task<Reply> ask(std::string request, Duration patience = std::chrono::minutes{2});
  // Sends `bytes` alone, on the connection that is open or a new one.
  rt::Task<Result<void>> send(std::string bytes, Duration patience = std::chrono::minutes{2});
  // Reads the next reply on the open connection.
  rt::Task<Reply> read(BodyRule rule = BodyRule::reply, Duration patience = std::chrono::minutes{2});
  void close();
  void reset();
  bool is_connected() const { return socket_ != nullptr; }

 private:
  rt::Loop& loop_;
  rt::Endpoint to_;
  std::unique_ptr<rt::Socket> socket_;
  std::unique_ptr<MessageReader> reader_;
};

}  // namespace gust::sim
