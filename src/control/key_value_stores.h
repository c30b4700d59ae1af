// KeyValueStores: the stores of keys and values that functions may read. Their content is the business of
// key_value_data.h.
//
// Source: CFF-10 (CLOUDFRONT.md section 22); AWS.md section 2.
// Shape:  one document a store under its name, one with its counts under its id, and one for each key.
// Errors: the service's, as answers. Filling one from a bucket (ImportSource) is refused by name.
#pragma once

#include <optional>
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

// The store with that id, as data requests name it.
rt::Task<aws::Answer<std::optional<StoredKeyValueStore>>> find_key_value_store_by_id(Tools tools, std::string id);

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

  // Deletes the keys of stores that are no more, which a crash may have left.
  rt::Task<Result<void>> sweep();

 private:
  rt::Task<aws::Answer<StoredKeyValueStore>> find(std::string name);
  rt::Task<aws::Answer<StoredKeyValueStore>> find_matching(std::string name, std::string if_match);

  Tools tools_;
};

}  // namespace gust::control
