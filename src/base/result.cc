#include "base/result.h"

namespace gust {

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::bug:
      return "bug";
    case Errc::cancelled:
      return "cancelled";
    case Errc::timed_out:
      return "timed_out";
    case Errc::closed:
      return "closed";
    case Errc::reset:
      return "reset";
    case Errc::refused:
      return "refused";
    case Errc::unreachable:
      return "unreachable";
    case Errc::name_not_found:
      return "name_not_found";
    case Errc::address_in_use:
      return "address_in_use";
    case Errc::would_exceed_limit:
      return "would_exceed_limit";
    case Errc::out_of_memory:
      return "out_of_memory";
    case Errc::head_too_large:
      return "head_too_large";
    case Errc::url_too_long:
      return "url_too_long";
    case Errc::bad_request_line:
      return "bad_request_line";
    case Errc::bad_status_line:
      return "bad_status_line";
    case Errc::bad_field:
      return "bad_field";
    case Errc::bad_target:
      return "bad_target";
    case Errc::bad_host:
      return "bad_host";
    case Errc::bad_version:
      return "bad_version";
    case Errc::bad_framing:
      return "bad_framing";
    case Errc::bad_chunk:
      return "bad_chunk";
    case Errc::bad_trailer:
      return "bad_trailer";
    case Errc::short_body:
      return "short_body";
    case Errc::long_body:
      return "long_body";
    case Errc::body_too_large:
      return "body_too_large";
    case Errc::bad_syntax:
      return "bad_syntax";
    case Errc::bad_value:
      return "bad_value";
    case Errc::unsupported:
      return "unsupported";
    case Errc::not_found:
      return "not_found";
    case Errc::exists:
      return "exists";
    case Errc::conflict:
      return "conflict";
    case Errc::not_directory:
      return "not_directory";
    case Errc::no_space:
      return "no_space";
    case Errc::access_denied:
      return "access_denied";
    case Errc::io_failed:
      return "io_failed";
    case Errc::corrupt:
      return "corrupt";
  }
  return "unknown";
}

}  // namespace gust
