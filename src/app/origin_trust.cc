#include "app/origin_trust.h"

#include <fmt/format.h>

#include "app/small_file.h"
#include "net/trust_store.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::app {
namespace {

using Opened = std::expected<std::shared_ptr<const net::TrustStore>, std::string>;

// Of Debian and its kin, and of Red Hat's.
constexpr auto system_files = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"};

rt::Task<Opened> open(rt::Loop& loop, std::string path) {
  constexpr net::TrustLimits limits;
  const auto text = co_await read_small_file(loop.files(), path, limits.pem_bytes_max);
  if (!text) co_return std::unexpected(fmt::format("cannot read the authorities in {}: {}", path, text.error().text));
  auto store = net::read_trust_store(*text, limits);
  if (!store) co_return std::unexpected(fmt::format("{}: {}", path, store.error().text));
  co_return std::move(*store);
}

}  // namespace

rt::Task<Opened> open_origin_trust(rt::Loop& loop, std::string path) {
  if (!path.empty()) co_return co_await open(loop, path);
  for (const char* const usual : system_files) {
    if (co_await loop.files().status(usual)) co_return co_await open(loop, usual);
  }
  co_return nullptr;
}

}  // namespace gust::app
