#include "bucket/form_reader.h"

#include "base/text.h"
#include "bucket/s3_error_internal.h"

namespace gust::bucket {
namespace {

constexpr std::string_view line_end = "\r\n";

std::unexpected<aws::ServiceError> malformed() {
  return std::unexpected(
      s3_error("MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data."));
}

// The parameter of a header's value, with or without quotes.
std::optional<std::string> parameter_of(std::string_view value, std::string_view name) {
  for (std::string_view part : split(value, ';')) {
    const Cut item = cut(trim(part), '=');
    if (!item.found || !equal_fold(trim(item.before), name)) continue;
    std::string_view text = trim(item.after);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    return std::string(text);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> FormReader::boundary_of(std::string_view content_type) {
  if (!equal_fold(trim(cut(content_type, ';').before), "multipart/form-data")) return std::nullopt;
  auto boundary = parameter_of(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > 70) return std::nullopt;
  return boundary;
}

// The line end that stands before every boundary but the first is put before that one too.
FormReader::FormReader(std::string_view boundary)
    : delimiter_(std::string(line_end) + "--" + std::string(boundary)), pending_(line_end) {}

aws::Answer<std::string> FormReader::feed(ByteView bytes) {
  if (state_ == State::done) return std::string();
  pending_ += bytes;
  while (!has_file()) {
    TRY(const bool goes_on, step());
    if (fields_bytes_ + (goes_on ? 0 : pending_.size()) > fields_bytes_max) {
      return std::unexpected(s3_error("MaxPostPreDataLengthExceededError"));
    }
    if (!goes_on) return std::string();
  }
  std::string content;
  if (const std::size_t end = pending_.find(delimiter_); end != std::string::npos) {
    state_ = State::done;
    content = pending_.substr(0, end);
    pending_.clear();
  } else if (pending_.size() >= delimiter_.size()) {
    // A boundary may have begun in the last bytes.
    const std::size_t sure = pending_.size() - delimiter_.size() + 1;
    content = pending_.substr(0, sure);
    drop(sure);
  }
  return content;
}

// One step before the file; false where more bytes are needed.
aws::Answer<bool> FormReader::step() {
  switch (state_) {
    case State::before: {
      const std::size_t at = pending_.find(delimiter_);
      if (at == std::string::npos) return false;
      drop(at + delimiter_.size());
      state_ = State::boundary;
      return true;
    }
    case State::boundary:
      if (pending_.size() < line_end.size()) return false;
      if (!pending_.starts_with(line_end)) return malformed();
      drop(line_end.size());
      state_ = State::head;
      return true;
    case State::head: {
      const std::size_t end = pending_.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      TRY_OK(read_head(std::string_view(pending_).substr(0, end)));
      fields_bytes_ += end;
      drop(end + 4);
      return true;
    }
    case State::value: {
      const std::size_t end = pending_.find(delimiter_);
      if (end == std::string::npos) return false;
      fields_.push_back({name_, pending_.substr(0, end)});
      fields_bytes_ += end;
      drop(end + delimiter_.size());
      state_ = State::boundary;
      return true;
    }
    case State::file:
    case State::done:
      break;
  }
  return true;
}

aws::Answer<std::monostate> FormReader::read_head(std::string_view head) {
  std::optional<std::string> name;
  for (std::string_view line : split(head, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const Cut field = cut(trim(line), ':');
    if (!equal_fold(trim(field.before), "Content-Disposition")) continue;
    name = parameter_of(field.after, "name");
    file_name_ = parameter_of(field.after, "filename").value_or("");
  }
  if (!name) return malformed();
  name_ = to_lower(*name);
  state_ = name_ == "file" ? State::file : State::value;
  return {};
}

}  // namespace gust::bucket
