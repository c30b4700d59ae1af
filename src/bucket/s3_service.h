// S3Service: the S3 REST API over a BucketStore.
//
// Source: Amazon S3 API reference (2006-03-01); AWS.md sections 4 and 5.
// Shape:  one Exchange in, one answer out. Path-style and virtual-hosted-style; SigV4 in headers or query; bodies
//         stream between the store's files and the exchange in buffers of body_buffer_bytes.
// Access: every request is judged by its sender's policies, the bucket's policy, its access control lists and its
// public
//         access block (s3_authorize_internal.h). One without credentials is let by what is public only.
// Rule:   refuse or keep, never drop: a header or sub-resource that would change the meaning and is not supported is
//         answered with NotImplemented.
// Core:   one service may be used by all cores.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "rt/task.h"

namespace gust::access {
class Directory;
}
namespace gust::http {
class Exchange;
}

namespace gust::aws {
struct Operation;
}

namespace gust::bucket {

class BucketStore;

// Who was refused what and why, for the operator: one line, with bytes from outside in it.
using ReportRefusal = std::function<void(std::string_view line)>;

struct S3Options {
  // Names under which the API itself answers; BUCKET.<one of them> is virtual-hosted style. Lower case, no port.
  std::vector<std::string> host_suffixes = {"localhost"};
  std::string region = "us-east-1";  // of buckets created without a LocationConstraint
  std::string owner_id = "000000000000";
  std::string owner_name = "gustfront";
  ByteCount put_bytes_max = 5_GiB;
  ByteCount document_bytes_max = 2_MiB;  // of an XML request body
};

// The bucket that a Host names, in virtual-hosted style: BUCKET.<suffix>, BUCKET.s3.<region>.amazonaws.com,
// BUCKET.s3.amazonaws.com. Nothing where the host is the API's own name or unknown to us. `host` without port.
std::optional<std::string> bucket_of_host(std::string_view host, const std::vector<std::string>& suffixes);

// The bucket whose website a Host is: BUCKET.s3-website-REGION.amazonaws.com, BUCKET.s3-website.REGION.amazonaws.com,
// BUCKET.s3-website.<suffix>.
std::optional<std::string> website_of_host(std::string_view host, const std::vector<std::string>& suffixes);

class S3Service {
 public:
  // `store` and `directory` outlive the service. `report` may be empty; it is called on the core of the request.
  S3Service(BucketStore& store, S3Options options, const access::Directory& directory, ReportRefusal report);
  ~S3Service();
  S3Service(const S3Service&) = delete;
  S3Service& operator=(const S3Service&) = delete;

  // Whether an operation of S3's model has a handler.
  static bool has(const aws::Operation& operation);

  // Answers one request; the body is consumed or the exchange told to close.
  rt::Task<void> handle(http::Exchange& exchange);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace gust::bucket
