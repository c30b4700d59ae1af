// What both ends of HTTP/2 share of nghttp2: its memory, counted and bounded, and the session as an owner holds it.
//
// Source: nghttp2 1.52, "nghttp2_mem" and "nghttp2_session_server_new3" of its manual.
#pragma once

#include <nghttp2/nghttp2.h>

#include <memory>

#include "base/bytes.h"

namespace gust::http {

// The memory of one session, from the thread's pool. What would go beyond `most` is not given, which nghttp2 takes as
// the end of its session.
class Http2Memory {
 public:
  explicit Http2Memory(ByteCount most) : most_(most) {}
  Http2Memory(const Http2Memory&) = delete;
  Http2Memory& operator=(const Http2Memory&) = delete;

  // For nghttp2; it and this outlive the session.
  nghttp2_mem* library() { return &functions_; }
  ByteCount held() const { return held_; }

 private:
  struct Front {  // of each piece
    std::size_t bytes;
    std::size_t padding;
  };
  void* take(std::size_t bytes);
  void give(void* piece);
  static void* allocate(std::size_t bytes, void* self);
  static void release(void* piece, void* self);
  static void* allocate_zeroed(std::size_t count, std::size_t bytes, void* self);
  static void* resize(void* piece, std::size_t bytes, void* self);

  ByteCount most_;
  ByteCount held_ = 0;
  nghttp2_mem functions_{this, &allocate, &release, &allocate_zeroed, &resize};
};

struct DeleteHttp2Library {
  void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  void operator()(nghttp2_session_callbacks* callbacks) const { nghttp2_session_callbacks_del(callbacks); }
  void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};
using Http2Library = std::unique_ptr<nghttp2_session, DeleteHttp2Library>;
using Http2Callbacks = std::unique_ptr<nghttp2_session_callbacks, DeleteHttp2Library>;
using Http2Options = std::unique_ptr<nghttp2_option, DeleteHttp2Library>;

inline Http2Callbacks make_http2_callbacks() {
  nghttp2_session_callbacks* made = nullptr;
  nghttp2_session_callbacks_new(&made);
  return Http2Callbacks(made);
}
inline Http2Options make_http2_options() {
  nghttp2_option* made = nullptr;
  nghttp2_option_new(&made);
  return Http2Options(made);
}

inline ByteView view_of(nghttp2_rcbuf* text) {
  const nghttp2_vec bytes = nghttp2_rcbuf_get_buf(text);
  return {reinterpret_cast<const char*>(bytes.base), bytes.len};
}

}  // namespace gust::http
