// Record: the facts of a bucket, object, upload or part as bytes of a small file.
//
// Shape:  a first line `gustfront KIND 1`, then for each fact `NAME SIZE`, a line end, SIZE bytes and a line end; last
//         `end CRC32C`, of all before. Any value fits; nothing is escaped.
// Errors: corrupt, for bytes that are not such a record, whole.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace gust::bucket {

class RecordWriter {
 public:
  explicit RecordWriter(std::string_view kind);
  RecordWriter& add(std::string_view name, std::string_view value);  // a name may come again
  RecordWriter& add(std::string_view name, std::uint64_t number);
  std::string finish();

 private:
  std::string bytes_;
};

class RecordReader {
 public:
  using Fact = std::pair<std::string_view, std::string_view>;

  // Views into `bytes`.
  static Result<RecordReader> read(ByteView bytes, std::string_view kind);

  const std::vector<Fact>& facts() const { return facts_; }  // in order
  bool has(std::string_view name) const;
  // The first of that name. fails: corrupt where there is none, or it is no number of 63 bits
  Result<std::string_view> text(std::string_view name) const;
  Result<std::uint64_t> number(std::string_view name) const;

 private:
  std::vector<Fact> facts_;
};

}  // namespace gust::bucket
