// The parts of the compiler: each fills one part of a Distribution and tells what is wrong with it.
#pragma once

#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/document.h"
#include "config/finding.h"
#include "config/snapshot.h"
#include "config/viewer_headers.h"

namespace gust::config {

// Where in the document we are, and what has been found so far.
class Place {
 public:
  Place(Findings& found, std::string path) : found_(&found), path_(std::move(path)) {}

  Place in(std::string_view member) const { return {*found_, fmt::format("{}.{}", path_, member)}; }
  Place at(std::size_t item) const { return {*found_, fmt::format("{}.Items[{}]", path_, item)}; }

  void tell(std::string message, std::string code = "InvalidArgument") const {
    found_->push_back({path_, std::move(message), std::move(code)});
  }
  // Tells where `holds` is false.
  void expect(bool holds, std::string_view message, std::string_view code = "InvalidArgument") const {
    if (!holds) tell(std::string(message), std::string(code));
  }

 private:
  Findings* found_;
  std::string path_;
};

// Printable ASCII without spaces, at most `most` of it.
bool is_visible_ascii(std::string_view text, std::size_t most);

// RFC 9110 section 5.6.2.
bool is_token(std::string_view name);
// RFC 9110 section 5.5, visible ASCII, space and tab only.
bool is_field_value(std::string_view value);

// CER-1, ERR-4.
void compile_errors(const aws::cloudfront::CustomErrorResponses& errors, const Place& place, Distribution& out);
// CER-1: where an error page may lie, and what viewers may be told in place of an error.
bool is_error_page_path(std::string_view path);
bool is_error_code(std::int64_t status);
bool is_response_code(std::int64_t status);

// GEO-1.
void compile_restrictions(const aws::cloudfront::GeoRestriction& geo, const Place& place, Distribution& out);

// LOG-1.
void compile_logging(const aws::cloudfront::LoggingConfig& logging, const Place& place, Distribution& out);

class PolicySet;

// DIST-1, DIST-3, TLS-1, TLS-3, TLS-5. Behind the behaviours.
void compile_viewer(const aws::cloudfront::DistributionConfig& config, const PolicySet& policies, const Place& place,
                    Distribution& out);

// CD-1: what a distribution has to do with staging.
void compile_staging(const aws::cloudfront::DistributionConfig& config, const PolicySet& policies, const Place& place,
                     Distribution& out);

// FAIL-1, FAIL-2. Indexes are those of `origins`.
struct OriginGroup {
  std::size_t first = 0;
  Failover failover;
};
std::vector<OriginGroup> compile_origin_groups(const aws::cloudfront::OriginGroups& groups,
                                               const std::vector<Origin>& origins, const Place& place);

// One policy by itself, without its id.
CachePolicy compile_cache_policy(const aws::cloudfront::CachePolicyConfig& config, const Place& place);
OriginRequestPolicy compile_origin_request_policy(const aws::cloudfront::OriginRequestPolicyConfig& config,
                                                  const Place& place);
ResponseHeadersPolicy compile_response_headers_policy(const aws::cloudfront::ResponseHeadersPolicyConfig& config,
                                                      const Place& place);

// The name and comment that policies of all kinds have.
void check_policy_name(const std::string& name, const std::optional<std::string>& comment, const Place& place);

// The policies that behaviours may name: the managed ones and the account's own.
class PolicySet {
 public:
  PolicySet(const PolicyDocuments& documents, Findings& found);

  // By id; nothing where there is none.
  std::optional<CachePolicy> cache(const std::string& id) const;
  std::optional<OriginRequestPolicy> origin_request(const std::string& id) const;
  std::optional<ResponseHeadersPolicy> response_headers(const std::string& id) const;
  // Null where there is none.
  const aws::cloudfront::OriginAccessControlConfig* origin_access_control(const std::string& id) const;
  bool has_origin_access_identity(const std::string& id) const { return origin_access_identities_.contains(id); }
  const aws::cloudfront::ContinuousDeploymentPolicyConfig* continuous_deployment(const std::string& id) const;
  // By ARN, where it has been issued.
  std::shared_ptr<const CertificateDocument> certificate(const std::string& arn) const;
  // Null where there is none.
  std::shared_ptr<const TrustStoreDocument> trust_store(const std::string& id) const;

 private:
  std::map<std::string, CachePolicy> cache_;
  std::map<std::string, OriginRequestPolicy> origin_request_;
  std::map<std::string, ResponseHeadersPolicy> response_headers_;
  std::map<std::string, aws::cloudfront::OriginAccessControlConfig> origin_access_controls_;
  std::set<std::string> origin_access_identities_;
  std::map<std::string, aws::cloudfront::ContinuousDeploymentPolicyConfig> continuous_deployment_;
  std::map<std::string, std::shared_ptr<const CertificateDocument>> certificates_;
  std::map<std::string, std::shared_ptr<const TrustStoreDocument>> trust_stores_;
};

// One that is stored. Paths of findings begin with its id.
DistributionRef compile_stored(const DistributionDocument& document, const PolicySet& policies, Findings& found);
// DIST-1: a name stands for one distribution.
void check_names(const std::vector<DistributionRef>& distributions, Findings& found);

std::vector<Origin> compile_origins(const aws::cloudfront::Origins& origins, const PolicySet& policies,
                                    const Place& place);

// CFH-1, KEY-10: finds the headers of the viewer (CloudFront-*) that cannot be listed there.
void refuse_viewer_headers(const std::vector<std::string>& names, ListedIn where, const Place& place);

// KEY-9: names in lower case that are neither part of a key nor sent on.
bool is_hop_header(std::string_view name);

// In order of precedence, the default one last.
std::vector<Behavior> compile_behaviors(const aws::cloudfront::DistributionConfig& config,
                                        const std::vector<Origin>& origins, const std::vector<OriginGroup>& groups,
                                        const PolicySet& policies, const Place& place);

// The policies of one behaviour, of either kind.
struct Policies {
  CachePolicy cache;
  OriginRequestPolicy origin_request;
  std::optional<ResponseHeadersPolicy> response_headers;
};
Policies compile_policies(const aws::cloudfront::CacheBehavior& behavior, Origin::Kind target,
                          const PolicySet& policies, const Place& place);

// The legacy members of a behaviour: ForwardedValues and the three TTLs.
Policies compile_forwarded_values(const aws::cloudfront::CacheBehavior& behavior, Origin::Kind target,
                                  const Place& place);

}  // namespace gust::config
