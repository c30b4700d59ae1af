#include "net/quic_output_internal.h"

namespace gust::net {

QuicOutput::QuicOutput(rt::Datagrams& socket)
    : socket_(socket), buffer_(std::make_unique_for_overwrite<char[]>(buffer_bytes)) {}

MutableBytes QuicOutput::space() {
  if (used_ + packet_bytes_max > buffer_bytes) flush();
  if (used_ + packet_bytes_max > buffer_bytes) return {};
  return {buffer_.get() + used_, packet_bytes_max};
}

void QuicOutput::add(std::size_t bytes, const rt::Endpoint& from, const rt::Endpoint& to, rt::Ecn ecn) {
  const auto joins = [&](const Batch& last) {
    const std::size_t segment = last.path.segment_bytes;
    return !last.is_closed && bytes <= segment && last.path.to == to && last.path.from == from &&
           last.path.ecn == ecn && last.bytes + bytes <= rt::Datagrams::batch_bytes_max &&
           last.bytes / segment < rt::Datagrams::batch_segments_max;
  };
  if (batches_.empty() || !joins(batches_.back())) {
    batches_.push_back({.begin = used_, .path = {.segment_bytes = bytes, .to = to, .from = from, .ecn = ecn}});
  }
  Batch& batch = batches_.back();
  batch.is_closed = bytes < batch.path.segment_bytes;
  batch.bytes += bytes;
  used_ += bytes;
}

void QuicOutput::flush() {
  is_blocked_ = false;
  for (; sent_ < batches_.size(); ++sent_) {
    Batch& batch = batches_[sent_];
    batch.path.bytes = {buffer_.get() + batch.begin, batch.bytes};
    const auto taken = socket_.try_send(batch.path);
    if (taken && !*taken) {
      is_blocked_ = true;
      batch.is_closed = true;
      return;
    }
    // What cannot be sent is lost, as on the way; the connection finds out.
  }
  batches_.clear();
  sent_ = 0;
  used_ = 0;
}

}  // namespace gust::net
