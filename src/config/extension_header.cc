#include "config/extension_header.h"

#include "base/text.h"
#include "config/compile_internal.h"

namespace gust::config {
namespace {

constexpr std::string_view prefix = "gustfront-";
constexpr std::string_view error_page = "gustfront-error-page-";
constexpr std::string_view cache_tag_header = "gustfront-cache-tag-header";

void compile_error_page(std::string_view code_text, std::string_view value, const Place& place, Origin& out) {
  const auto code = parse_decimal<std::uint16_t>(code_text);
  place.in("HeaderName")
      .expect(code && is_error_code(*code),
              "An error page's header ends in an error code, as Gustfront-Error-Page-404.", "InvalidErrorCode");
  if (!code) return;
  if (value == "none") {
    out.error_pages[*code] = {};
    return;
  }
  const Cut parts = cut(value, ' ');
  const auto status = parts.found ? parse_decimal<std::uint16_t>(trim(parts.after)) : code;
  const bool is_known = status && is_response_code(*status);
  place.in("HeaderValue").expect(is_known, "A response code is not valid.", "InvalidResponseCode");
  place.in("HeaderValue")
      .expect(is_error_page_path(parts.before), "The value is `none`, or a path and perhaps a response code.");
  if (is_known) out.error_pages[*code] = {std::string(parts.before), *status};
}

}  // namespace

bool is_extension_header(std::string_view folded_name) { return folded_name.starts_with(prefix); }

void compile_extension_header(std::string_view folded_name, std::string_view value, const Place& place, Origin& out) {
  if (folded_name.starts_with(error_page)) {
    compile_error_page(folded_name.substr(error_page.size()), value, place, out);
  } else if (folded_name == cache_tag_header) {
    place.in("HeaderValue").expect(is_token(value) && value.size() <= 256, "The value is the name of a header.");
    out.cache_tag_header = to_lower(value);
  } else {
    place.in("HeaderName")
        .tell(
            "Headers that begin with Gustfront- are settings of Gustfront, and this is none: they are "
            "Gustfront-Error-Page-<code> and Gustfront-Cache-Tag-Header.");
  }
}

}  // namespace gust::config
