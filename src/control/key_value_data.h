// KeyValueData: the keys and values of key value stores (the service cloudfront-keyvaluestore).
//
// Source: CFF-10 (CLOUDFRONT.md section 22); the service's model of 2022-07-26.
// Shape:  If-Match is the ETag of the store's content as it was before; every change gives a new one. A change is made
//         whole or not at all.
// Errors: the service's, as answers: ResourceNotFoundException, ConflictException, ValidationException,
//         ServiceQuotaExceededException.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/gen/cloudfront_keyvaluestore.h"
#include "aws/handlers.h"
#include "control/distributions.h"

namespace gust::control {

class KeyValueData {
 public:
  explicit KeyValueData(const Tools& tools);
  KeyValueData(const KeyValueData&) = delete;
  KeyValueData& operator=(const KeyValueData&) = delete;

  const aws::Handlers& handlers() const { return handlers_; }

  rt::Task<aws::Answer<aws::cloudfront_keyvaluestore::DescribeKeyValueStoreResponse>> describe(
      aws::cloudfront_keyvaluestore::DescribeKeyValueStoreRequest request);
  rt::Task<aws::Answer<aws::cloudfront_keyvaluestore::ListKeysResponse>> list(
      aws::cloudfront_keyvaluestore::ListKeysRequest request);
  rt::Task<aws::Answer<aws::cloudfront_keyvaluestore::GetKeyResponse>> get(
      aws::cloudfront_keyvaluestore::GetKeyRequest request);
  rt::Task<aws::Answer<aws::cloudfront_keyvaluestore::PutKeyResponse>> put(
      aws::cloudfront_keyvaluestore::PutKeyRequest request);
  rt::Task<aws::Answer<aws::cloudfront_keyvaluestore::DeleteKeyResponse>> remove(
      aws::cloudfront_keyvaluestore::DeleteKeyRequest request);
  rt::Task<aws::Answer<aws::cloudfront_keyvaluestore::UpdateKeysResponse>> update(
      aws::cloudfront_keyvaluestore::UpdateKeysRequest request);

 private:
  struct Content;
  // One key of a change; without a value it goes.
  struct Change {
    std::string key;
    std::optional<std::string> value;
  };
  rt::Task<aws::Answer<Content>> find(std::string arn);
  // Makes all of the changes, and gives what they leave.
  rt::Task<aws::Answer<Content>> change(std::string arn, std::string if_match, std::vector<Change> changes);

  Tools tools_;
  aws::Handlers handlers_;
};

}  // namespace gust::control
