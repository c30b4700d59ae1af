#include "control/viewer_certificate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "aws/shapes.h"
#include "control/answers_internal.h"
#include "net/certificate.h"

namespace gust::control {
namespace {

namespace model = aws::cloudfront;

std::string arn_in(const model::DistributionConfig& config) {
  return config.viewer_certificate ? config.viewer_certificate->acm_certificate_arn.value_or("") : std::string();
}

std::vector<std::string> names_in(const model::DistributionConfig& config) {
  return config.aliases ? config.aliases->items : std::vector<std::string>();
}

bool is_in_region(std::string_view arn) { return arn.starts_with("arn:aws:acm:us-east-1:"); }

// The kinds of keys that the service shows viewers.
bool is_usable_key(std::string_view algorithm) {
  constexpr std::array<std::string_view, 5> usable = {"RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1"};
  return std::ranges::find(usable, algorithm) != usable.end();
}

}  // namespace

std::string key_of_certificate(const model::DistributionConfig& config) {
  const std::string arn = arn_in(config);
  const std::size_t slash = arn.rfind('/');
  if (slash == std::string::npos || arn.size() > 2048) return {};
  return std::string(config::certificate_prefix) + arn.substr(slash + 1);
}

aws::Answer<void> check_viewer_certificate(const model::DistributionConfig& config,
                                           const std::optional<config::CertificateDocument>& certificate) {
  const std::string arn = arn_in(config);
  if (arn.empty()) return {};
  if (!certificate || certificate->arn != arn || !is_in_region(arn) || certificate->status != "ISSUED" ||
      certificate->certificate.empty()) {
    return refuse("InvalidViewerCertificate",
                  "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't "
                  "include a valid certificate chain.");
  }
  if (!is_usable_key(certificate->key_algorithm)) {
    return refuse("InvalidViewerCertificate",
                  fmt::format("The specified SSL certificate has a key of the kind {}, which is not supported: RSA of "
                              "1024 to 4096 bits and EC_prime256v1 are.",
                              certificate->key_algorithm));
  }
  for (const std::string& alias : names_in(config)) {
    const auto covers = [&](const std::string& name) { return net::covers_name(name, alias); };
    if (std::ranges::any_of(certificate->names, covers)) continue;
    return refuse(
        "InvalidViewerCertificate",
        fmt::format("The certificate that is attached to your distribution doesn't cover the alternate domain "
                    "name (CNAME) that you're trying to add: {}.",
                    alias));
  }
  return {};
}

bool changes_certificate_or_names(const model::DistributionConfig& before, const model::DistributionConfig& after) {
  if (arn_in(before) != arn_in(after)) return true;
  const std::vector<std::string> known = names_in(before);
  return std::ranges::any_of(names_in(after),
                             [&](const std::string& name) { return std::ranges::find(known, name) == known.end(); });
}

}  // namespace gust::control
