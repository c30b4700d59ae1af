#include <nghttp2/nghttp2.h>

#include "http/http2_connection_test_internal.h"

namespace gust::http {
namespace {

rt::Task<void> serve(Http2Connection& connection) { co_await connection.serve(); }

std::uint32_t read_number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

Lines inflate(nghttp2_hd_inflater* inflater, std::string_view bytes) {
  Lines lines;
  const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::size_t left = bytes.size();
  for (;;) {
    nghttp2_nv line{};
    int flags = 0;
    const auto used = nghttp2_hd_inflate_hd2(inflater, &line, &flags, in, left, 1);
    if (used < 0) {
      ADD_FAILURE() << "a head that cannot be decoded";
      break;
    }
    in += used;
    left -= static_cast<std::size_t>(used);
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      lines.emplace_back(std::string(reinterpret_cast<char*>(line.name), line.namelen),
                         std::string(reinterpret_cast<char*>(line.value), line.valuelen));
    }
    if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
  }
  nghttp2_hd_inflate_end_headers(inflater);
  return lines;
}

}  // namespace

std::vector<HeardFrame> frames_of(const std::string& bytes) {
  std::vector<HeardFrame> frames;
  for (std::size_t at = 0; at + 9 <= bytes.size();) {
    const std::string_view head(bytes.data() + at, 9);
    const std::size_t size = read_number(head.substr(0, 3));
    if (at + 9 + size > bytes.size()) break;
    frames.push_back({static_cast<std::uint8_t>(head[3]), static_cast<std::uint8_t>(head[4]),
                      read_number(head.substr(5)) & 0x7FFFFFFFU, bytes.substr(at + 9, size)});
    at += 9 + size;
  }
  return frames;
}

std::string HeardAnswer::field(const std::string& name, std::size_t head) const {
  if (head >= heads.size()) return "";
  for (const auto& [its_name, value] : heads[head]) {
    if (its_name == name) return value;
  }
  return "";
}

void Http2Test::use(TestHandler::Function function, const ServerLimits& its_limits, std::uint64_t seed) {
  if (serving) TearDown();
  ends = std::make_unique<TwoEnds>(seed);
  handler = std::make_unique<TestHandler>(function);
  limits = its_limits;
  auto [viewer_socket, server_socket] = ends->connect();
  viewer = {};
  viewer.socket = std::move(viewer_socket);
  connection =
      std::make_unique<Http2Connection>(net::make_tcp_stream(std::move(server_socket)), Scheme::http, *handler, limits);
  serving = std::make_unique<rt::Scope>(ends->far);
  viewing = std::make_unique<rt::Scope>(ends->near);
  serving->spawn(serve(*connection));
  viewing->spawn(hear(viewer));
}

void Http2Test::say_now(const std::string& bytes) { viewing->spawn(say(viewer, {bytes})); }

void Http2Test::pass(Duration time) { ends->world.run_for(time); }

std::vector<HeardFrame> Http2Test::heard(std::uint8_t type) const {
  std::vector<HeardFrame> frames = frames_of(viewer.heard);
  std::erase_if(frames, [&](const HeardFrame& each) { return each.type != type; });
  return frames;
}

HeardAnswer Http2Test::answer(std::uint32_t stream) {
  HeardAnswer answer;
  nghttp2_hd_inflater* inflater = nullptr;
  nghttp2_hd_inflate_new(&inflater);
  std::string head;
  for (const HeardFrame& each : frames_of(viewer.heard)) {
    const bool is_mine = each.stream == stream;
    if (each.type == headers_frame || each.type == continuation_frame) {
      head = each.type == headers_frame ? each.payload : head + each.payload;
      if ((each.flags & end_headers) != 0) {
        const Lines lines = inflate(inflater, head);
        if (is_mine) answer.heads.push_back(lines);
      }
    }
    if (is_mine && each.type == data_frame) {
      answer.content += each.payload;
      ++answer.data_frames;
    }
    const bool has_end = each.type == headers_frame || each.type == data_frame;
    if (is_mine && has_end && (each.flags & end_stream) != 0) answer.is_ended = true;
    if (is_mine && each.type == reset_frame) answer.reset_with = read_number(each.payload);
  }
  nghttp2_hd_inflate_del(inflater);
  return answer;
}

std::optional<std::uint32_t> Http2Test::goaway() const {
  const auto frames = heard(goaway_frame);
  if (frames.empty()) return std::nullopt;
  return read_number(std::string_view(frames.back().payload).substr(4, 4));
}

void Http2Test::TearDown() {
  if (!serving) return;
  viewing->cancel();
  ends->world.run(ends->near, viewing->join());
  serving->cancel();
  ends->world.run(ends->far, serving->join());
  viewer.socket.reset();
  connection.reset();
  serving.reset();
  viewing.reset();
}

}  // namespace gust::http
