#include "net/tls_book.h"

#include "base/text.h"

namespace gust::net {

void TlsBook::add(std::string_view name, std::shared_ptr<const TlsSite> site) {
  sites_.try_emplace(to_lower(name), std::move(site));
}

const std::shared_ptr<const TlsSite>* TlsBook::find(std::string_view server_name) const {
  if (server_name.empty()) return without_name_ ? &without_name_ : nullptr;
  std::string name = to_lower(server_name);
  if (const auto found = sites_.find(name); found != sites_.end()) return found->second ? &found->second : nullptr;
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos || dot == 0) return nullptr;
  name.replace(0, dot, "*");
  const auto found = sites_.find(name);
  return found == sites_.end() ? nullptr : &found->second;
}

}  // namespace gust::net
