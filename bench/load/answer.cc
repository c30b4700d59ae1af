#include "load/answer.h"

#include <algorithm>

#include "base/text.h"
#include "http/framing.h"

namespace gust::bench {

HitRule::HitRule(ByteView rule) {
  const auto [name, texts, found] = cut(rule, '=');
  name_ = name;
  if (!found) return;
  for (const auto text : split(texts, '|')) texts_.push_back(to_lower(text));
}

bool HitRule::holds(const http::Fields& fields) const {
  if (name_.empty()) return false;
  const auto* field = fields.find(ByteView(name_));
  if (field == nullptr || texts_.empty()) return field != nullptr;
  const auto value = to_lower(field->value);
  return std::ranges::any_of(texts_, [&](const std::string& text) { return value.find(text) != std::string::npos; });
}

Result<std::size_t> Answer::read(ByteView in) {
  std::size_t taken = 0;
  if (state_ == State::head) {
    TRY(taken, read_head(in));
    if (taken == 0) return taken;
  }
  const auto rest = in.substr(taken);
  if (state_ == State::length) {
    const auto part = std::min<ByteCount>(rest.size(), content_left_);
    drop(part);
    return taken + static_cast<std::size_t>(part);
  }
  if (state_ == State::chunked) {
    TRY(const auto chunk_bytes, read_chunks(rest));
    return taken + chunk_bytes;
  }
  if (state_ == State::until_close) {
    content_bytes_ += rest.size();
    return in.size();
  }
  return taken;
}

Result<std::size_t> Answer::read_head(ByteView in) {
  head_.clear();
  TRY(const auto taken, http::read_response_head(in, {}, scan_, head_));
  if (taken == 0) return taken;
  scan_ = {};
  if (head_.status < 200) return taken;  // an interim answer: the head that counts comes behind it
  TRY(const auto framing, http::framing_of(head_, http::Method::get));
  status_ = head_.status;
  is_hit_ = rule_->holds(head_.fields);
  wants_close_ = http::wants_close(head_.version, head_.fields);
  switch (framing.kind) {
    case http::BodyFraming::none:
      state_ = State::finished;
      break;
    case http::BodyFraming::length:
      content_left_ = framing.bytes;
      state_ = framing.bytes == 0 ? State::finished : State::length;
      break;
    case http::BodyFraming::chunked:
      chunks_.emplace(Side::origin);
      state_ = State::chunked;
      break;
    case http::BodyFraming::until_close:
      state_ = State::until_close;
      break;
  }
  return taken;
}

Result<std::size_t> Answer::read_chunks(ByteView in) {
  std::size_t taken = 0;
  while (taken < in.size()) {
    TRY(const auto step, chunks_->read(in.substr(taken)));
    taken += step.taken;
    content_bytes_ += step.content.size();
    if (step.is_finished) {
      state_ = State::finished;
      break;
    }
  }
  return taken;
}

void Answer::drop(ByteCount bytes) {
  content_left_ -= bytes;
  content_bytes_ += bytes;
  if (content_left_ == 0) state_ = State::finished;
}

bool Answer::close() {
  if (state_ != State::until_close) return false;
  wants_close_ = true;
  state_ = State::finished;
  return true;
}

void Answer::clear() {
  state_ = State::head;
  scan_ = {};
  content_left_ = content_bytes_ = 0;
}

}  // namespace gust::bench
