#include "app/identities.h"

#include <utility>

#include "app/small_file.h"
#include "base/seal.h"
#include "base/text.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::app {
namespace {

constexpr std::string_view damaged_key =
    "identities.key is damaged: restore it, as the secrets of all users are sealed with it";

rt::Task<Result<std::string>> open_seal_key(rt::Loop& loop, std::string folder) {
  std::string path = folder + "/identities.key";
  CO_TRY(const std::string digits, co_await open_secret_file(loop, std::move(folder), std::move(path), damaged_key));
  co_return *bytes_of_hex(digits);
}

}  // namespace

Identities::Identities(rt::Loop& loop, config::Store& store, std::string folder, std::string account_id,
                       std::string seal_key)
    : loop_(loop),
      folder_(std::move(folder)),
      account_id_(std::move(account_id)),
      authorizer_(directory_, account_id_),
      book_(loop, store, directory_, Seal(std::move(seal_key)), account_id_),
      iam_(book_) {}

rt::Task<Result<std::unique_ptr<Identities>>> Identities::open(rt::Loop& loop, config::Store& store, std::string folder,
                                                               std::string account_id) {
  CO_TRY(Credentials root, co_await open_credentials(loop, folder));
  CO_TRY(std::string seal_key, co_await open_seal_key(loop, folder));
  std::unique_ptr<Identities> made(
      new Identities(loop, store, std::move(folder), std::move(account_id), std::move(seal_key)));
  made->set_root(std::move(root));
  CO_TRY_OK(co_await made->book_.load());
  co_return std::move(made);
}

void Identities::set_root(Credentials pair) {
  if (!root_.access_key_id.empty()) directory_.unpin(root_.access_key_id);
  root_ = std::move(pair);
  directory_.pin(root_.access_key_id, owner_as_root(root_));
}

access::KeyOwner Identities::owner_as_root(const Credentials& pair) const {
  return {.secret = pair.secret_access_key,
          .identity = std::make_shared<access::Identity>(
              access::Identity{.caller = access::RootUser{.account_id = account_id_}})};
}

Credentials Identities::make_run_key() {
  Credentials pair = make_credentials(loop_);
  directory_.pin(pair.access_key_id, owner_as_root(pair));
  return pair;
}

rt::Task<Result<bool>> Identities::reload_root() {
  CO_TRY(Credentials pair, co_await open_credentials(loop_, folder_));
  if (pair.access_key_id == root_.access_key_id && pair.secret_access_key == root_.secret_access_key) co_return false;
  set_root(std::move(pair));
  co_return true;
}

void Identities::add_edge_key(const Credentials& pair) {
  directory_.pin(pair.access_key_id,
                 {.secret = pair.secret_access_key,
                  .identity = std::make_shared<access::Identity>(access::Identity{.is_edge = true})});
}

control::FrontService Identities::iam_service() const {
  control::FrontService service;
  service.handlers = &iam_.iam_handlers();
  service.region = "us-east-1";
  service.deeds_of = [this](const aws::Caller& caller, const aws::Route& route, const aws::OperationRequest& request) {
    return iam_.deeds_of(caller, route, request);
  };
  return service;
}

control::FrontService Identities::sts_service() const {
  control::FrontService service;
  service.handlers = &iam_.sts_handlers();
  return service;
}

}  // namespace gust::app
