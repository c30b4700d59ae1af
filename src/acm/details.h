// Details: what ACM tells of a certificate, whole and in lists.
//
// Source: ACM's CertificateDetail and CertificateSummary; "DNS validation" of its user guide.
// Shape:  pure functions of the certificate, who uses it, and now.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "acm/book.h"
#include "aws/gen/acm.h"

namespace gust::acm {

// The record with which a name is validated over DNS: the same for a name of an account as long as there is one.
aws::acm::ResourceRecord validation_record_of(std::string_view account_id, std::string_view name);

std::vector<std::string> users_of(const Uses& uses, std::string_view arn);

aws::acm::CertificateDetail detail_of(const Certificate& certificate, std::string_view account_id, const Uses& uses,
                                      WallTime now);
aws::acm::CertificateSummary summary_of(const Certificate& certificate, const Uses& uses, WallTime now);

}  // namespace gust::acm
