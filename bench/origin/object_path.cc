#include "origin/object_path.h"

#include "base/text.h"

namespace gust::bench {

std::optional<ByteCount> size_of_object_path(ByteView target) {
  constexpr ByteView front = "/o/";
  constexpr ByteCount most = 1024_GiB;
  const auto path = cut(target, '?').before;
  if (!path.starts_with(front)) return std::nullopt;
  const auto [id, size_text, found] = cut(path.substr(front.size()), '-');
  const auto size = parse_decimal(size_text);
  if (!parse_decimal(id) || !size || *size > most) return std::nullopt;
  return size;
}

}  // namespace gust::bench
