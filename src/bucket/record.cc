#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/digest.h"
#include "base/text.h"
#include "bucket/record_internal.h"

namespace gust::bucket {
namespace {

constexpr std::size_t end_bytes = sizeof("end 01234567\n") - 1;

std::unexpected<Error> corrupt() { return fail(Errc::corrupt, "a record of the bucket store is damaged"); }

}  // namespace

RecordWriter::RecordWriter(std::string_view kind) : bytes_(fmt::format("gustfront {} 1\n", kind)) {}

RecordWriter& RecordWriter::add(std::string_view name, std::string_view value) {
  bytes_ += fmt::format("{} {}\n", name, value.size());
  bytes_ += value;
  bytes_ += '\n';
  return *this;
}

RecordWriter& RecordWriter::add(std::string_view name, std::uint64_t number) {
  return add(name, std::string_view(std::to_string(number)));
}

std::string RecordWriter::finish() {
  bytes_ += fmt::format("end {}\n", hex_of(digest_of(DigestKind::crc32c, bytes_)));
  return std::move(bytes_);
}

Result<RecordReader> RecordReader::read(ByteView bytes, std::string_view kind) {
  if (bytes.size() < end_bytes) return corrupt();
  const ByteView end = bytes.substr(bytes.size() - end_bytes);
  bytes.remove_suffix(end_bytes);
  if (end != fmt::format("end {}\n", hex_of(digest_of(DigestKind::crc32c, bytes)))) return corrupt();

  const std::string first = fmt::format("gustfront {} 1\n", kind);
  if (!bytes.starts_with(first)) return corrupt();
  bytes.remove_prefix(first.size());

  RecordReader record;
  while (!bytes.empty()) {
    const Cut line = cut(bytes, '\n');
    const Cut words = cut(line.before, ' ');
    const auto size = parse_decimal<std::size_t>(words.after);
    if (!line.found || !size || *size >= line.after.size() || line.after[*size] != '\n') return corrupt();
    record.facts_.emplace_back(words.before, line.after.substr(0, *size));
    bytes = line.after.substr(*size + 1);
  }
  return record;
}

bool RecordReader::has(std::string_view name) const {
  return std::ranges::find(facts_, name, &Fact::first) != facts_.end();
}

Result<std::string_view> RecordReader::text(std::string_view name) const {
  const auto found = std::ranges::find(facts_, name, &Fact::first);
  if (found == facts_.end()) return corrupt();
  return found->second;
}

Result<std::uint64_t> RecordReader::number(std::string_view name) const {
  TRY(const std::string_view digits, text(name));
  const auto value = parse_decimal(digits);
  if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return corrupt();
  return *value;
}

}  // namespace gust::bucket
