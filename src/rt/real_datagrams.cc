#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "rt/real_datagrams_internal.h"
#include "rt/real_network_internal.h"

namespace gust::rt {
namespace {

constexpr std::size_t control_bytes = 128;  // an address, a traffic class and a segment length, with their headers
constexpr int receive_buffer_bytes = 2 * 1024 * 1024;
constexpr int ecn_bits = 3;

// Adds control messages to a message to be sent.
class ControlWriter {
 public:
  explicit ControlWriter(msghdr& message) : message_(message) {
    message_.msg_control = space_;
    message_.msg_controllen = sizeof space_;
    next_ = CMSG_FIRSTHDR(&message_);
  }
  template <typename Value>
  void add(int level, int type, const Value& value) {
    next_->cmsg_level = level;
    next_->cmsg_type = type;
    next_->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(next_), &value, sizeof value);
    used_ += CMSG_SPACE(sizeof value);
    next_ = CMSG_NXTHDR(&message_, next_);
  }
  void finish() {
    message_.msg_controllen = used_;
    if (used_ == 0) message_.msg_control = nullptr;
  }

 private:
  msghdr& message_;
  alignas(cmsghdr) char space_[control_bytes] = {};
  cmsghdr* next_;
  std::size_t used_ = 0;
};

void add_source(ControlWriter& control, const Endpoint& from) {
  if (is_any(from)) return;
  if (from.is_v6) {
    in6_pktinfo source{};
    std::memcpy(&source.ipi6_addr, from.address.data(), 16);
    control.add(IPPROTO_IPV6, IPV6_PKTINFO, source);
  } else {
    in_pktinfo source{};
    std::memcpy(&source.ipi_spec_dst, from.address.data(), 4);
    control.add(IPPROTO_IP, IP_PKTINFO, source);
  }
}

template <typename Value>
Value value_of(const cmsghdr* header) {
  Value value{};
  std::memcpy(&value, CMSG_DATA(header), sizeof value);
  return value;
}

// What the control messages tell of a message that was received.
struct Told {
  Endpoint to;
  Ecn ecn = Ecn::none;
  std::size_t segment_bytes = 0;
};

Told read_control(msghdr& message, std::uint16_t port) {
  Told told;
  told.to.port = port;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    const int level = header->cmsg_level;
    const int type = header->cmsg_type;
    if (level == IPPROTO_IP && type == IP_PKTINFO) {
      const auto info = value_of<in_pktinfo>(header);
      std::memcpy(told.to.address.data(), &info.ipi_addr, 4);
    } else if (level == IPPROTO_IPV6 && type == IPV6_PKTINFO) {
      const auto info = value_of<in6_pktinfo>(header);
      told.to.is_v6 = true;
      std::memcpy(told.to.address.data(), &info.ipi6_addr, 16);
    } else if (level == IPPROTO_IP && type == IP_TOS) {
      told.ecn = static_cast<Ecn>(value_of<std::uint8_t>(header) & ecn_bits);
    } else if (level == IPPROTO_IPV6 && type == IPV6_TCLASS) {
      told.ecn = static_cast<Ecn>(value_of<int>(header) & ecn_bits);
    } else if (level == SOL_UDP && type == UDP_GRO) {
      told.segment_bytes = static_cast<std::size_t>(value_of<int>(header));
    }
  }
  return told;
}

// Errors that an earlier datagram, or the network, left behind: they concern no one who calls now.
bool is_passing(int error) {
  return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == EINTR ||
         error == ENETDOWN || error == EPROTO || error == ENOPROTOOPT || error == EHOSTDOWN || error == EOPNOTSUPP;
}

}  // namespace

