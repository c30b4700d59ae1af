#include "config/origin_name.h"

#include <algorithm>

#include "base/text.h"
#include "rt/address.h"

namespace gust::config {
namespace {

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
}

}  // namespace

std::optional<std::string> bucket_in(std::string_view domain_name) {
  const std::string name = to_lower(domain_name);
  std::string_view rest = name;
  constexpr std::string_view end = ".amazonaws.com";
  if (!rest.ends_with(end)) return std::nullopt;
  rest.remove_suffix(end.size());
  // The last `.s3` is the service's: behind it stands nothing or a region, which has no dot.
  if (!rest.ends_with(".s3")) {
    const std::size_t dot = rest.rfind('.');
    if (dot == std::string_view::npos || dot + 1 == rest.size()) return std::nullopt;
    rest = rest.substr(0, dot);
    if (!rest.ends_with(".s3")) return std::nullopt;
  }
  rest.remove_suffix(3);
  if (rest.empty()) return std::nullopt;
  return std::string(rest);
}

std::optional<std::string> website_bucket_in(std::string_view domain_name) {
  std::string name = to_lower(domain_name);
  constexpr std::string_view end = ".amazonaws.com";
  constexpr std::string_view service = ".s3-website";
  if (!name.ends_with(end)) return std::nullopt;
  name.resize(name.size() - end.size());
  const std::size_t at = name.rfind(service);
  if (at == std::string::npos || at == 0) return std::nullopt;
  const std::string_view region = std::string_view(name).substr(at + service.size());
  const bool is_region = region.size() > 1 && (region[0] == '-' || region[0] == '.') && !region.substr(1).contains('.');
  if (!is_region) return std::nullopt;
  return name.substr(0, at);
}

bool is_origin_name(std::string_view domain_name) {
  if (domain_name.size() > 253 || !std::ranges::all_of(split(domain_name, '.'), is_label)) return false;
  if (const auto literal = rt::read_address(domain_name, 0)) {
    const auto& bytes = literal->address;
    return bytes[0] != 0 && !(bytes[0] == 169 && bytes[1] == 254);
  }
  // A name of nothing but numbers in its last label would be read as an address by some resolvers.
  const std::string_view last = domain_name.substr(domain_name.rfind('.') + 1);
  return !is_digit(last.front());
}

}  // namespace gust::config
