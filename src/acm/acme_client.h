// AcmeClient: an account at an ACME server, and certificates ordered there.
//
// Source: RFC 8555 sections 6 and 7. Names are validated over HTTP (section 8.3), by answers that our edges give.
// Shape:  one order at a time. The account's key is made once for a server and kept in the store, sealed; a new account
//         agrees to the server's terms, as the operator does who names the server.
// Time:   an order has order_time_max; each look waits as the server asks, from 1 to 30 s.
// Errors: IssueFailure, in the server's words.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acm/acme_messages.h"
#include "acm/book.h"
#include "acm/challenges.h"
#include "acm/issuer.h"
#include "acm/web.h"
#include "base/seal.h"
#include "config/store.h"

namespace gust::acm {

struct AcmeOptions {
  std::string directory;        // URL
  std::string contact;          // an e-mail address; empty: none
  std::string binding_key_id;   // of an account that the server's operator gave (section 7.3.4); empty: none
  std::string binding_mac_key;  // raw bytes
};

class AcmeClient {
 public:
  static constexpr Duration order_time_max = std::chrono::minutes(5);

  // All outlive it.
  AcmeClient(rt::Loop& loop, config::Store& store, const Seal& seal, Web& web, Challenges& challenges,
             AcmeOptions options);

  rt::Task<std::expected<IssuedCertificate, IssueFailure>> order(CertificateOrder order);

 private:
  template <typename T>
  using Outcome = std::expected<T, IssueFailure>;

  rt::Task<Outcome<std::string>> find_nonce();
  // Signed by the account. An answer of 400 and more is a failure.
  rt::Task<Outcome<WebAnswer>> post(std::string url, std::string payload);
  rt::Task<Outcome<void>> open_account();
  rt::Task<Outcome<void>> register_account();
  rt::Task<Outcome<void>> keep_account();
  rt::Task<Outcome<void>> authorize(std::string url);
  rt::Task<Outcome<AcmeOrder>> wait_for_order(std::string url, AcmeOrder order, bool is_before_finalize);
  rt::Task<Outcome<IssuedCertificate>> order_within(CertificateOrder order);
  rt::Task<Outcome<void>> pause(const WebAnswer& answer);

  rt::Loop& loop_;
  config::Store& store_;
  const Seal& seal_;
  Web& web_;
  Challenges& challenges_;
  const AcmeOptions options_;
  std::optional<AcmeDirectory> directory_;
  std::string account_key_, account_url_, thumbprint_;
  config::Revision account_revision_ = config::absent;
  std::string nonce_;  // the newest that is unused; empty: none
  Instant deadline_{};
};

// Certificates from an ACME server. Validation over DNS is refused: this release hosts no zones.
class AcmeIssuer final : public Issuer {
 public:
  // `client` outlives it.
  explicit AcmeIssuer(AcmeClient& client) : client_(client) {}
  bool is_immediate() const override { return false; }
  std::string root_pem() const override { return {}; }
  std::string refusal_of(std::string_view validation_method, const std::vector<std::string>& names) const override;
  rt::Task<std::expected<IssuedCertificate, IssueFailure>> issue(CertificateOrder order) override {
    return client_.order(std::move(order));
  }

 private:
  AcmeClient& client_;
};

}  // namespace gust::acm
