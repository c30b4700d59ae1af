// Certificates: the service acm of a deployment over its store, and who signs for it: the local authority, or an ACME
// server where the operator names one.
//
// Core:   the first; the Challenges are read by all.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "acm/acm.h"
#include "acm/acme_client.h"
#include "acm/authority.h"
#include "acm/https_web.h"
#include "acm/issuer.h"
#include "base/seal.h"
#include "control/front.h"

namespace gust::app {

struct Settings;

class Certificates {
 public:
  // Reads the authority in the data folder, or makes it, and what certificates there are.
  //   needs   all outlive it; stop() before its end
  //   fails   with one line that says what to do
  static rt::Task<std::expected<std::unique_ptr<Certificates>, std::string>> open(rt::Loop& loop, config::Store& store,
                                                                                  const Settings& settings,
                                                                                  const Seal& seal,
                                                                                  acm::Challenges& challenges,
                                                                                  acm::Report report);
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  rt::Task<void> stop();

  const acm::Authority& authority() const { return authority_; }
  control::FrontService service() const;

 private:
  // How an ACME server is asked.
  struct Acme {
    Acme(rt::Loop& loop, config::Store& store, const Seal& seal, acm::Challenges& challenges,
         std::shared_ptr<const net::TrustStore> trust, acm::AcmeOptions options)
        : web(loop, std::move(trust)), client(loop, store, seal, web, challenges, std::move(options)), issuer(client) {}
    acm::HttpsWeb web;
    acm::AcmeClient client;
    acm::AcmeIssuer issuer;
  };

  Certificates(rt::Loop& loop, acm::Authority authority)
      : authority_(std::move(authority)), issuer_(loop, authority_) {}

  const acm::Authority authority_;
  acm::LocalIssuer issuer_;
  std::optional<Acme> acme_;  // where there is a server
  std::optional<acm::Acm> acm_;
};

}  // namespace gust::app
