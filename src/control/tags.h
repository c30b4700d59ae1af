// Tags: key and value pairs on distributions.
//
// Source: AWS.md section 2; the tagging rules of the service (keys up to 128 characters, values up to 256, none that
//         begin with `aws:`, 50 a resource).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/gen/cloudfront.h"
#include "aws/service_error.h"
#include "control/distributions.h"

namespace gust::control {

//   fails  InvalidTagging
aws::Answer<void> check_tags(const std::vector<aws::cloudfront::Tag>& tags, const Quotas& quotas);

// The document of tags.
std::string write_tags(const std::vector<aws::cloudfront::Tag>& tags);
//   fails  bad_syntax, bad_value
Result<std::vector<aws::cloudfront::Tag>> read_tags(std::string_view text);

class Tags {
 public:
  explicit Tags(const Tools& tools) : tools_(tools) {}

  rt::Task<aws::Answer<aws::Nothing>> add(aws::cloudfront::TagResourceRequest request);
  rt::Task<aws::Answer<aws::Nothing>> remove(aws::cloudfront::UntagResourceRequest request);
  rt::Task<aws::Answer<aws::cloudfront::ListTagsForResourceResult>> list(
      aws::cloudfront::ListTagsForResourceRequest request);

 private:
  struct Stored;
  rt::Task<aws::Answer<Stored>> find(std::string arn);
  // Writes the tags if nobody else did meanwhile.
  rt::Task<Result<config::Revision>> keep(const Stored& stored);

  Tools tools_;
};

}  // namespace gust::control
