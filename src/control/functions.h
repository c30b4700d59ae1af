// Functions: the code that CloudFront Functions are made of, kept in its stages. Nothing runs it yet.
//
// Source: CFF-5, CFF-11 (CLOUDFRONT.md section 22); AWS.md sections 2 and 3.
// Shape:  an update changes DEVELOPMENT; publishing copies it to LIVE. If-Match is the ETag of DEVELOPMENT, which
//         publishing does not change.
// Errors: the service's, as answers. Naming a function in a behaviour is refused by the settings table, running one
//         (TestFunction) by refused_operations.h, as there is no engine for them yet.
#pragma once

#include <optional>
#include <string>

#include "aws/gen/cloudfront.h"
#include "control/distributions.h"
#include "control/function_document.h"

namespace gust::control {

// The name of a function that is associated with the key value store; empty: none is.
rt::Task<aws::Answer<std::string>> find_function_with(Tools tools, std::string store_arn);

class Functions {
 public:
  explicit Functions(const Tools& tools) : tools_(tools) {}

  rt::Task<aws::Answer<aws::cloudfront::CreateFunctionResult>> create(aws::cloudfront::CreateFunctionRequest request);
  rt::Task<aws::Answer<aws::cloudfront::DescribeFunctionResult>> describe(
      aws::cloudfront::DescribeFunctionRequest request);
  rt::Task<aws::Answer<aws::cloudfront::GetFunctionResult>> get(aws::cloudfront::GetFunctionRequest request);
  rt::Task<aws::Answer<aws::cloudfront::UpdateFunctionResult>> update(aws::cloudfront::UpdateFunctionRequest request);
  rt::Task<aws::Answer<aws::cloudfront::PublishFunctionResult>> publish(
      aws::cloudfront::PublishFunctionRequest request);
  rt::Task<aws::Answer<aws::Nothing>> remove(aws::cloudfront::DeleteFunctionRequest request);
  rt::Task<aws::Answer<aws::cloudfront::ListFunctionsResult>> list(aws::cloudfront::ListFunctionsRequest request);

 private:
  struct Stored;
  rt::Task<aws::Answer<Stored>> find(std::string name, std::string stage);
  // The DEVELOPMENT stage, if it is at that version.
  rt::Task<aws::Answer<Stored>> find_matching(std::string name, std::string if_match);
  aws::Answer<void> check(const aws::cloudfront::FunctionConfig& config, const std::string& code) const;
  // As clients see it. `live` is the revision of the LIVE stage, absent where there is none.
  aws::cloudfront::FunctionSummary summary_of(const Stored& stored, config::Revision live) const;
  rt::Task<aws::Answer<aws::cloudfront::FunctionSummary>> summary_of(Stored stored);

  Tools tools_;
};

}  // namespace gust::control
