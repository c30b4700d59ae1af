// FormReader: a form with a file as browsers send it, piece by piece: first its fields, then the bytes of the file.
//
// Source: RFC 7578; RFC 2046 section 5.1; Amazon S3 API reference, POST Object: what comes behind the file is ignored.
// Limits: fields_bytes_max for all before the file; the file streams.
// Errors: MalformedPOSTRequest, MaxPostPreDataLengthExceededError.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service_error.h"
#include "base/bytes.h"
#include "base/result.h"
#include "bucket/object.h"

namespace gust::bucket {

class FormReader {
 public:
  static constexpr std::size_t fields_bytes_max = 20'480;

  // The boundary in a Content-Type of multipart/form-data; nothing where it is another type or has none.
  static std::optional<std::string> boundary_of(std::string_view content_type);
  explicit FormReader(std::string_view boundary);

  // Takes the next bytes of the body. gives: those of the file among them, maybe none
  aws::Answer<std::string> feed(ByteView bytes);

  // The file has begun: the fields are complete. Names in lower case.
  bool has_file() const { return state_ >= State::file; }
  const std::vector<NameAndValue>& fields() const { return fields_; }
  const std::string& file_name() const { return file_name_; }
  bool is_done() const { return state_ == State::done; }

 private:
  enum class State : std::uint8_t { before, boundary, head, value, file, done };

  aws::Answer<bool> step();
  aws::Answer<std::monostate> read_head(std::string_view head);
  void drop(std::size_t bytes) { pending_.erase(0, bytes); }

  std::string delimiter_;  // line end, `--` and the boundary
  std::string pending_;
  State state_ = State::before;
  std::size_t fields_bytes_ = 0;
  std::string name_;  // of the field being read
  std::string file_name_;
  std::vector<NameAndValue> fields_;
};

}  // namespace gust::bucket
