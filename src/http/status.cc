#include "http/status.h"

#include <algorithm>
#include <iterator>

namespace gust::http {

namespace {

struct Phrase {
  std::uint16_t status;
  ByteView text;
};

// In ascending order.
constexpr Phrase phrases[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
    {511, "Network Authentication Required"},
};

std::uint16_t status_of_viewer_error(Errc code) {
  switch (code) {
    case Errc::timed_out:
      return 408;
    case Errc::head_too_large:
    case Errc::url_too_long:
    case Errc::body_too_large:
      return 413;
    case Errc::unsupported:
      return 501;
    case Errc::bad_version:
      return 505;
    default:
      return 400;
  }
}

}  // namespace

ByteView reason_phrase(std::uint16_t status) {
  const auto* found = std::ranges::lower_bound(phrases, status, {}, &Phrase::status);
  return found != std::end(phrases) && found->status == status ? found->text : ByteView();
}

std::uint16_t status_of(const Error& error) {
  switch (error.side) {
    case Side::viewer:
      return status_of_viewer_error(error.code);
    case Side::origin:
      return error.code == Errc::timed_out ? 504 : 502;
    case Side::own:
      break;
  }
  return error.code == Errc::would_exceed_limit || error.code == Errc::out_of_memory ? 503 : 500;
}

}  // namespace gust::http
