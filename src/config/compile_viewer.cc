// How viewers reach a distribution: by which names, with which certificate, policy and protocols.
//
// Source: DIST-1, DIST-3, TLS-1, TLS-3, TLS-5 (CLOUDFRONT.md section 2); the API's ViewerCertificate.
// Rule:   only what no change of a certificate can undo is judged here. Whether one covers the names and is good by the
//         clock is judged once, when it is named (control/viewer_certificate.h), so that an expiry or a re-import never
//         keeps other changes from the nodes.
#include <algorithm>
#include <set>

#include "config/alternate_name.h"
#include "config/compile_internal.h"
#include "net/security_policy.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

void compile_aliases(const std::vector<std::string>& names, const Place& place, Distribution& out) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    place.at(i).expect(is_alternate_name(names[i]),
                       "The parameter CNAME contains one or more parameters that are not valid: a name is a host name "
                       "in lower case, whose leftmost label may be *.");
    place.at(i).expect(seen.insert(names[i]).second, "The parameter CNAME names the same name twice.");
  }
  out.aliases = names;
}

bool is_given(const std::optional<std::string>& text) { return text && !text->empty(); }

void compile_certificate(const model::ViewerCertificate& wanted, const PolicySet& policies, const Place& place,
                         ViewerTls& out) {
  out.certificate = policies.certificate(*wanted.acm_certificate_arn);
  place.in("ACMCertificateArn")
      .expect(out.certificate != nullptr,
              "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include "
              "a valid certificate chain.",
              "InvalidViewerCertificate");
  const std::string method = wanted.ssl_support_method.value_or("");
  const Place at_method = place.in("SSLSupportMethod");
  if (method == "vip" || method == "static-ip") {
    at_method.tell(
        "The setting ViewerCertificate.SSLSupportMethod is not provided by this release of Gustfront: there are no "
        "addresses of one's own (accepted: sni-only).");
  } else {
    at_method.expect(method == "sni-only", "A certificate of one's own needs the SSLSupportMethod sni-only.",
                     "InvalidViewerCertificate");
  }
  const std::string policy = wanted.minimum_protocol_version.value_or("");
  out.policy = net::find_security_policy(policy);
  place.in("MinimumProtocolVersion")
      .expect(out.policy != nullptr && policy != "SSLv3",
              "The MinimumProtocolVersion is none of those that sni-only knows: TLSv1, TLSv1_2016, TLSv1.1_2016, "
              "TLSv1.2_2018, TLSv1.2_2019, TLSv1.2_2021, TLSv1.2_2025 and TLSv1.3_2025.",
              "InvalidMinimumProtocolVersion");  // TLS-1
}

// Over plain HTTP nobody can be asked for a certificate, so no behaviour may be open there.
void compile_clients(const model::ViewerMtlsConfig& wanted, const PolicySet& policies, const Place& place,
                     const std::vector<Behavior>& behaviors, ClientCertificates& out) {
  using enum ClientCertificates::Mode;
  const std::string mode = wanted.mode.value_or("required");
  place.in("Mode").expect(mode == "required" || mode == "optional", "The Mode is required or optional.");
  out.mode = mode == "optional" ? optional : required;
  if (!wanted.trust_store_config)
    return place.in("TrustStoreConfig").tell("The parameter TrustStoreConfig is required.");
  const model::TrustStoreConfig& config = *wanted.trust_store_config;
  out.trust = policies.trust_store(config.trust_store_id);
  place.in("TrustStoreConfig")
      .in("TrustStoreId")
      .expect(out.trust != nullptr, "The specified trust store does not exist.", "EntityNotFound");
  out.tells_names = config.advertise_trust_store_ca_names.value_or(false);
  out.ignores_expiry = config.ignore_certificate_expiry.value_or(false);
  const auto is_open = [](const Behavior& behavior) {
    return behavior.viewer_protocol_policy == ViewerProtocolPolicy::allow_all;
  };
  place.expect(std::ranges::none_of(behaviors, is_open),
               "Viewer mTLS needs the viewer protocol policy https-only or redirect-to-https in every cache behavior.");
}

}  // namespace

void compile_viewer(const model::DistributionConfig& config, const PolicySet& policies, const Place& place,
                    Distribution& out) {
  static const std::vector<std::string> none;
  compile_aliases(config.aliases ? config.aliases->items : none, place.in("Aliases"), out);
  const model::ViewerCertificate by_default{.cloud_front_default_certificate = true};
  const model::ViewerCertificate& wanted = config.viewer_certificate ? *config.viewer_certificate : by_default;
  const bool has_default = wanted.cloud_front_default_certificate.value_or(false);
  const bool has_own = is_given(wanted.acm_certificate_arn);
  place.in("ViewerCertificate")
      .expect(has_default != has_own, "A viewer certificate is exactly one of the default one, an ACM and an IAM one.",
              "InvalidViewerCertificate");
  place.in("Aliases").expect(has_own || out.aliases.empty(),
                             "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a "
                             "trusted certificate that validates your authorization to use the domain name.",
                             "InvalidViewerCertificate");  // DIST-3
  if (has_own) compile_certificate(wanted, policies, place.in("ViewerCertificate"), out.tls);
  if (config.viewer_mtls_config) {
    compile_clients(*config.viewer_mtls_config, policies, place.in("ViewerMtlsConfig"), out.behaviors, out.tls.clients);
  }
  const std::string versions = config.http_version.value_or("http2");
  out.tls.offers_http2 = versions == "http2" || versions == "http2and3";  // TLS-3
  out.tls.offers_http3 = versions == "http3" || versions == "http2and3";
  place.in("HttpVersion")
      .expect(!out.tls.offers_http3 || out.tls.clients.mode == ClientCertificates::Mode::none,
              "Viewer mTLS is not available over HTTP/3: the HttpVersion is http1.1 or http2.");
}

}  // namespace gust::config
