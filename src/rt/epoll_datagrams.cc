#include <sys/epoll.h>

#include "rt/epoll_loop.h"
#include "rt/epoll_network_internal.h"
#include "rt/real_datagrams_internal.h"
#include "rt/real_network_internal.h"
#include "rt/signal.h"

namespace gust::rt {
namespace {

class EpollDatagrams final : public Datagrams, public Watched {
 public:
  EpollDatagrams(EpollLoop& loop, int descriptor) : loop_(loop), socket_(descriptor) {}
  ~EpollDatagrams() override { loop_.unwatch(socket_.descriptor(), *this); }
  Result<void> start() { return loop_.watch(socket_.descriptor(), *this); }

  void on_events(std::uint32_t events) override {
    if (events & (EPOLLIN | EPOLLERR)) come_.notify_all();
    if ((events & EPOLLOUT) && is_full_) {
      is_full_ = false;
      room_.notify_all();
    }
  }

  Task<Result<std::span<const Datagram>>> receive(Instant deadline) override {
    while (true) {
      if (loop_.take_immediate()) {
        const auto got = socket_.receive();
        if (!got || !got->empty()) co_return got;
      } else {
        loop_.ask_again(*this);
      }
      CO_TRY_OK(co_await come_.wait(deadline));
    }
  }
  Result<bool> try_send(const DatagramBatch& batch) override {
    const Result<bool> sent = socket_.send(batch);
    is_full_ = sent && !*sent;
    return sent;
  }
  Task<Result<void>> writable(Instant deadline) override {
    while (is_full_) CO_TRY_OK(co_await room_.wait(deadline));
    co_return Result<void>{};
  }
  Endpoint local() const override { return local_of(socket_.descriptor()); }

 private:
  EpollLoop& loop_;
  DatagramSocket socket_;
  bool is_full_ = false;
  Signal come_;
  Signal room_;
};

}  // namespace

Result<std::unique_ptr<Datagrams>> make_epoll_datagrams(EpollLoop& loop, int descriptor) {
  auto made = std::make_unique<EpollDatagrams>(loop, descriptor);
  TRY_OK(made->start());
  return made;
}

}  // namespace gust::rt
