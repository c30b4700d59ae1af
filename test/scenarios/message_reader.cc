#include <fmt/format.h>

#include <algorithm>

#include "base/result.h"
#include "scenarios/reader_internal.h"

namespace gust::scenarios {
namespace {

Read<void> read_body(Words& words, MessageWords& into) {
  TRY(std::string text, words.next("a body"));
  if (!words.take("bytes")) {
    into.body = std::move(text);
    return {};
  }
  const bool is_number =
      !text.empty() && text.size() < 9 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return words.mistake(fmt::format("expected a number of bytes, found `{}`", text));
  into.body = pattern_body(std::stoul(text));
  return {};
}

}  // namespace

Read<bool> read_message_part(Words& words, MessageWords& into) {
  if (words.take("field")) {
    TRY(std::string name, words.next("a field name"));
    TRY(std::string value, words.next("a field value"));
    into.fields.emplace_back(std::move(name), std::move(value));
  } else if (words.take("no-field")) {
    TRY(std::string name, words.next("a field name"));
    into.absent_fields.push_back(std::move(name));
  } else if (words.take("has-field")) {
    TRY(std::string name, words.next("a field name"));
    into.present_fields.push_back(std::move(name));
  } else if (words.take("body")) {
    TRY_OK(read_body(words, into));
  } else {
    return false;
  }
  return true;
}

Read<void> read_message(Words& words, MessageWords& into) {
  while (!words.is_at_end()) {
    TRY(const bool is_part, read_message_part(words, into));
    if (!is_part) return words.end();
  }
  return {};
}

Read<int> read_status(Words& words) {
  TRY(const std::uint64_t status, words.next_number("a status"));
  if (status < 100 || status > 599) return words.mistake(fmt::format("{} is not a status", status));
  return static_cast<int>(status);
}

bool says_what_is_there_only(const MessageWords& message) {
  return message.absent_fields.empty() && message.present_fields.empty();
}

}  // namespace gust::scenarios
