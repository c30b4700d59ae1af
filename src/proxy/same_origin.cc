#include "proxy/same_origin.h"

#include <algorithm>

#include "base/arena.h"
#include "base/text.h"

namespace gust::proxy {
namespace {

bool is_printable(ByteView text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

// What stands before the first `:` if that is a scheme (RFC 3986 section 3.1).
std::optional<ByteView> scheme_of(ByteView reference) {
  const std::size_t end = reference.find_first_of(":/?#");
  if (end == ByteView::npos || end == 0 || reference[end] != ':') return std::nullopt;
  return reference.substr(0, end);
}

// `path` begins with a slash.
ByteView without_dot_segments(ByteView path, Arena& arena) {
  const MutableBytes room = arena.bytes(path.size() + 1);
  std::size_t size = 0;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const ByteView segment = path.substr(0, end);
    path.remove_prefix(end);
    const bool is_up = segment == "/..";
    if (is_up || segment == "/.") {
      if (is_up) {
        while (size > 0 && room[--size] != '/') {
        }
      }
      if (path.empty()) room[size++] = '/';
      continue;
    }
    std::ranges::copy(segment, room.data() + size);
    size += segment.size();
  }
  return {room.data(), size};
}

}  // namespace

std::optional<ByteView> same_origin_target(const http::RequestHead& request, ByteView reference, Arena& arena) {
  reference = cut(trim(reference), '#').before;
  if (!is_printable(reference)) return std::nullopt;
  if (const auto scheme = scheme_of(reference)) {
    if (!equal_fold(*scheme, http::text_of(request.scheme))) return std::nullopt;
    reference.remove_prefix(scheme->size() + 1);
    if (!reference.starts_with("//")) return std::nullopt;
  }
  if (reference.starts_with("//")) {
    reference.remove_prefix(2);
    const std::size_t end = std::min(reference.find_first_of("/?"), reference.size());
    if (!equal_fold(reference.substr(0, end), request.authority)) return std::nullopt;
    reference.remove_prefix(end);
    return reference.starts_with('/') ? arena.copy(reference) : arena.join({"/", reference});
  }
  if (reference.starts_with('/')) return arena.copy(reference);
  if (reference.empty()) return arena.copy(request.target);
  if (reference.starts_with('?')) return arena.join({request.path, reference});
  const ByteView folder = request.path.substr(0, request.path.rfind('/') + 1);
  const Cut parts = cut(reference, '?');
  const ByteView path = without_dot_segments(arena.join({folder.empty() ? "/" : folder, parts.before}), arena);
  return parts.found ? arena.join({path, "?", parts.after}) : path;
}

}  // namespace gust::proxy
