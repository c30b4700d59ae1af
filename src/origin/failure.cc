#include "origin/failure.h"

namespace gust::origin {
namespace {

constexpr OriginFailure connect_failure(std::uint16_t status) { return {status, "OriginConnectError", 503}; }
constexpr OriginFailure timeout{504, "OriginCommError", 504};
constexpr OriginFailure invalid_response{502, "OriginInvalidResponseError", 502};
constexpr OriginFailure read_failure{502, "OriginReadError", 502};

OriginFailure connection_failure(Errc code) {
  // Blocked or silent is 504 (16.3, T504), an active refusal 502 (T502).
  if (code == Errc::timed_out) return {504, "OriginConnectError", 504};
  return connect_failure(code == Errc::unreachable ? 504 : 502);
}

}  // namespace

OriginFailure failure_of(const Error& error, FetchPhase phase) {
  if (error.side == Side::viewer) return {400, "ClientCommError", 0};
  // A request that cannot be put in bytes, made here.
  if (error.side == Side::own && error.code == Errc::bad_field) return {500, "Error", 0};
  // No key to sign with: another member of the group may be asked.
  if (error.side == Side::own && error.code == Errc::access_denied) return {502, "OriginError", 502};
  switch (error.code) {
    case Errc::bug:
    case Errc::out_of_memory:
    case Errc::bad_request_line:
    case Errc::bad_target:
    case Errc::bad_host:
      return {500, "Error", 0};
    case Errc::would_exceed_limit:
      if (error.side == Side::origin) return invalid_response;  // BODY-5
      // Ours is full: no sign of trouble at the origin, and no reason to go to another.
      return {503, "CapacityExceeded", 0};
    case Errc::cancelled:
      return {502, "AbortedOrigin", 0};
    case Errc::name_not_found:
      return {502, "OriginDnsError", 503};
    case Errc::head_too_large:
      return {502, "OriginHeaderTooBigError", 502};
    case Errc::bad_status_line:
    case Errc::bad_field:
    case Errc::bad_version:
    case Errc::bad_framing:
    case Errc::bad_chunk:
    case Errc::bad_trailer:
    case Errc::bad_syntax:
    case Errc::long_body:
    case Errc::unsupported:
      return invalid_response;
    default:
      break;
  }
  switch (phase) {
    case FetchPhase::queue:
      return {503, "CapacityExceeded", 0};
    case FetchPhase::resolve:
      return {502, "OriginDnsError", 503};
    case FetchPhase::connect:
      return connection_failure(error.code);
    case FetchPhase::send:
      return error.code == Errc::timed_out ? timeout : OriginFailure{502, "OriginWriteError", 502};
    case FetchPhase::head:
    case FetchPhase::body:
      return error.code == Errc::timed_out ? timeout : read_failure;
  }
  return read_failure;
}

}  // namespace gust::origin
