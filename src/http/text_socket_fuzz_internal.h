// The peer of the fuzzers of connections.
#pragma once

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "rt/network.h"

namespace gust::http {

// Takes all that is written and says `text` in pieces, then ends.
class TextSocket final : public rt::Socket {
 public:
  TextSocket(ByteView text, std::size_t piece, std::size_t& left) : text_(text), piece_(piece), left_(left) {}

  void finish_writing() override {}
  void reset() override {}
  rt::Endpoint local() const override { return {}; }
  rt::Endpoint peer() const override { return {}; }

 private:
  bool try_read(rt::ReadOperation& operation) override {
    const MutableBytes into = operation.into();
    const std::size_t size = std::min({into.size(), piece_, text_.size()});
    if (size > 0) std::memcpy(into.data(), text_.data(), size);
    text_.remove_prefix(size);
    left_ = text_.size();
    operation.set_outcome(size);
    return true;
  }
  bool try_write(rt::WriteOperation& operation) override {
    std::size_t bytes = 0;
    for (const ByteView piece : operation.pieces()) bytes += piece.size();
    operation.set_outcome(bytes);
    return true;
  }
  void park_read(rt::ReadOperation&) override {}
  void park_write(rt::WriteOperation&) override {}
  void withdraw_read(rt::ReadOperation&, Errc) override {}
  void withdraw_write(rt::WriteOperation&, Errc) override {}

  ByteView text_;
  std::size_t piece_;
  std::size_t& left_;
};

}  // namespace gust::http
