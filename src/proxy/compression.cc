#include "proxy/compression.h"

#include <algorithm>
#include <array>

#include "base/arena.h"
#include "base/text.h"
#include "cache/entry.h"
#include "http/cache_control.h"
#include "http/entity_tag.h"
#include "http/field_values.h"
#include "proxy/routes.h"

namespace gust::proxy {
namespace {

using http::Coding;
using http::Name;

// CMP-6.
constexpr auto compressible_types = std::to_array<ByteView>({
    "application/dash+xml",
    "application/eot",
    "application/font",
    "application/font-sfnt",
    "application/javascript",
    "application/json",
    "application/opentype",
    "application/otf",
    "application/pkcs7-mime",
    "application/protobuf",
    "application/rss+xml",
    "application/truetype",
    "application/ttf",
    "application/vnd.apple.mpegurl",
    "application/vnd.mapbox-vector-tile",
    "application/vnd.ms-fontobject",
    "application/wasm",
    "application/xhtml+xml",
    "application/xml",
    "application/x-font-opentype",
    "application/x-font-truetype",
    "application/x-font-ttf",
    "application/x-httpd-cgi",
    "application/x-javascript",
    "application/x-mpegurl",
    "application/x-opentype",
    "application/x-otf",
    "application/x-perl",
    "application/x-ttf",
    "font/eot",
    "font/opentype",
    "font/otf",
    "font/ttf",
    "image/svg+xml",
    "text/css",
    "text/csv",
    "text/html",
    "text/javascript",
    "text/js",
    "text/plain",
    "text/richtext",
    "text/tab-separated-values",
    "text/xml",
    "text/x-component",
    "text/x-java-source",
    "text/x-script",
    "vnd.apple.mpegurl",
});

// CMP-2: brotli before gzip. Who turns zstd on, our extension, wants it before both.
Coding preferred(ByteView accept_encoding) {
  for (const Coding coding : {Coding::zstd, Coding::brotli, Coding::gzip}) {
    if (http::list_has(accept_encoding, http::token_of(coding))) return coding;
  }
  return Coding::identity;
}

// Digests of the plain content, and that parts of it can be had.
bool tells_of_plain_bytes(const http::Field& field) {
  return field.known == Name::accept_ranges || field.known == Name::content_md5 || equal_fold(field.name, "Digest") ||
         equal_fold(field.name, "Content-Digest") || equal_fold(field.name, "Repr-Digest");
}

// CMP-7.
void weaken_tag(http::Fields& fields, Arena& arena) {
  const auto tag = fields.get(Name::etag);
  if (!tag || tag->starts_with("W/")) return;
  if (tag->starts_with('"')) {
    fields.set(Name::etag, arena.join({"W/", *tag}));
  } else {
    fields.remove(Name::etag);
  }
}

void add_vary(http::Fields& fields, Arena& arena) {
  const auto vary = fields.combined(Name::vary, arena);
  if (!vary || vary->empty()) {
    fields.set(Name::vary, "Accept-Encoding");
  } else if (!http::list_has(*vary, "Accept-Encoding") && !http::list_has(*vary, "*")) {
    fields.set(Name::vary, arena.join({*vary, ", Accept-Encoding"}));
  }
}

}  // namespace

bool is_compressible(ByteView content_type) {
  const ByteView type = trim(cut(content_type, ';').before);
  return std::ranges::any_of(compressible_types, [&](ByteView listed) { return equal_fold(listed, type); });
}

CodingChoice choose_coding(const Route& route, ByteView accept_encoding, const http::ResponseHead& response,
                           const http::BodyFraming& framing) {
  const auto plain = [](ByteView rule) { return CodingChoice{.coding = Coding::identity, .rule = rule}; };
  if (!route.compresses) return plain("CMP-1");
  const Coding coding = preferred(accept_encoding);
  if (coding == Coding::identity) return plain("CMP-2");
  if (framing.kind != http::BodyFraming::length) return plain("CMP-3");
  if (framing.bytes < compressed_bytes_min || framing.bytes > compressed_bytes_max) return plain("CMP-3");
  if (response.status != 200 && response.status != 403 && response.status != 404) return plain("CMP-4");
  if (response.fields.has(Name::content_encoding)) return plain("CMP-5");
  if (!is_compressible(response.fields.get(Name::content_type).value_or(ByteView()))) return plain("CMP-6");
  if (http::read_cache_control(response.fields).no_transform) return plain("RFC 9111 5.2.2.6");
  return {.coding = coding, .rule = "CMP-9"};
}

void become_coded(http::ResponseHead& head, Coding coding, Arena& arena) {
  head.fields.remove_if(tells_of_plain_bytes);
  head.fields.remove(Name::content_length);
  weaken_tag(head.fields, arena);
  head.fields.set(Name::content_encoding, http::token_of(coding));
  add_vary(head.fields, arena);
}

void match_stored_coding(const cache::Entry& stored, http::ResponseHead& confirmed, Arena& arena) {
  if (!stored.field(Name::content_encoding)) return;
  if (!stored.etag().empty() && !stored.etag().starts_with("W/")) return;  // the origin's own coding, and its own tag
  confirmed.fields.remove_if(tells_of_plain_bytes);
  weaken_tag(confirmed.fields, arena);
  if (confirmed.fields.has(Name::vary)) add_vary(confirmed.fields, arena);
}

}  // namespace gust::proxy
