// AtOnce: a socket on which something is always there to be read, for a readable() that need not wait.
#pragma once

#include "rt/network.h"

namespace gust::net {

class AtOnce final : public rt::Socket {
 public:
  void finish_writing() override {}
  void reset() override {}
  rt::Endpoint local() const override { return {}; }
  rt::Endpoint peer() const override { return {}; }

 private:
  bool try_read(rt::ReadOperation& operation) override {
    operation.set_outcome(0);
    return true;
  }
  bool try_write(rt::WriteOperation& operation) override {
    operation.set_outcome(0);
    return true;
  }
  void park_read(rt::ReadOperation&) override {}
  void park_write(rt::WriteOperation&) override {}
  void withdraw_read(rt::ReadOperation&, Errc) override {}
  void withdraw_write(rt::WriteOperation&, Errc) override {}
};

}  // namespace gust::net
