// VersionedOrigin: a server whose every path has a version that tests raise; what it answers tells which one it was.
//
// Shape:  the body of (path, version) is a pure function, so that a reader of an answer knows every byte it must have.
//         Framing, size and freshness differ from path to path. ETags name the version; If-None-Match gives 304. Paths
//         whose answers have a length know single ranges.
// Core:   of its loop.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "rt/address.h"
#include "rt/scope.h"
#include "sim/message_text.h"

namespace gust::rt {
class Listener;
class Loop;
class Socket;
}  // namespace gust::rt

namespace gust::network {

// 0 to some 100 KB of text that no other path or version has.
std::string body_of(std::string_view path, int version);

// The tag of a path's answers, in the field Cache-Tag; one of `tag_count`.
inline constexpr std::size_t tag_count = 3;
std::string tag_of(std::string_view path);

class VersionedOrigin {
 public:
  VersionedOrigin(rt::Loop& loop, const rt::Endpoint& at);
  ~VersionedOrigin();

  int version_of(std::string_view path) const;
  void raise_version(std::string_view path) { ++versions_[std::string(path)]; }
  // Of answers, how many break off in the middle or are a 500.
  void set_trouble(double break_chance, double error_chance);
  // Of answers, how many pause in the middle, for up to `pause_max`.
  void set_slow(double chance, Duration pause_max);
  // While dead, connections close at once and nothing is answered.
  void set_dead(bool dead) { is_dead_ = dead; }
  std::uint64_t requests() const { return requests_; }

  void stop() { scope_.cancel(); }
  bool has_ended() const { return scope_.running() == 0; }

 private:
  rt::Task<void> accept_all();
  rt::Task<void> serve(std::unique_ptr<rt::Socket> socket);
  rt::Task<Result<void>> send(rt::Socket& socket, std::string answer);
  std::string answer_to(const sim::MessageText& request, bool& breaks_off, bool& closes);
  bool draw(double chance);

  rt::Loop& loop_;
  std::unique_ptr<rt::Listener> listener_;
  std::map<std::string, int, std::less<>> versions_;
  double break_chance_ = 0;
  double error_chance_ = 0;
  double slow_chance_ = 0;
  Duration pause_max_{};
  bool is_dead_ = false;
  std::uint64_t requests_ = 0;
  rt::Scope scope_;
};

}  // namespace gust::network
