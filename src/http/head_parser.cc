#include "http/head_parser.h"

#include "base/text.h"
#include "http/authority.h"
#include "http/scan_internal.h"

namespace gust::http {
namespace {

constexpr std::size_t method_bytes_max = 32;

struct Source {
  Side side;
  Errc bad_first_line;
};
constexpr Source from_viewer{Side::viewer, Errc::bad_request_line};
constexpr Source from_origin{Side::origin, Errc::bad_status_line};

// The end of the head behind its empty line, or 0 while it has not come.
Result<std::size_t> find_head_end(ByteView in, const HeadLimits& limits, const Source& source, HeadScan& scan) {
  const char* const begin = in.data();
  const char* const end = begin + in.size();
  for (;;) {
    const char* const stop = find_stop<ControlStop>(begin + scan.at, end, begin);
    scan.at = static_cast<std::size_t>(stop - begin);
    if (stop == end || (*stop == '\r' && stop + 1 == end)) break;
    if (*stop != '\r' || stop[1] != '\n') {
      return fail(scan.line == scan.begin ? source.bad_first_line : Errc::bad_field, source.side,
                  "control byte, bare CR or bare LF in a head");
    }
    const bool is_empty_line = scan.at == scan.line;
    scan.at += 2;
    if (is_empty_line && scan.line == 0) {
      if (source.side != Side::viewer) return fail(source.bad_first_line, source.side, "empty line before a response");
      scan.begin = 2;
    } else if (is_empty_line && scan.line == scan.begin) {
      return fail(source.bad_first_line, source.side, "empty lines before a request");
    } else if (is_empty_line) {
      if (scan.at - scan.begin > limits.head_bytes_max) break;
      return scan.at;
    }
    scan.line = scan.at;
  }
  if (in.size() - scan.begin >= limits.head_bytes_max) {
    return fail(Errc::head_too_large, source.side, "head longer than its limit");
  }
  return 0U;
}

// The first `stop` from `at` on, in the text that ends at `end` and begins somewhere from `floor` on; or `end`.
template <char stop>
const char* find_byte(const char* at, const char* end, const char* floor) {
  return find_stop<ByteStop<stop>>(at, end, floor);
}

ByteView view_of(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

// Without the spaces and tabs around it.
ByteView value_between(const char* begin, const char* end) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (begin != end && is_space(*begin)) ++begin;
  while (begin != end && is_space(end[-1])) --end;
  return view_of(begin, end);
}

Result<Version> read_version(ByteView text, const Source& source) {
  if (text == "HTTP/1.1") return Version::http_1_1;
  if (text == "HTTP/1.0") return Version::http_1_0;
  const bool well_formed =
      text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
  if (well_formed) return fail(Errc::bad_version, source.side, "a version other than HTTP/1.0 and HTTP/1.1");
  return fail(source.bad_first_line, source.side, "no protocol version where it belongs");
}

// Splits an absolute-form target; gives its authority, and leaves in `target` what stands behind it.
Result<ByteView> take_authority(ByteView& target, Scheme scheme) {
  const Cut at = cut(target, "://");
  if (!at.found || !equal_fold(at.before, text_of(scheme))) {
    return fail(Errc::bad_target, Side::viewer, "target in no form that we serve, or with another scheme");
  }
  const std::size_t size = at.after.find_first_of("/?");
  target = size == ByteView::npos ? ByteView() : at.after.substr(size);
  if (target.starts_with('?')) return fail(Errc::bad_target, Side::viewer, "absolute-form target without a path");
  return at.after.substr(0, size);
}

Result<void> read_target(ByteView target, Scheme scheme, const Authority& host, RequestHead& into) {
  if (!target.starts_with('/') && target != "*") {
    TRY(const ByteView named, take_authority(target, scheme));
    // Compared as text: `h:80` for `h` is a disagreement, by our rule.
    if (!equal_fold(named, host.text)) return fail(Errc::bad_target, Side::viewer, "target and Host disagree");
    if (target.empty()) target = into.method == Method::options ? "*" : "/";
  }
  return read_origin_form(target, into);
}

Result<Authority> read_host(const Fields& fields) {
  const Field* host = fields.find(Name::host);
  if (host == nullptr) return fail(Errc::bad_host, Side::viewer, "no Host");
  if (fields.find(Name::host, host) != nullptr) return fail(Errc::bad_host, Side::viewer, "several Hosts");
  return read_authority(host->value);
}

// Some servers read `_` in a name as `-`: a framing field must not be smuggled past us in that spelling.
bool imitates_framing(ByteView name) {
  const auto same = [&](ByteView real) {
    if (name.size() != real.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
      if (lower(name[i] == '_' ? '-' : name[i]) != real[i]) return false;
    }
    return true;
  };
  return same("content-length") || same("transfer-encoding");
}

}  // namespace

Result<void> read_origin_form(ByteView target, RequestHead& into) {
  if (target == "*" && into.method != Method::options) {
    return fail(Errc::bad_target, Side::viewer, "asterisk-form with a method other than OPTIONS");
  }
  if (target != "*" && !target.starts_with('/')) {
    return fail(Errc::bad_target, Side::viewer, "target is not a path");
  }
  const std::size_t path_size = target == "*" ? 1 : span_before<PathStop>(target);
  const ByteView behind_path = target.substr(path_size);
  into.target = target;
  into.path = target.substr(0, path_size);
  into.has_query = !behind_path.empty();
  into.query = into.has_query ? behind_path.substr(1) : ByteView();
  if (into.has_query && (behind_path.front() != '?' || span_before<QueryStop>(into.query) != into.query.size())) {
    return fail(Errc::bad_target, Side::viewer, "target with bytes that no URL has");
  }
  return {};
}

Result<void> check_field_name(ByteView name, Name known, Side side) {
  // What spells a known name is a token.
  if (known != Name::other) return {};
  if (name.empty() || span_of(token_byte, name) != name.size()) {
    return fail(Errc::bad_field, side, "field line without a token and a colon at its front");
  }
  if (imitates_framing(name)) return fail(Errc::bad_field, side, "field name that imitates a framing field");
  return {};
}

Result<void> check_method(Method method) {
  const ByteView text = method.text();
  if (text.empty() || text.size() > method_bytes_max ||
      (method == Method::other && span_of(token_byte, text) != text.size())) {
    return fail(Errc::bad_request_line, Side::viewer, "method is not a token");
  }
  return {};
}

bool is_valid_target(ByteView target) {
  if (target == "*") return true;
  if (!target.starts_with('/')) return false;
  const ByteView behind_path = target.substr(span_before<PathStop>(target));
  return behind_path.empty() ||
         (behind_path.front() == '?' && span_before<QueryStop>(behind_path) == behind_path.size());
}

Result<void> read_field_lines(ByteView lines, std::size_t fields_max, Side side, Fields& into) {
  const char* const floor = lines.data();
  const char* const end = floor + lines.size();
  for (const char* at = floor; at != end;) {
    const char* const colon = find_byte<':'>(at, end, floor);
    const ByteView name = view_of(at, colon);
    const Name known = known_name(name);
    // A line without a colon gives a name with the CR of its end in it.
    if (known == Name::other) TRY_OK(check_field_name(name, known, side));
    if (into.size() == fields_max) return fail(Errc::head_too_large, side, "more fields than the limit");
    const char* const line_end = find_byte<'\r'>(colon, end, floor);
    into.add(Field{name, value_between(colon + 1, line_end), known});
    at = line_end + 2;
  }
  return {};
}

Result<std::size_t> read_request_head(ByteView in, Scheme scheme, const HeadLimits& limits, HeadScan& scan,
                                      RequestHead& into) {
  TRY(const std::size_t size, find_head_end(in, limits, from_viewer, scan));
  if (size == 0) return 0U;

  into.clear();
  into.scheme = scheme;
  const char* const first = in.data() + scan.begin;
  const char* const end = in.data() + size - 2;
  const char* const line_end = find_byte<'\r'>(first, end, in.data());
  const char* const method_end = find_byte<' '>(first, line_end, in.data());
  const char* const target_begin = method_end == line_end ? line_end : method_end + 1;
  const char* const target_end = find_byte<' '>(target_begin, line_end, in.data());
  const ByteView method = view_of(first, method_end);
  const ByteView target = view_of(target_begin, target_end);
  into.method = Method::of(method);
  TRY_OK(check_method(into.method));
  if (target.empty() || target_end == line_end) {
    return fail(Errc::bad_request_line, Side::viewer, "request line is not method, target and version");
  }
  TRY(into.version, read_version(view_of(target_end + 1, line_end), from_viewer));
  if (target.size() > limits.target_bytes_max) {
    return fail(Errc::url_too_long, Side::viewer, "target longer than its limit");
  }
  if (into.method == Method::connect) return fail(Errc::unsupported, Side::viewer, "CONNECT is not served");

  TRY_OK(read_field_lines(view_of(line_end + 2, end), limits.fields_max, Side::viewer, into.fields));
  TRY(const Authority host, read_host(into.fields));
  into.authority = host.text;
  into.host = host.host;
  into.port = host.port;
  TRY_OK(read_target(target, scheme, host, into));
  return size;
}

Result<std::size_t> read_response_head(ByteView in, const HeadLimits& limits, HeadScan& scan, ResponseHead& into) {
  TRY(const std::size_t size, find_head_end(in, limits, from_origin, scan));
  if (size == 0) return 0U;

  into.clear();
  const char* const end = in.data() + size - 2;
  const char* const line_end = find_byte<'\r'>(in.data(), end, in.data());
  const Cut version = cut(view_of(in.data(), line_end), ' ');
  const Cut status = cut(version.after, ' ');
  TRY(into.version, read_version(version.before, from_origin));
  const auto code = parse_decimal<std::uint16_t>(status.before);
  if (status.before.size() != 3 || !code || *code < 100 || *code > 599) {
    return fail(Errc::bad_status_line, Side::origin, "status is not three digits from 100 to 599");
  }
  into.status = *code;
  into.reason = status.after;
  TRY_OK(read_field_lines(view_of(line_end + 2, end), limits.fields_max, Side::origin, into.fields));
  return size;
}

}  // namespace gust::http
