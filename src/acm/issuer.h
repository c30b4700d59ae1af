// Issuer: whoever signs the certificates that are asked for: the local authority, or an ACME server.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "acm/authority.h"
#include "rt/task.h"

namespace gust::rt {
class Loop;
}

namespace gust::acm {

struct CertificateOrder {
  std::string arn;
  std::vector<std::string> names;  // the first is the common name
  std::string key_algorithm;
};

struct IssueFailure {
  std::string failure_reason;  // ACM's word (CAA_ERROR, ...), where trying again is of no use; empty: it may be
  std::string text;            // one sentence, for the operator and for RenewalStatusReason
};

class Issuer {
 public:
  virtual ~Issuer() = default;
  // Whether issue() asks nobody outside, so that who waits for it waits for the making of a key.
  virtual bool is_immediate() const = 0;
  // What a certificate's chain ends in, where the chain that is sent leaves it out; empty: not known.
  virtual std::string root_pem() const = 0;
  // Why such a request cannot be honoured, in a sentence, before anything is tried; empty: it can.
  virtual std::string refusal_of(std::string_view validation_method, const std::vector<std::string>& names) const = 0;
  virtual rt::Task<std::expected<IssuedCertificate, IssueFailure>> issue(CertificateOrder order) = 0;
};

// Every name counts as validated at once: names of this installation are its own, and nobody else trusts its root.
class LocalIssuer final : public Issuer {
 public:
  // Both outlive it.
  LocalIssuer(rt::Loop& loop, const Authority& authority) : loop_(loop), authority_(authority) {}

  bool is_immediate() const override { return true; }
  std::string root_pem() const override { return authority_.root_pem(); }
  std::string refusal_of(std::string_view, const std::vector<std::string>&) const override { return {}; }
  rt::Task<std::expected<IssuedCertificate, IssueFailure>> issue(CertificateOrder order) override;

 private:
  rt::Loop& loop_;
  const Authority& authority_;
};

}  // namespace gust::acm
