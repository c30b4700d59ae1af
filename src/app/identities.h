// Identities: everybody who may sign requests to this deployment: root, the users of IAM, and the deployment's own
// edges.
//
// Shape:  root's key pair in `<data>/credentials.json`, users in the store, their secrets sealed with the key in
//         `<data>/identities.key` (64 hex digits, for its owner only).
// Core:   the first; the Directory is read by all.
#pragma once

#include <memory>
#include <string>

#include "access/authorizer.h"
#include "access/directory.h"
#include "app/credentials.h"
#include "control/front.h"
#include "iam/iam.h"

namespace gust::config {
class Store;
}

namespace gust::app {

class Identities {
 public:
  // Reads what is in `folder` and `store`; makes a key pair and a key where there are none.
  //   needs   `loop` and `store` outlive it
  //   fails   corrupt: a file or document is not what was written; io_failed, access_denied, no_space
  static rt::Task<Result<std::unique_ptr<Identities>>> open(rt::Loop& loop, config::Store& store, std::string folder,
                                                            std::string account_id);
  Identities(const Identities&) = delete;
  Identities& operator=(const Identities&) = delete;

  const Credentials& root() const { return root_; }
  // Takes root's pair as the file has it now; the one before is refused from then on.
  //   gives   whether it is another one
  rt::Task<Result<bool>> reload_root();
  // A new pair of this run with the rights of root, for the deployment's own work: it stays when root's changes.
  Credentials make_run_key();
  // A pair with which edges sign for distributions.
  void add_edge_key(const Credentials& pair);

  const access::Directory& directory() const { return directory_; }
  const aws::Authorizer& authorizer() const { return authorizer_; }
  // With what the secrets in the store are sealed.
  const Seal& seal() const { return book_.seal(); }
  control::FrontService iam_service() const;
  control::FrontService sts_service() const;

 private:
  Identities(rt::Loop& loop, config::Store& store, std::string folder, std::string account_id, std::string seal_key);
  void set_root(Credentials pair);
  access::KeyOwner owner_as_root(const Credentials& pair) const;

  rt::Loop& loop_;
  const std::string folder_, account_id_;
  Credentials root_;
  access::Directory directory_;
  access::DirectoryAuthorizer authorizer_;
  iam::Book book_;
  iam::Iam iam_;
};

}  // namespace gust::app
