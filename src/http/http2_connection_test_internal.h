// What the tests of HTTP/2 share: a viewer that says raw frames and takes apart what it hears.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/connection_test_internal.h"
#include "http/http2_connection.h"
#include "http/http2_frames_test_internal.h"

namespace gust::http {

struct HeardFrame {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string payload;
};
std::vector<HeardFrame> frames_of(const std::string& bytes);

struct HeardAnswer {
  std::vector<Lines> heads;  // interim ones, the final one, trailers
  std::string content;
  std::size_t data_frames = 0;
  bool is_ended = false;
  std::optional<std::uint32_t> reset_with;

  std::string field(const std::string& name, std::size_t head = 0) const;
  std::string status() const { return heads.empty() ? "" : field(":status", heads.size() - 1); }
};

// A viewer on raw frames and an Http2Connection with a handler.
class Http2Test : public testing::Test {
 protected:
  void use(TestHandler::Function function, const ServerLimits& its_limits = {}, std::uint64_t seed = 1);
  // The viewer says `bytes` now.
  void say_now(const std::string& bytes);
  // The world goes on for so long.
  void pass(Duration time);
  // As say_now() and pass() with time enough for an answer.
  void talk(const std::string& bytes) {
    say_now(bytes);
    pass(milliseconds(500));
  }
  // What was heard on one stream so far.
  HeardAnswer answer(std::uint32_t stream);
  std::vector<HeardFrame> heard(std::uint8_t type) const;
  // The error code of the last GOAWAY, if one came.
  std::optional<std::uint32_t> goaway() const;
  bool is_over() const { return serving->running() == 0; }
  void TearDown() override;

  std::unique_ptr<TwoEnds> ends;
  ServerLimits limits;
  std::unique_ptr<TestHandler> handler;
  std::unique_ptr<Http2Connection> connection;
  std::unique_ptr<rt::Scope> serving;
  std::unique_ptr<rt::Scope> viewing;
  RawPeer viewer;
};

}  // namespace gust::http
