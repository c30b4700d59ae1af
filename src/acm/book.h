// Book: all certificates in memory, kept in the store.
//
// Shape:  reads look at memory. A change takes its turn, is judged, is committed to the store, and only then stands in
//         memory. A certificate's document is part of the configuration, so that the edges follow it from there.
// Core:   one.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acm/x509.h"
#include "aws/service_error.h"
#include "base/seal.h"
#include "config/certificate_document.h"
#include "config/store.h"
#include "rt/task.h"
#include "rt/turns.h"

namespace gust::rt {
class Loop;
}

namespace gust::acm {

// One line for the operator's log.
using Report = std::function<void(std::string_view line)>;

struct Certificate {
  config::CertificateDocument document;
  CertificateFacts facts;  // of the leaf; empty while there is none
  config::Revision revision = config::absent;

  bool is_issued() const { return !document.certificate.empty(); }
  bool is_imported() const { return document.type == "IMPORTED"; }
};

// What ACM says of it now: what was issued has expired when its time is over, what waits too long has timed out.
std::string_view status_of(const Certificate& certificate, WallTime now);

// Who uses which certificate: ARNs by the ARN of the certificate.
using Uses = std::multimap<std::string, std::string, std::less<>>;

// As the service has them by default, where it has.
struct Quotas {
  std::size_t certificates = 2500;
  std::size_t names = 100;  // of one
  std::size_t tags = 50;
};

class Book {
 public:
  // `loop` and `store` outlive it. `report` may be empty.
  Book(rt::Loop& loop, config::Store& store, Seal seal, std::string account_id, Report report, Quotas quotas = {});

  // Reads all documents. What cannot be read is reported and left alone. fails: the store's errors
  rt::Task<Result<void>> load();

  // By id, the last part of the ARN.
  const std::map<std::string, Certificate, std::less<>>& all() const { return all_; }
  // By the whole ARN; null where there is none.
  const Certificate* find(std::string_view arn) const;
  // An ARN that nothing has yet.
  std::string make_arn(std::string_view region) const;

  using Turn = rt::Turns::Turn;
  // fails: InternalServerException 500 when the wait is cancelled
  rt::Task<aws::Answer<Turn>> take_turn();

  // Commits. In a turn of one's own. fails: InternalServerException 500, LimitExceededException 400
  rt::Task<aws::Answer<void>> keep(Certificate certificate);
  rt::Task<aws::Answer<void>> remove(Certificate certificate);

  // The distributions that name certificates, as the store holds them.
  rt::Task<aws::Answer<Uses>> read_uses() const;

  // A private key, sealed for the document of `arn`, and back. fail: bug, corrupt
  Result<std::string> seal_key(std::string_view arn, std::string_view key_pem) const;
  Result<std::string> open_key(const config::CertificateDocument& document) const;

  void report(std::string_view line) const;
  const Seal& seal() const { return seal_; }
  const Quotas& quotas() const { return quotas_; }
  const std::string& account_id() const { return account_id_; }
  config::Store& store() const { return store_; }
  rt::Loop& loop() const { return loop_; }

 private:
  rt::Loop& loop_;
  config::Store& store_;
  const Seal seal_;
  const std::string account_id_;
  const Report report_;
  const Quotas quotas_;
  std::map<std::string, Certificate, std::less<>> all_;
  rt::Turns turns_;
};

}  // namespace gust::acm
