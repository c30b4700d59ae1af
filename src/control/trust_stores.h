// TrustStores: the operations of trust stores, from which distributions choose whose certificates of viewers they
// believe.
//
// Source: TLS-5 (CLOUDFRONT.md section 2); the API's CreateTrustStore and others.
// Shape:  one document a trust store (config/trust_store_document.h). The bundle is read from its bucket when the store
// is
//         made or changed, and kept: what becomes of the object later does not matter.
// Limits: net::viewer_trust_limits; 25 authorities and 64 KiB of PEM.
// Errors: the service's, as answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/gen/cloudfront.h"
#include "config/trust_store_document.h"
#include "control/distributions.h"

namespace gust::control {

class TrustStores {
 public:
  explicit TrustStores(const Tools& tools) : tools_(tools) {}

  rt::Task<aws::Answer<aws::cloudfront::CreateTrustStoreResult>> create(
      aws::cloudfront::CreateTrustStoreRequest request);
  rt::Task<aws::Answer<aws::cloudfront::GetTrustStoreResult>> get(aws::cloudfront::GetTrustStoreRequest request);
  rt::Task<aws::Answer<aws::cloudfront::UpdateTrustStoreResult>> update(
      aws::cloudfront::UpdateTrustStoreRequest request);
  rt::Task<aws::Answer<aws::Nothing>> remove(aws::cloudfront::DeleteTrustStoreRequest request);
  rt::Task<aws::Answer<aws::cloudfront::ListTrustStoresResult>> list(aws::cloudfront::ListTrustStoresRequest request);

 private:
  struct Stored {
    config::TrustStoreDocument document;
    config::Revision revision = config::absent;
  };
  rt::Task<aws::Answer<Stored>> find(std::string id);
  rt::Task<aws::Answer<Stored>> find_matching(std::string id, std::string if_match);
  rt::Task<aws::Answer<std::vector<Stored>>> read_all();
  rt::Task<aws::Answer<void>> fill(config::TrustStoreDocument& document,
                                   const aws::cloudfront::CaCertificatesBundleSource& source);
  aws::cloudfront::TrustStore shape_of(const config::TrustStoreDocument& document) const;

  Tools tools_;
};

}  // namespace gust::control
