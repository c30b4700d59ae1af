// CORS: which rule of a bucket's configuration lets a page of another origin read, and what the answer says of it.
//
// Source: Amazon S3 user guide, "Using cross-origin resource sharing (CORS)" and "CORS configuration"; the Fetch
//         standard for the meaning of the headers.
// Shape:  pure functions; the first rule that fits counts.
// Errors: those of PutBucketCors: InvalidRequest, MalformedXML.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/gen/s3.h"
#include "aws/service_error.h"
#include "base/result.h"

namespace gust::bucket {

// At most 100 rules; methods GET, PUT, POST, DELETE and HEAD; at most one `*` in an origin or allowed header.
aws::Answer<std::monostate> check_cors(const aws::s3::CORSConfiguration& configuration);

struct CorsRequest {
  std::string_view origin;
  std::string_view method;   // of the request itself, or the one that a preflight asks for
  std::string_view headers;  // of a preflight: those it asks for, with commas
};

// The first rule that allows it, or null.
const aws::s3::CORSRule* find_cors_rule(const aws::s3::CORSConfiguration& configuration, const CorsRequest& request);

// The fields of the answer, Vary among them.
std::vector<std::pair<std::string, std::string>> cors_headers(const aws::s3::CORSRule& rule,
                                                              const CorsRequest& request);

}  // namespace gust::bucket
