#include "control/trust_stores.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "control/answers_internal.h"
#include "control/distribution_uses.h"
#include "control/ids.h"
#include "control/paging.h"
#include "control/resources.h"
#include "net/trust_store.h"
#include "rt/loop.h"

namespace gust::control {

namespace model = aws::cloudfront;
using config::TrustStoreDocument;

namespace {

std::unexpected<aws::ServiceError> no_such_store() {
  return refuse("EntityNotFound", "The trust store does not exist.");
}

// Without an answer of the authorities: nothing is asked of them.
aws::Answer<void> refuse_ocsp(const std::optional<bool>& is_wanted) {
  if (!is_wanted.value_or(false)) return {};
  return aws::refuse("NotImplemented", 501,
                     "The setting UseClientCertificateOCSPEndpoint is not provided by this release of Gustfront.");
}

}  // namespace

rt::Task<aws::Answer<TrustStores::Stored>> TrustStores::find(std::string id) {
  // By its ARN too.
  if (const std::size_t slash = id.rfind('/'); slash != std::string::npos) {
    if (id != trust_store_arn(tools_.settings.account_id, id.substr(slash + 1))) co_return no_such_store();
    id.erase(0, slash + 1);
  }
  if (!is_resource_id(id)) co_return no_such_store();
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(std::string(config::trust_store_prefix) + id));
  if (!stored) co_return no_such_store();
  CO_TRY_STORE(auto document, config::read_trust_store_document(stored->value));
  co_return Stored{std::move(document), stored->revision};
}

rt::Task<aws::Answer<TrustStores::Stored>> TrustStores::find_matching(std::string id, std::string if_match) {
  CO_TRY_OK(check_if_match_form(if_match));
  CO_TRY(Stored stored, co_await find(std::move(id)));
  CO_TRY_OK(check_if_match(if_match, etag_of(config::key_of(stored.document), stored.revision)));
  co_return std::move(stored);
}

rt::Task<aws::Answer<std::vector<TrustStores::Stored>>> TrustStores::read_all() {
  CO_TRY_STORE(const auto listing, co_await tools_.store.list(std::string(config::trust_store_prefix)));
  std::vector<Stored> all;
  for (const config::Document& stored : listing.documents) {
    CO_TRY_STORE(auto document, config::read_trust_store_document(stored.value));
    all.push_back({std::move(document), stored.revision});
  }
  co_return std::move(all);
}

rt::Task<aws::Answer<void>> TrustStores::fill(TrustStoreDocument& document,
                                              const model::CaCertificatesBundleSource& source) {
  if (!source.ca_certificates_bundle_s3_location || !tools_.settings.read_object) {
    co_return refuse("InvalidArgument", "The parameter CaCertificatesBundleSource names an object of a bucket.");
  }
  const model::CaCertificatesBundleS3Location& place = *source.ca_certificates_bundle_s3_location;
  const auto read = co_await tools_.settings.read_object(place.bucket, place.key, place.version,
                                                         net::viewer_trust_limits.pem_bytes_max);
  if (!read) {
    co_return refuse("InvalidArgument", fmt::format("The CA certificates bundle s3://{}/{} cannot be read: {}.",
                                                    place.bucket, place.key, read.error().text));
  }
  const auto authorities = net::read_trust_store(*read, net::viewer_trust_limits);
  if (!authorities) {
    co_return refuse("InvalidArgument",
                     fmt::format("The CA certificates bundle is not from 1 to {} certificates in PEM of at most {} "
                                 "bytes: {}.",
                                 net::viewer_trust_limits.certificates_max, net::viewer_trust_limits.pem_bytes_max,
                                 authorities.error().text));
  }
  document.authorities = *read;
  document.authorities_count = static_cast<int>((*authorities)->size());
  document.last_modified = tools_.loop.wall_now();
  co_return aws::Answer<void>();
}

model::TrustStore TrustStores::shape_of(const TrustStoreDocument& document) const {
  model::TrustStore out;
  out.id = document.id;
  out.arn = trust_store_arn(tools_.settings.account_id, document.id);
  out.name = document.name;
  out.status = "active";
  out.number_of_ca_certificates = document.authorities_count;
  out.last_modified_time = document.last_modified;
  return out;
}

