// Any bytes as a form, whole and byte by byte: both give the same, and nothing breaks.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "bucket/form_policy.h"
#include "bucket/form_reader.h"

namespace {

struct Heard {
  bool failed = false;
  std::string content;
  std::size_t fields = 0;
  bool is_done = false;

  friend bool operator==(const Heard&, const Heard&) = default;
};

Heard read(gust::ByteView bytes, std::size_t step) {
  gust::bucket::FormReader reader("b");
  Heard heard;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const auto content = reader.feed(bytes.substr(at, step));
    if (!content) {
      heard.failed = true;
      return heard;
    }
    heard.content += *content;
  }
  heard.fields = reader.fields().size();
  heard.is_done = reader.is_done();
  return heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const gust::ByteView bytes(reinterpret_cast<const char*>(data), size);
  const Heard whole = read(bytes, size == 0 ? 1 : size);
  const Heard single = read(bytes, 1);
  // Which of them meets the limit first is another matter.
  if (!whole.failed && !single.failed && whole != single) std::abort();
  static_cast<void>(gust::bucket::FormReader::boundary_of(bytes));
  static_cast<void>(gust::bucket::check_form_policy(bytes, {{"key", "k"}}, "pics", gust::wall_time_of(0)));
  return 0;
}
