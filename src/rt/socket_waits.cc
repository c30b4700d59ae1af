#include <utility>

#include "base/check.h"
#include "rt/socket_waits_internal.h"

namespace gust::rt {

void SocketWaits::enter(ReadOperation& reader) {
  CHECK(!reader_);
  reader_ = &reader;
  wake_by(reader.deadline());
}

void SocketWaits::enter(WriteOperation& writer) {
  CHECK(!writer_);
  writer_ = &writer;
  wake_by(writer.deadline());
}

void SocketWaits::withdraw_reader(Errc why) {
  std::exchange(reader_, nullptr)->end_with(fail(why, "the read was given up"));
}

void SocketWaits::withdraw_writer(Errc why) {
  std::exchange(writer_, nullptr)->end_with(fail(why, "the write was given up"));
}

void SocketWaits::end_all(Error error) {
  if (reader_) std::exchange(reader_, nullptr)->end_with(std::unexpected(error));
  if (writer_) std::exchange(writer_, nullptr)->end_with(std::unexpected(error));
}

void SocketWaits::close() {
  CHECK(empty());
  clear();
}

void SocketWaits::wake_by(Instant deadline) {
  if (deadline != never && (!is_set() || deadline < at())) set(loop_, deadline);
}

void SocketWaits::fire() {
  if (reader_ && reader_->deadline() <= loop_.now()) withdraw_reader(Errc::timed_out);
  if (writer_ && writer_->deadline() <= loop_.now()) withdraw_writer(Errc::timed_out);
  if (reader_) wake_by(reader_->deadline());
  if (writer_) wake_by(writer_->deadline());
}

}  // namespace gust::rt
