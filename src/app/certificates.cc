#include "app/certificates.h"

#include <fmt/format.h>

#include <utility>

#include "acm/jws.h"
#include "app/authority_files.h"
#include "app/origin_trust.h"
#include "app/settings.h"
#include "app/small_file.h"
#include "base/text.h"
#include "rt/loop.h"

namespace gust::app {
namespace {

// The file of a binding: the key's id and the key in base64url, with white space between them.
std::expected<void, std::string> read_binding(std::string_view text, acm::AcmeOptions& options) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (!is_space(c)) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  const auto key = words.size() == 2 ? acm::bytes_of_base64url(words[1]) : std::nullopt;
  if (!key || key->empty()) return std::unexpected("expected the key's id and the MAC key in base64url");
  options.binding_key_id = words[0];
  options.binding_mac_key = *key;
  return {};
}

}  // namespace

rt::Task<std::expected<std::unique_ptr<Certificates>, std::string>> Certificates::open(
    rt::Loop& loop, config::Store& store, const Settings& settings, const Seal& seal, acm::Challenges& challenges,
    acm::Report report) {
  auto authority = co_await open_authority(loop, settings.data);
  if (!authority) {
    co_return std::unexpected(
        fmt::format("cannot read or make {}/authority: {}", settings.data, authority.error().text));
  }
  std::unique_ptr<Certificates> made(new Certificates(loop, *std::move(authority)));
  acm::Issuer* issuer = &made->issuer_;
  if (!settings.acme_directory.empty()) {
    acm::AcmeOptions options{.directory = settings.acme_directory,
                             .contact = settings.acme_contact,
                             .binding_key_id = {},
                             .binding_mac_key = {}};
    if (!settings.acme_binding.empty()) {
      const auto text = co_await read_small_file(loop.files(), settings.acme_binding);
      if (!text) co_return std::unexpected(fmt::format("cannot read {}: {}", settings.acme_binding, text.error().text));
      if (auto read = read_binding(*text, options); !read) {
        co_return std::unexpected(fmt::format("{}: {}", settings.acme_binding, read.error()));
      }
    }
    auto trust = co_await open_origin_trust(loop, settings.acme_roots);
    if (!trust) co_return std::unexpected(std::move(trust.error()));
    if (*trust == nullptr) {
      co_return std::unexpected("this system has no file of certificate authorities: give --acme-roots");
    }
    made->acme_.emplace(loop, store, seal, challenges, *std::move(trust), std::move(options));
    issuer = &made->acme_->issuer;
  }
  made->acm_.emplace(loop, store, seal, settings.account_id, *issuer, made->acme_ ? &made->acme_->web : nullptr,
                     std::move(report));
  if (auto started = co_await made->acm_->start(); !started) {
    co_return std::unexpected(fmt::format("cannot read the certificates: {}", started.error().text));
  }
  co_return std::move(made);
}

rt::Task<void> Certificates::stop() {
  co_await acm_->stop();
  if (acme_) co_await acme_->web.close();
}

control::FrontService Certificates::service() const {
  control::FrontService service;
  service.handlers = &acm_->handlers();
  service.deeds_of = [this](const aws::Caller&, const aws::Route& route, const aws::OperationRequest& request) {
    return acm_->deeds_of(route, request);
  };
  return service;
}

}  // namespace gust::app
