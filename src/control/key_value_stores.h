// KeyValueStores: the stores of keys and values that functions may read. Their content is the business of
// key_value_data.h.
//
// Source: CFF-10 (CLOUDFRONT.md section 22); AWS.md section 2.
// Shape:  one document a store under its name, one with its counts under its id, and one for each key.
// Errors: the service's, as answers. Filling one from a bucket (ImportSource) is refused by name.
#pragma once

#include <string>
#include <string_view>

#include "aws/gen/cloudfront.h"
#include "config/store.h"
#include "control/distributions.h"

namespace gust::control {

struct StoredKeyValueStore {
  aws::cloudfront::KeyValueStore store;
  config::Revision revision = config::absent;
};

class KeyValueStores {
 public:
  explicit KeyValueStores(const Tools& tools) : tools_(tools) {}

  rt::Task<aws::Answer<aws::cloudfront::CreateKeyValueStoreResult>> create(
      aws::cloudfront::CreateKeyValueStoreRequest request);
  rt::Task<aws::Answer<aws::cloudfront::DescribeKeyValueStoreResult>> describe(
      aws::cloudfront::DescribeKeyValueStoreRequest request);
  rt::Task<aws::Answer<aws::cloudfront::UpdateKeyValueStoreResult>> update(
      aws::cloudfront::UpdateKeyValueStoreRequest request);
  rt::Task<aws::Answer<aws::Nothing>> remove(aws::cloudfront::DeleteKeyValueStoreRequest request);
  rt::Task<aws::Answer<aws::cloudfront::ListKeyValueStoresResult>> list(
      aws::cloudfront::ListKeyValueStoresRequest request);

  // Policies know a store by its id, requests name it: `resource` with the id in place of the name, where it is the ARN
  // of a store that is there by its name; else as it is.
  rt::Task<std::string> resource_by_id(std::string resource);

  // Deletes the keys of stores that are no more, which a crash may have left.
  rt::Task<Result<void>> sweep();

 private:
  rt::Task<aws::Answer<std::string>> remove_store(std::string name, std::string if_match);
  rt::Task<aws::Answer<StoredKeyValueStore>> find(std::string name);
  rt::Task<aws::Answer<StoredKeyValueStore>> find_matching(std::string name, std::string if_match);

  Tools tools_;
};

}  // namespace gust::control
