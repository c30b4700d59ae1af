// PathPattern: whether a cache behaviour is for a path.
//
// Source: PATH-2 to PATH-6 of CLOUDFRONT.md. PATH-1 (the first match wins, the default behaviour last) is in the order
// of
//         Distribution::behaviors.
// Shape:  made once for a pattern, then a pure function of the path as the viewer sent it: nothing is decoded and no
// dot
//         segment removed (PATH-6), the query is not part of it (PATH-4). Time is linear in the path (glob.h).
#pragma once

#include <string>
#include <string_view>

#include "config/glob.h"

namespace gust::config {

class PathPattern {
 public:
  // Any text; what is_path_pattern refuses matches by the same rules.
  explicit PathPattern(std::string_view pattern) : glob_(with_slash(pattern)) {}

  bool matches(std::string_view path) const { return glob_.matches(path); }

 private:
  // PATH-2: the leading slash may be left out. A `*` in front takes it too.
  static std::string with_slash(std::string_view pattern);
  Glob glob_;
};

// PATH-5: 1 to 255 characters out of A-Z a-z 0-9 _ - . * $ / ~ " ' @ : + & and `?`.
bool is_path_pattern(std::string_view pattern);

}  // namespace gust::config