DatagramSocket::DatagramSocket(int descriptor) : descriptor_(descriptor), is_v6_(local_of(descriptor).is_v6) {
  const int on = 1;
  const int joins = 1;
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  setsockopt(descriptor_, SOL_UDP, UDP_GRO, &joins, sizeof joins);
  if (is_v6_) {
    const int whole = IPV6_PMTUDISC_PROBE;
    setsockopt(descriptor_, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    setsockopt(descriptor_, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof on);
    setsockopt(descriptor_, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &whole, sizeof whole);
  } else {
    const int whole = IP_PMTUDISC_PROBE;
    setsockopt(descriptor_, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    setsockopt(descriptor_, IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
    setsockopt(descriptor_, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof whole);
  }
}

DatagramSocket::~DatagramSocket() { close(descriptor_); }

Result<std::span<const Datagram>> DatagramSocket::receive() {
  if (!buffers_) buffers_ = std::make_unique_for_overwrite<char[]>(batch_max * message_bytes);
  received_.clear();
  std::array<NativeAddress, batch_max> peers;
  std::array<iovec, batch_max> vectors;
  std::array<mmsghdr, batch_max> messages{};
  alignas(cmsghdr) char controls[batch_max][control_bytes];
  for (std::size_t i = 0; i < batch_max; ++i) {
    vectors[i] = {buffers_.get() + i * message_bytes, message_bytes};
    msghdr& message = messages[i].msg_hdr;
    message.msg_name = peers[i].pointer();
    message.msg_namelen = peers[i].size;
    message.msg_iov = &vectors[i];
    message.msg_iovlen = 1;
    message.msg_control = controls[i];
    message.msg_controllen = control_bytes;
  }
  int count = -1;
  while ((count = recvmmsg(descriptor_, messages.data(), batch_max, MSG_DONTWAIT, nullptr)) < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::span<const Datagram>();
    if (!is_passing(errno)) return failure_of_socket(errno);
  }
  const std::uint16_t port = local_of(descriptor_).port;
  for (int i = 0; i < count; ++i) {
    mmsghdr& message = messages[static_cast<std::size_t>(i)];
    const Told told = read_control(message.msg_hdr, port);
    const Endpoint from = endpoint_of(static_cast<const sockaddr*>(message.msg_hdr.msg_name));
    ByteView rest(static_cast<const char*>(message.msg_hdr.msg_iov->iov_base), message.msg_len);
    const std::size_t segment = told.segment_bytes > 0 ? told.segment_bytes : std::max<std::size_t>(rest.size(), 1);
    do {
      received_.push_back({rest.substr(0, segment), from, told.to, told.ecn});
      rest.remove_prefix(std::min(segment, rest.size()));
    } while (!rest.empty());
  }
  return std::span<const Datagram>(received_);
}

Result<bool> DatagramSocket::send(const DatagramBatch& batch) {
  if (batch.bytes.size() <= batch.segment_bytes) return send_one(batch, false);
  if (cuts_segments_) {
    const Result<bool> sent = send_one(batch, true);
    // A kernel, a device or a sandbox without segmentation says so by any of these.
    if (sent || sent.error().code != Errc::unsupported) return sent;
    cuts_segments_ = false;
  }
  return send_each(batch);
}

Result<bool> DatagramSocket::send_one(const DatagramBatch& batch, bool in_segments) {
  NativeAddress to = native_of(batch.to);
  iovec vector{const_cast<char*>(batch.bytes.data()), batch.bytes.size()};
  msghdr message{};
  message.msg_name = to.pointer();
  message.msg_namelen = to.size;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  ControlWriter control(message);
  add_source(control, batch.from);
  if (batch.ecn != Ecn::none) {
    const int field = static_cast<int>(batch.ecn);
    is_v6_ ? control.add(IPPROTO_IPV6, IPV6_TCLASS, field) : control.add(IPPROTO_IP, IP_TOS, field);
  }
  if (in_segments) control.add(SOL_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(batch.segment_bytes));
  control.finish();
  for (int tries = 0; tries < 16; ++tries) {
    if (sendmsg(descriptor_, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS) return false;
    if (error == EMSGSIZE) return fail(Errc::would_exceed_limit, "a datagram longer than its link takes");
    if (in_segments && (error == EIO || error == EINVAL || error == EOPNOTSUPP || error == ENOPROTOOPT)) {
      return fail(Errc::unsupported, "the system cuts no datagrams into segments");
    }
    // Left behind by an earlier datagram: asked for, it is gone, and this one may go.
    if (error != EINTR && error != ECONNREFUSED) return failure_of_socket(error);
  }
  return true;
}

// Where there is no more room behind some of them, the rest is lost, as datagrams may be.
Result<bool> DatagramSocket::send_each(const DatagramBatch& batch) {
  DatagramBatch one = batch;
  for (std::size_t at = 0; at < batch.bytes.size(); at += batch.segment_bytes) {
    one.bytes = batch.bytes.substr(at, batch.segment_bytes);
    TRY(const bool sent, send_one(one, false));
    if (!sent) return at > 0;
  }
  return true;
}

}  // namespace gust::rt
