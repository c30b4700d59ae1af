#include "config/alternate_name.h"

#include <algorithm>

#include "config/origin_name.h"
#include "net/certificate.h"
#include "rt/address.h"

namespace gust::config {

bool is_alternate_name(std::string_view name) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (name.size() > 253 || !name.contains('.') || std::ranges::any_of(name, is_upper)) return false;
  const std::string_view host = name.starts_with("*.") ? name.substr(2) : name;
  return is_origin_name(host) && !rt::read_address(host, 0);
}

bool overlap(std::string_view a, std::string_view b) { return net::covers_name(a, b) || net::covers_name(b, a); }

}  // namespace gust::config
