// Origin: a server that answers from a script, and remembers what it was asked.
//
// Shape:  a list of answers. A request takes the first answer that fits it and is not used up; one that fits none gets
//         a 500 and is a complaint, and so is an answer that nobody asked for. HTTP/1.1 with keep-alive.
// Use:    Origin origin(world.loop("origin"), endpoint); origin.add({...}); ... origin.stop();
//         world.run_until([&] { return origin.has_ended(); });
// Core:   of its loop. After a crash of its host: stop it, let it end, make a new one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "rt/address.h"
#include "rt/scope.h"
#include "sim/message_text.h"

namespace gust::rt {
class Listener;
class Loop;
class Socket;
}  // namespace gust::rt

namespace gust::sim {

struct Answer {
  std::string method = "GET";
  std::string target{};             // as in the request line; empty fits any
  std::vector<TextField> fields{};  // the request must have each of these
  std::vector<std::string> absent_fields{};
  std::vector<std::string> present_fields{};
  std::optional<std::string> body{};  // the request's
  bool is_repeated = false;           // fits any number of requests, also none

  Duration wait{};      // before the reply
  std::string reply{};  // raw; nothing is added
  Duration pause{};     // between the two halves of the reply
  Duration trickle{};   // behind each kilobyte of the reply
  enum class Then { keep_open, close, reset, stall } then = Then::keep_open;
};

// A raw reply with this body and its Content-Length.
std::string reply_text(int status, const std::vector<TextField>& fields, std::string_view body);

class Origin {
 public:
  // Listens at once; the address is free.
  Origin(rt::Loop& loop, const rt::Endpoint& at);
  ~Origin();

  void add(Answer answer);

  std::uint64_t request_count() const { return requests_.size(); }
  std::uint64_t request_count_of(std::string_view target) const;
  // In the order in which they had come in full.
  const std::vector<MessageText>& requests() const { return requests_; }
  std::uint64_t connection_count() const { return connections_; }
  // Requests that no answer fits, malformed ones, and answers that were not asked for.
  std::vector<std::string> complaints() const;

  rt::Endpoint at() const;  // with the port that was chosen for port 0
  void stop() { scope_.cancel(); }
  bool has_ended() const { return scope_.running() == 0; }
  // stop(), and returns when it has ended.
  rt::Task<void> end();

 private:
  struct Step {
    Answer answer;
    std::uint64_t used = 0;
  };
  rt::Task<void> accept_all();
  rt::Task<void> serve(std::unique_ptr<rt::Socket> socket);
  rt::Task<bool> answer_with(rt::Socket& socket, Answer answer);
  Answer answer_for(const MessageText& request);

  rt::Loop& loop_;
  std::unique_ptr<rt::Listener> listener_;
  std::vector<std::unique_ptr<Step>> steps_;
  std::vector<MessageText> requests_;
  std::vector<std::string> strange_;
  std::uint64_t connections_ = 0;
  rt::Scope scope_;
};

}  // namespace gust::sim
