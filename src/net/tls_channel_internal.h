// TlsChannel: a TLS session of OpenSSL over a Stream, without waiting: the session reads from what the Stream has at
// once and writes into memory, which is then sent in few pieces.
//
// Shape:  OpenSSL calls back through a BIO of our own. What it reads goes from the Stream straight into its buffer,
// which
//         it holds only while there are bytes in it. What it writes is collected in blocks of the thread's memory pool.
// Why not kTLS: docs/decisions/tls-in-user-space.md.
// Core:   one.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "net/openssl_internal.h"
#include "net/stream.h"
#include "net/tls_facts.h"

namespace gust::net {

// Bytes that wait to be sent.
class Outbox {
 public:
  static constexpr std::size_t pieces_max = 64;

  Outbox() = default;
  ~Outbox() { clear(); }
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  bool empty() const { return bytes_ == 0; }
  std::size_t bytes() const { return bytes_; }
  void add(ByteView bytes);
  // The first bytes as views, which stay while more is added.
  std::span<ByteView> front(std::array<ByteView, pieces_max>& room) const;
  void take(std::size_t bytes);
  void clear();

 private:
  struct Piece {
    char* memory;
    std::size_t begin, end;
  };
  std::vector<Piece> pieces_;
  std::size_t bytes_ = 0;
};

class TlsChannel {
 public:
  TlsChannel(std::unique_ptr<Stream> below, Owned<SSL> ssl);
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;

  Stream& below() { return *below_; }
  SSL* ssl() { return ssl_.get(); }
  Outbox& outbox() { return outbox_; }

  // Sends what the Stream takes at once; true where that was all. False also while flush() is under way.
  //   fails  as Stream::try_write
  Result<bool> try_flush();
  //   fails  as Stream::write
  rt::Task<Result<void>> flush(Instant deadline);

  // What a failed call of OpenSSL means for the connection: the Stream's own failure, its end, or the reason in
  // OpenSSL's queue.
  Error failure(std::string_view otherwise);
  // The peer has closed the connection, with or without TLS's own end.
  bool below_ended() const { return below_ended_; }

  std::shared_ptr<void> role;  // what callbacks look at through SSL_get_app_data, where it must live as long

 private:
  static const BIO_METHOD* bio_method();
  static int read_below(BIO* bio, char* into, std::size_t size, std::size_t* got);
  static int write_out(BIO* bio, const char* bytes, std::size_t size, std::size_t* taken);
  static long control(BIO* bio, int command, long number, void* pointer);

  std::unique_ptr<Stream> below_;
  Outbox outbox_;
  std::optional<Error> below_failure_;
  bool below_ended_ = false;
  bool is_flushing_ = false;
  Owned<SSL> ssl_;  // goes first: it holds the BIO
};

}  // namespace gust::net
