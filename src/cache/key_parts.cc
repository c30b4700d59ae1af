#include "cache/key_parts.h"

#include <algorithm>

#include "base/text.h"

namespace gust::cache {
namespace {

struct Raw {
  ByteView letter, bytes;
};

// The next `D14:E2QWRUHAPOMQZL` of the text, which moves behind it.
std::optional<Raw> take_raw(ByteView& text) {
  if (text.empty()) return std::nullopt;
  const Cut length = cut(text.substr(1), ':');
  const auto bytes = parse_decimal<std::size_t>(length.before);
  if (!length.found || !bytes || *bytes > length.after.size()) return std::nullopt;
  const Raw raw{text.substr(0, 1), length.after.substr(0, *bytes)};
  text = length.after.substr(*bytes);
  return raw;
}

void add_named(ByteView from, ByteView text, ByteView separator, std::vector<KeyPart>& parts) {
  while (true) {
    const Cut piece = cut(text, separator);
    const Cut pair = cut(piece.before, '=');
    parts.push_back({from, pair.before, pair.after});
    if (!piece.found) return;
    text = piece.after;
  }
}

void add_path(ByteView text, std::vector<KeyPart>& parts) {
  const Cut query = cut(text, '?');
  parts.push_back({"path", {}, query.before});
  if (query.found) add_named("query", query.after, "&", parts);
}

void add_raw(const Raw& raw, std::vector<KeyPart>& parts) {
  switch (raw.letter.front()) {
    case 'D':
      parts.push_back({"distribution", {}, raw.bytes});
      break;
    case 'P':
      add_path(raw.bytes, parts);
      break;
    case 'M':
      parts.push_back({"method", {}, raw.bytes});
      break;
    case 'H':
      parts.push_back({"header", raw.bytes, {}});
      break;
    case 'N':
      parts.push_back({"vary", raw.bytes, {}});
      break;
    case 'C':
      add_named("cookie", raw.bytes, "; ", parts);
      break;
    case 'E':
      parts.push_back({"accept-encoding", {}, raw.bytes});
      break;
    default:
      parts.push_back({raw.letter, {}, raw.bytes});
  }
}

// A header's value lines: the first fills the part that its name began, each further one is a part of its own.
void add_header_value(ByteView value, bool is_first, std::vector<KeyPart>& parts) {
  if (is_first) {
    parts.back().value = value;
  } else {
    parts.push_back({parts.back().from, parts.back().name, value});
  }
}

bool is_same_place(const KeyPart& a, const KeyPart& b) { return a.from == b.from && a.name == b.name; }

}  // namespace

std::vector<KeyPart> parts_of(ByteView key_text, std::size_t most) {
  std::vector<KeyPart> parts;
  ByteView letter_before;
  while (parts.size() < most) {
    const auto raw = take_raw(key_text);
    if (!raw) break;
    if (raw->letter == "V" && !parts.empty() &&
        (letter_before == "H" || letter_before == "N" || letter_before == "V")) {
      add_header_value(raw->bytes, letter_before != "V", parts);
    } else {
      add_raw(*raw, parts);
    }
    letter_before = raw->letter;
  }
  if (parts.size() > most) parts.resize(most);
  return parts;
}

std::vector<KeyDifference> differences_of(const std::vector<KeyPart>& here, const std::vector<KeyPart>& there) {
  std::vector<KeyDifference> found;
  std::vector<KeyPart> left = there;
  std::vector<KeyPart> unmatched;
  for (const KeyPart& part : here) {
    const auto same = std::ranges::find(left, part);
    if (same == left.end()) {
      unmatched.push_back(part);
    } else {
      left.erase(same);
    }
  }
  for (const KeyPart& part : unmatched) {
    const auto other = std::ranges::find_if(left, [&](const KeyPart& one) { return is_same_place(one, part); });
    KeyDifference difference{.from = part.from, .name = part.name, .here = part.value, .there = {}};
    if (other != left.end()) {
      difference.there = other->value;
      left.erase(other);
    }
    found.push_back(difference);
  }
  for (const KeyPart& part : left) {
    found.push_back({.from = part.from, .name = part.name, .here = {}, .there = part.value});
  }
  if (found.empty() && here != there) found.push_back({.from = "query", .name = {}, .here = {}, .there = {}});
  return found;
}

}  // namespace gust::cache
