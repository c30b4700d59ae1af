#include <poll.h>

#include "rt/real_datagrams_internal.h"
#include "rt/real_network_internal.h"
#include "rt/signal.h"
#include "rt/uring_loop.h"
#include "rt/uring_network_internal.h"
#include "rt/uring_ring_internal.h"

namespace gust::rt {
namespace {

// The ring tells when the socket may be tried; the calls are those of any loop, as a batch of them beats a completion
// for each datagram.
class Polled final : public Requester, public Postponed {
 public:
  Polled(UringLoop& loop, int descriptor) : Requester(loop), socket_(descriptor) {}

  DatagramSocket& socket() { return socket_; }
  Task<Result<std::span<const Datagram>>> receive(Instant deadline) {
    while (true) {
      if (loop().take_immediate()) {
        const auto got = socket_.receive();
        if (!got || !got->empty()) co_return got;
        poll_for(come, POLLIN);
      } else {
        loop().ask_again(*this);
      }
      CO_TRY_OK(co_await come_.wait(deadline));
    }
  }
  // The socket is asked about when someone wants to know.
  Task<Result<void>> writable(Instant deadline) {
    if (!is_full_) co_return Result<void>{};
    poll_for(room, POLLOUT);
    co_return co_await room_.wait(deadline);
  }
  Result<bool> try_send(const DatagramBatch& batch) {
    const Result<bool> sent = socket_.send(batch);
    is_full_ = sent && !*sent;
    return sent;
  }

 private:
  enum Kind : unsigned { come, room };
  ~Polled() override = default;

  void poll_for(Kind kind, unsigned events) {
    if (is_asked(kind)) return;
    if (io_uring_sqe* request = ask(kind)) io_uring_prep_poll_add(request, socket_.descriptor(), events);
  }
  void on_completion(unsigned kind, int, unsigned) override {
    if (is_released()) return;
    (kind == come ? come_ : room_).notify_all();
  }
  void on_release() override { loop().forget(*this); }
  void try_again() override { come_.notify_all(); }

  DatagramSocket socket_;
  bool is_full_ = false;
  Signal come_;
  Signal room_;
};

class UringDatagrams final : public Datagrams {
 public:
  UringDatagrams(UringLoop& loop, int descriptor) : polled_(*new Polled(loop, descriptor)) {}
  ~UringDatagrams() override { polled_.release(); }

  Task<Result<std::span<const Datagram>>> receive(Instant deadline) override { return polled_.receive(deadline); }
  Result<bool> try_send(const DatagramBatch& batch) override { return polled_.try_send(batch); }
  Task<Result<void>> writable(Instant deadline) override { return polled_.writable(deadline); }
  Endpoint local() const override { return local_of(polled_.socket().descriptor()); }

 private:
  Polled& polled_;
};

}  // namespace

std::unique_ptr<Datagrams> make_uring_datagrams(UringLoop& loop, int descriptor) {
  return std::make_unique<UringDatagrams>(loop, descriptor);
}

}  // namespace gust::rt
