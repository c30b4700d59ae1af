#include "acm/acm.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "aws/gen/acm.h"

namespace gust::acm {

namespace op = aws::acm::op;

Acm::Acm(rt::Loop& loop, config::Store& store, Seal seal, std::string account_id, Issuer& issuer, Web* web,
         Report report)
    : book_(loop, store, std::move(seal), std::move(account_id), std::move(report)),
      account_(book_),
      keeper_(book_, issuer, account_, web),
      reads_(book_, issuer),
      imports_(book_),
      requests_(book_, issuer, keeper_),
      tags_(book_),
      handlers_(aws::acm::service()) {
  handlers_.add<op::RequestCertificate, &Requests::request>(requests_);
  handlers_.add<op::RenewCertificate, &Requests::renew>(requests_);
  handlers_.add<op::UpdateCertificateOptions, &Requests::update_options>(requests_);
  handlers_.add<op::DeleteCertificate, &Requests::remove>(requests_);
  handlers_.add<op::ResendValidationEmail, &Requests::resend_email>(requests_);
  handlers_.add<op::ImportCertificate, &Imports::import_>(imports_);
  handlers_.add<op::DescribeCertificate, &Reads::describe>(reads_);
  handlers_.add<op::ListCertificates, &Reads::list>(reads_);
  handlers_.add<op::GetCertificate, &Reads::get>(reads_);
  handlers_.add<op::ExportCertificate, &Reads::export_>(reads_);
  handlers_.add<op::AddTagsToCertificate, &Tags::add>(tags_);
  handlers_.add<op::RemoveTagsFromCertificate, &Tags::remove>(tags_);
  handlers_.add<op::ListTagsForCertificate, &Tags::list>(tags_);
  handlers_.add<op::GetAccountConfiguration, &Account::get>(account_);
  handlers_.add<op::PutAccountConfiguration, &Account::put>(account_);
}

rt::Task<Result<void>> Acm::start() {
  CO_TRY_OK(co_await book_.load());
  CO_TRY_OK(co_await account_.load());
  keeper_.start();
  co_return Result<void>{};
}

rt::Task<void> Acm::stop() { co_await keeper_.stop(); }

std::vector<aws::OwnedDeed> Acm::deeds_of(const aws::Route& route, const aws::OperationRequest& request) const {
  const std::string_view operation = route.operation->name;
  aws::OwnedDeed deed{.action = fmt::format("acm:{}", operation), .resource = "*"};
  // The reader of inputs refuses a body in which a member stands twice, so that this is the one that it takes.
  const nlohmann::json body = nlohmann::json::parse(request.body, nullptr, false);
  const auto has = [&](const char* name) { return body.is_object() && body.contains(name); };
  if (has("CertificateArn") && body["CertificateArn"].is_string()) {
    deed.resource = body["CertificateArn"].get<std::string>();
  }
  std::vector<aws::OwnedDeed> deeds{deed};
  const bool is_making = operation == "RequestCertificate" || operation == "ImportCertificate";
  if (is_making && has("Tags")) {
    deed.action = "acm:AddTagsToCertificate";
    deeds.push_back(std::move(deed));
  }
  return deeds;
}

}  // namespace gust::acm
