// Book: all identities of the account in memory, kept in the store and told to the Directory.
//
// Shape:  reads look at memory. A change takes its turn, is judged, is committed to the store, and only then stands in
//         memory and in the Directory; so what was answered holds for the next request and after a crash.
// Core:   one; the Directory is read by all.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/directory.h"
#include "aws/service_error.h"
#include "config/store.h"
#include "iam/entities.h"
#include "iam/managed_policies.h"
#include "rt/task.h"
#include "rt/turns.h"

namespace gust::rt {
class Loop;
}

namespace gust::iam {

// As AWS has them, where it has.
struct Quotas {
  std::size_t users = 5000;
  std::size_t groups = 300;
  std::size_t policies = 1500;
  std::size_t keys_of_user = 2;
  std::size_t groups_of_user = 10;
  std::size_t attached_policies = 10;
  std::size_t versions_of_policy = 5;
  std::size_t policy_characters = 6144;          // of the account's own policies; spaces are not counted
  std::size_t inline_characters_of_user = 2048;  // of all together
  std::size_t inline_characters_of_group = 5120;
  std::size_t tags = 50;
};

class Book {
 public:
  // By names in lower case.
  template <typename T>
  using Names = std::map<std::string, T, std::less<>>;

  // `loop`, `store` and `directory` outlive it.
  Book(rt::Loop& loop, config::Store& store, access::Directory& directory, Seal seal, std::string account_id,
       Quotas quotas = {});

  // Reads all documents and tells the Directory. Before anything else.
  //   fails  corrupt: a document or its secret cannot be read, and what it would allow or deny is not known;
  //          the store's errors
  rt::Task<Result<void>> load();

  const Names<User>& users() const { return users_; }
  const Names<Group>& groups() const { return groups_; }
  const Names<CustomerPolicy>& policies() const { return policies_; }
  const std::vector<ManagedPolicy>& managed_policies() const { return managed_; }
  // By the exact name; null where there is none.
  const User* find_user(std::string_view name) const;
  const Group* find_group(std::string_view name) const;
  const CustomerPolicy* find_policy(std::string_view arn) const;  // of the account's own
  // The document of a policy of either kind, as it is in force; null where there is none.
  access::PolicyRef find_document(std::string_view arn) const;
  const User* find_owner(std::string_view access_key_id) const;

  std::string arn_of(const User& user) const;
  std::string arn_of(const Group& group) const;
  std::string arn_of(const CustomerPolicy& policy) const;

  using Turn = rt::Turns::Turn;
  // fails: ServiceFailure 500 when the wait is cancelled
  rt::Task<aws::Answer<Turn>> take_turn();

  // What one request changes. A new name is one entity gone and one new.
  struct Changes {
    std::vector<User> users;
    std::vector<Group> groups;
    std::vector<CustomerPolicy> policies;
    std::vector<User> users_gone;
    std::vector<Group> groups_gone;
    std::vector<CustomerPolicy> policies_gone;
  };
  // Commits, all or nothing. In a turn of one's own.
  //   fails  ServiceFailure 500, LimitExceeded 409 (a document beyond the store's bound)
  rt::Task<aws::Answer<void>> keep(Changes changes);

  const Quotas& quotas() const { return quotas_; }
  const std::string& account_id() const { return account_id_; }
  const Seal& seal() const { return seal_; }
  rt::Loop& loop() const { return loop_; }

 private:
  void tell_directory() const;

  rt::Loop& loop_;
  config::Store& store_;
  access::Directory& directory_;
  const Seal seal_;
  const std::string account_id_;
  const Quotas quotas_;
  const std::vector<ManagedPolicy> managed_;
  Names<User> users_;
  Names<Group> groups_;
  Names<CustomerPolicy> policies_;
  rt::Turns turns_;
};

}  // namespace gust::iam