rt::Task<aws::Answer<model::CreateTrustStoreResult>> TrustStores::create(model::CreateTrustStoreRequest request) {
  if (!is_name(request.name)) {
    co_return refuse("InvalidArgument",
                     "The parameter Name has from 1 to 64 letters, digits, hyphens and underscores.");
  }
  CO_TRY_OK(refuse_ocsp(request.use_client_certificate_ocsp_endpoint));
  if (request.tags && !request.tags->items.empty()) {
    co_return aws::refuse("NotImplemented", 501,
                          "The setting Tags is not provided by this release of Gustfront for trust stores.");
  }
  Stored made;
  made.document.id = new_id(tools_.loop, 'T');
  made.document.name = std::move(request.name);
  CO_TRY_OK(co_await fill(made.document, request.ca_certificates_bundle_source));
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(const auto all, co_await read_all());
  if (std::ranges::any_of(all, [&](const Stored& other) { return other.document.name == made.document.name; })) {
    co_return refuse("EntityAlreadyExists", "A trust store with this name already exists.");
  }
  if (all.size() >= tools_.settings.quotas.trust_stores) {
    co_return refuse("EntityLimitExceeded", "You have reached the maximum number of trust stores for this account.");
  }
  const std::string key = config::key_of(made.document);
  CO_TRY_STORE(made.revision, co_await tools_.store.put(key, config::write_document(made.document), config::absent));
  co_return model::CreateTrustStoreResult{shape_of(made.document), etag_of(key, made.revision)};
}

rt::Task<aws::Answer<model::GetTrustStoreResult>> TrustStores::get(model::GetTrustStoreRequest request) {
  CO_TRY(const Stored stored, co_await find(std::move(request.identifier)));
  co_return model::GetTrustStoreResult{shape_of(stored.document),
                                       etag_of(config::key_of(stored.document), stored.revision)};
}

rt::Task<aws::Answer<model::UpdateTrustStoreResult>> TrustStores::update(model::UpdateTrustStoreRequest request) {
  CO_TRY_OK(refuse_ocsp(request.use_client_certificate_ocsp_endpoint));
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(Stored stored, co_await find_matching(std::move(request.id), std::move(request.if_match)));
  if (request.ca_certificates_bundle_source) {
    CO_TRY_OK(co_await fill(stored.document, *request.ca_certificates_bundle_source));
  }
  const std::string key = config::key_of(stored.document);
  CO_TRY_STORE(stored.revision,
               co_await tools_.store.put(key, config::write_document(stored.document), stored.revision));
  co_return model::UpdateTrustStoreResult{shape_of(stored.document), etag_of(key, stored.revision)};
}

rt::Task<aws::Answer<aws::Nothing>> TrustStores::remove(model::DeleteTrustStoreRequest request) {
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(const Stored stored, co_await find_matching(std::move(request.id), std::move(request.if_match)));
  CO_TRY(const auto users, co_await find_distributions(tools_, that_name(Named::trust_store, stored.document.id)));
  if (!users.empty()) {
    co_return refuse(
        "CannotDeleteEntityWhileInUse",
        fmt::format("The trust store cannot be deleted while the distribution {} uses it.", users.front()));
  }
  CO_TRY_STORE_OK(co_await tools_.store.remove(config::key_of(stored.document), stored.revision));
  co_return aws::Nothing{};
}

rt::Task<aws::Answer<model::ListTrustStoresResult>> TrustStores::list(model::ListTrustStoresRequest request) {
  CO_TRY(const PageRequest page_request, read_page_request(request.marker, request.max_items));
  CO_TRY(const auto all, co_await read_all());
  std::vector<std::string> ids;
  for (const Stored& stored : all) ids.push_back(stored.document.id);
  const Page page = page_behind(ids, page_request);
  model::ListTrustStoresResult result;
  for (std::size_t i = page.first; i < page.end; ++i) {
    const TrustStoreDocument& document = all[i].document;
    result.trust_store_list.push_back({.id = document.id,
                                       .arn = trust_store_arn(tools_.settings.account_id, document.id),
                                       .name = document.name,
                                       .status = "active",
                                       .number_of_ca_certificates = document.authorities_count,
                                       .last_modified_time = document.last_modified,
                                       .etag = etag_of(config::key_of(document), all[i].revision),
                                       .reason = {}});
  }
  if (!page.next_marker.empty()) result.next_marker = page.next_marker;
  co_return std::move(result);
}

}  // namespace gust::control
