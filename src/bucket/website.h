// Website: what a bucket's website configuration makes of a request.
//
// Source: Amazon S3 user guide, "Hosting a static website", "Configuring webpage redirects", "Configuring an index
//         document"; API reference, PutBucketWebsite.
// Shape:  pure functions over the generated configuration.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/gen/s3.h"
#include "aws/service_error.h"
#include "base/result.h"

namespace gust::bucket {

// fails: InvalidArgument, InvalidRequest, MalformedXML
aws::Answer<std::monostate> check_website(const aws::s3::WebsiteConfiguration& configuration);

// fails: InvalidRedirectLocation
aws::Answer<std::monostate> check_redirect_location(std::string_view location);

struct WebsiteRedirect {
  int status = 301;
  std::string location;
};

// The redirect that holds for all requests, or that of the first routing rule that fits the key.
//   host          as the viewer asked for it, with its port
//   error_status  of the answer that the key has; nothing before it is looked up: then rules without such a condition
std::optional<WebsiteRedirect> find_redirect(const aws::s3::WebsiteConfiguration& configuration, std::string_view key,
                                             std::string_view host, std::optional<int> error_status);

// The key with the index document's name behind it, where it names a folder ("" or "a/").
std::string index_key(const aws::s3::WebsiteConfiguration& configuration, std::string_view key);

// S3's page for an error, where there is no error document.
std::string error_page(int status, std::string_view code, std::string_view message, std::string_view key,
                       std::string_view request_id, std::string_view host_id);

}  // namespace gust::bucket
