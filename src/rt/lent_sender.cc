#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "rt/lent_sender_internal.h"
#include "rt/network.h"
#include "rt/real_network_internal.h"

namespace gust::rt {
namespace {

// A page takes a place in the pipe: room for a batch (http::WritePace) and the broken pages at its ends.
constexpr int pipe_bytes = 512 * 1024;

}  // namespace

bool LentSender::open_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) return false;
  out_ = ends[0];
  in_ = ends[1];
  nowhere_ = open("/dev/null", O_WRONLY | O_CLOEXEC);
  // A smaller pipe, where a user's share of them is used up, only means more calls.
  [[maybe_unused]] const int bytes = fcntl(in_, F_SETPIPE_SZ, pipe_bytes);
  // splice has no MSG_NOSIGNAL.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  return true;
}

void LentSender::close_pipe() {
  for (int* descriptor : {&out_, &in_, &nowhere_}) {
    if (*descriptor >= 0) close(std::exchange(*descriptor, -1));
  }
}

void LentSender::discard(std::size_t bytes) {
  while (bytes > 0) {
    const ssize_t gone = nowhere_ < 0 ? 0 : splice(out_, nullptr, nowhere_, nullptr, bytes, SPLICE_F_NONBLOCK);
    if (gone < 0 && errno == EINTR) continue;
    if (gone <= 0) return close_pipe();
    bytes -= static_cast<std::size_t>(gone);
  }
}

ssize_t LentSender::send(int socket, const WriteOperation& operation) {
  const std::span<const ByteView> pieces = operation.pieces();
  const std::span<const ByteView> lent = operation.lent_pieces();
  if (lent.empty() || is_refused_) return send_now(socket, pieces);
  const auto copied = pieces.first(pieces.size() - lent.size());
  std::size_t bytes = 0;
  for (const ByteView& piece : copied) bytes += piece.size();
  if (bytes > 0) {
    const ssize_t taken = send_now(socket, copied, true);
    if (taken < 0 || static_cast<std::size_t>(taken) < bytes) return taken;
  }
  ssize_t sent = 0;
  if (!lend(socket, lent, sent)) sent = send_now(socket, lent);
  // An error behind bytes that were taken is that of the next write.
  return bytes > 0 ? static_cast<ssize_t>(bytes) + std::max<ssize_t>(sent, 0) : sent;
}

// What is short now may not be so later; what the system does not have or allow it never will.
void LentSender::note_refusal(int error) {
  is_refused_ = error == ENOSYS || error == EPERM || error == EACCES || error == EINVAL;
}

// False where nothing could be sent by reference; else `sent` is as of send_now().
bool LentSender::lend(int socket, std::span<const ByteView> pieces, ssize_t& sent) {
  IoVectors vectors(pieces);
  if (vectors.size() == 0) return true;
  if (out_ < 0 && !open_pipe()) {
    note_refusal(errno);
    return false;
  }
  ssize_t held;
  do held = vmsplice(in_, vectors.data(), vectors.size(), SPLICE_F_NONBLOCK);
  while (held < 0 && errno == EINTR);
  if (held <= 0) {
    note_refusal(held < 0 ? errno : 0);
    close_pipe();
    return false;
  }
  int error = 0;
  while (sent < held && error == 0) {
    const ssize_t moved =
        splice(out_, nullptr, socket, nullptr, static_cast<std::size_t>(held - sent), SPLICE_F_NONBLOCK);
    if (moved > 0) {
      sent += moved;
    } else if (moved == 0) {
      error = EIO;
    } else if (errno != EINTR) {
      error = errno == EWOULDBLOCK ? EAGAIN : errno;
    }
  }
  if (sent < held) discard(static_cast<std::size_t>(held - sent));
  if (sent == 0) sent = -error;
  return true;
}

}  // namespace gust::rt
