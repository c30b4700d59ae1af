#include "cache/key.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>
#include <tuple>

#include "base/arena.h"
#include "base/text.h"
#include "http/field_values.h"
#include "http/message.h"

namespace gust::cache {
namespace {

using http::Name;

// `*` stands for any run of bytes, `?` for any one.
bool matches_wildcard(ByteView pattern, ByteView text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = ByteView::npos;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != ByteView::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// Calls `use(piece)` for each piece of `text` between `separator`s.
template <typename Use>
void for_each_piece(ByteView text, char separator, Use use) {
  while (true) {
    const std::size_t end = text.find(separator);
    use(text.substr(0, end));
    if (end == ByteView::npos) return;
    text.remove_prefix(end + 1);
  }
}

template <typename Use>
void for_each_line(const http::Fields& fields, http::NameRef name, Use use) {
  for (const http::Field* at = fields.find(name); at != nullptr; at = fields.find(name, at)) use(at->value);
}

// Parts of a key, counted or written.
class Measure {
 public:
  void part(char, ByteView first, ByteView second = {}, ByteView third = {}) {
    bytes_ += 2 + 20 + first.size() + second.size() + third.size();
  }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

class Writer {
 public:
  explicit Writer(MutableBytes room) : begin_(room.data()), at_(begin_), end_(begin_ + room.size()) {}

  // A letter, the length of what follows the colon, a colon, and the three pieces as one. Gives those.
  ByteView part(char letter, ByteView first, ByteView second = {}, ByteView third = {}) {
    *at_++ = letter;
    const std::size_t bytes = first.size() + second.size() + third.size();
    if (bytes < 10) {
      *at_++ = static_cast<char>('0' + bytes);
    } else {
      at_ = std::to_chars(at_, end_, bytes).ptr;
    }
    *at_++ = ':';
    const char* value = at_;
    put(first);
    put(second);
    put(third);
    return {value, static_cast<std::size_t>(at_ - value)};
  }
  ByteView text() const { return {begin_, static_cast<std::size_t>(at_ - begin_)}; }

 private:
  void put(ByteView piece) {
    if (!piece.empty()) std::memcpy(at_, piece.data(), piece.size());
    at_ += piece.size();
  }

  char* begin_;
  char* at_;
  char* end_;
};

// The parts behind distribution and path.
template <typename Sink>
void put_variant(Sink& sink, const KeyRules& rules, const http::RequestHead& request, ByteView cookie,
                 ByteView accept_encoding) {
  if (request.method == http::Method::options) sink.part('M', request.method.text());
  for (const std::string& name : rules.headers()) {
    if (!request.fields.has(ByteView(name))) continue;
    sink.part('H', name);
    for_each_line(request.fields, ByteView(name), [&](ByteView value) { sink.part('V', value); });
  }
  if (!cookie.empty()) sink.part('C', cookie);
  if (!accept_encoding.empty()) sink.part('E', accept_encoding);
}

bool is_accepted(ByteView element) {
  const auto q = http::find_parameter(element, "q");
  // Zero is written with nothing but zeros and a point (RFC 9110 section 12.4.2).
  return !q || !q->has_value || q->value.find_first_not_of("0.") != ByteView::npos;
}

struct Cookie {
  ByteView name;
  ByteView text;  // name=value
  std::size_t order = 0;
};

}  // namespace

NameSelection::NameSelection(Mode mode, std::vector<std::string> names, bool wildcards)
    : mode_(mode), wildcards_(wildcards), names_(std::move(names)) {
  std::ranges::sort(names_);
}

bool NameSelection::is_listed(ByteView name) const {
  if (!wildcards_) return std::binary_search(names_.begin(), names_.end(), name);
  return std::ranges::any_of(names_, [&](const std::string& pattern) { return matches_wildcard(pattern, name); });
}

bool NameSelection::selects(ByteView name) const {
  switch (mode_) {
    case none:
      return false;
    case all:
      return true;
    case listed:
      return is_listed(name);
    case all_except:
      return !is_listed(name);
  }
  return false;
}

KeyRules::KeyRules(KeyPolicy policy) : policy_(std::move(policy)) {
  for (std::string& name : policy_.headers) name = to_lower(name);
  std::ranges::sort(policy_.headers);
  const auto again = std::ranges::unique(policy_.headers);
  policy_.headers.erase(again.begin(), again.end());
}

bool KeyRules::has_header(ByteView lower_name) const {
  return std::binary_search(policy_.headers.begin(), policy_.headers.end(), lower_name);
}

ByteView select_query(const NameSelection& selection, ByteView query, Arena& arena) {
  if (query.empty() || selection.mode() == NameSelection::none) return {};
  if (selection.mode() == NameSelection::all) return query;
  const MutableBytes room = arena.bytes(query.size());
  char* at = room.data();
  for_each_piece(query, '&', [&](ByteView parameter) {
    if (parameter.empty() || !selection.selects(cut(parameter, '=').before)) return;
    if (at != room.data()) *at++ = '&';
    at = std::copy(parameter.begin(), parameter.end(), at);
  });
  return {room.data(), static_cast<std::size_t>(at - room.data())};
}

ByteView select_cookies(const NameSelection& selection, const http::RequestHead& request, Arena& arena) {
  if (selection.mode() == NameSelection::none || !request.fields.has(Name::cookie)) return {};
  std::size_t count_max = 0;
  for_each_line(request.fields, Name::cookie,
                [&](ByteView line) { count_max += 1 + static_cast<std::size_t>(std::ranges::count(line, ';')); });

  const std::span<Cookie> cookies = arena.array<Cookie>(count_max);
  std::size_t count = 0;
  std::size_t bytes = 0;
  for_each_line(request.fields, Name::cookie, [&](ByteView line) {
    for_each_piece(line, ';', [&](ByteView piece) {
      const ByteView text = trim(piece);
      const Cut parts = cut(text, '=');
      if (!parts.found || parts.before.empty() || !selection.selects(parts.before)) return;
      cookies[count] = {parts.before, text, count};
      ++count;
      bytes += text.size() + 2;
    });
  });
  if (count == 0) return {};
  std::ranges::sort(cookies.first(count), {}, [](const Cookie& cookie) { return std::tie(cookie.name, cookie.order); });

  const MutableBytes room = arena.bytes(bytes);
  char* at = room.data();
  for (const Cookie& cookie : cookies.first(count)) {
    if (at != room.data()) at = std::copy_n("; ", 2, at);
    at = std::copy(cookie.text.begin(), cookie.text.end(), at);
  }
  return {room.data(), static_cast<std::size_t>(at - room.data())};
}

AcceptEncoding normalise_accept_encoding(const http::RequestHead& request, const KeyRules& rules) {
  if (!rules.has_codings()) return {};  // AE-4
  if (!request.fields.has(Name::accept_encoding) || request.version == http::Version::http_1_0)
    return {};  // AE-1, AE-7
  constexpr std::size_t gzip = 1;
  constexpr std::size_t brotli = 2;
  constexpr std::size_t zstd = 4;
  std::size_t taken = 0;
  for_each_line(request.fields, Name::accept_encoding, [&](ByteView line) {
    http::ListReader list(line);
    while (const auto element = list.next()) {
      const ByteView coding = trim(cut(*element, ';').before);
      const std::size_t bit = equal_fold(coding, "gzip") && rules.gzip()   ? gzip
                              : equal_fold(coding, "br") && rules.brotli() ? brotli
                              : equal_fold(coding, "zstd") && rules.zstd() ? zstd
                                                                           : 0;
      if (bit != 0 && is_accepted(*element)) taken |= bit;
    }
  });
  if (taken == 0) return {{}, "identity"};
  constexpr ByteView values[] = {"", "gzip", "br", "br,gzip", "zstd", "zstd,gzip", "zstd,br", "zstd,br,gzip"};
  return {values[taken], values[taken]};  // AE-2, AE-3
}

Keyed make_key(const KeyRules& rules, ByteView distribution, const http::RequestHead& request, const HashSeed& seed,
               Arena& arena) {
  Keyed result;
  result.query = select_query(rules.query(), request.query, arena);
  result.cookie = select_cookies(rules.cookies(), request, arena);
  const AcceptEncoding coding = normalise_accept_encoding(request, rules);
  result.accept_encoding = coding.to_origin;
  const ByteView question_mark = result.query.empty() ? "" : "?";

  Measure measure;
  measure.part('D', distribution);
  measure.part('P', request.path, question_mark, result.query);
  put_variant(measure, rules, request, result.cookie, coding.in_key);

  Writer writer(arena.bytes(measure.bytes()));
  result.key.distribution = writer.part('D', distribution);
  result.key.path_and_query = writer.part('P', request.path, question_mark, result.query);
  put_variant(writer, rules, request, result.cookie, coding.in_key);
  result.key.text = writer.text();
  result.key.hash = hash128(result.key.text, seed);
  return result;
}

Key part_key(const Key& whole, ByteView part, const HashSeed& seed, Arena& arena) {
  Measure measure;
  measure.part('S', part);
  Writer writer(arena.bytes(measure.bytes()));
  writer.part('S', part);
  Key key;
  key.text = arena.join({whole.text, writer.text()});
  const auto same_place = [&](ByteView in_whole) {
    return key.text.substr(static_cast<std::size_t>(in_whole.data() - whole.text.data()), in_whole.size());
  };
  key.distribution = same_place(whole.distribution);
  key.path_and_query = same_place(whole.path_and_query);
  key.hash = hash128(key.text, seed);
  return key;
}

}  // namespace gust::cache
