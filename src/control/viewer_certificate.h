// Viewer certificates: whether the certificate that a distribution names may be shown for its alternate names.
//
// Source: DIST-3; the API's ViewerCertificate: certificates of ACM are those of us-east-1.
// Rule:   judged when a certificate or a name is new at a distribution; what has expired since does not keep its owner
//         from other changes.
#pragma once

#include <optional>
#include <string>

#include "aws/gen/cloudfront.h"
#include "aws/service_error.h"
#include "config/certificate_document.h"

namespace gust::control {

// The key under which the store has the certificate of ACM that a configuration names; empty: it names none.
std::string key_of_certificate(const aws::cloudfront::DistributionConfig& config);

//   certificate  what stands under that key; nothing where there is none
//   fails        InvalidViewerCertificate
aws::Answer<void> check_viewer_certificate(const aws::cloudfront::DistributionConfig& config,
                                           const std::optional<config::CertificateDocument>& certificate);

// Whether the change from `before` brings another certificate, or a name that was not there.
bool changes_certificate_or_names(const aws::cloudfront::DistributionConfig& before,
                                  const aws::cloudfront::DistributionConfig& after);

}  // namespace gust::control
