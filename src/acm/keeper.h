// Keeper: has certificates issued that were asked for, and issued anew before they end.
//
// Source: ACM's "Managed renewal"; RFC 8555 leaves the time to the client.
// Shape:  one task that works on what is due, one certificate after the other, and sleeps until the next. What fails is
//         tried again, later each time. Nothing is kept of that but the certificate's document: after a start all that
//         waits is tried at once.
//         Certificates that the issuer signed and that name a responder of OCSP get a staple, and a new one when half
//         of its time is over. What was imported is not asked about: its address is anybody's word.
// Rule:   a renewal is due when a third of the certificate's life is left, or 60 days where that is less, and earlier
// by
//         up to a tenth of that, by the ARN, so that what was issued together is not renewed together.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "acm/account.h"
#include "acm/book.h"
#include "acm/issuer.h"
#include "acm/web.h"
#include "rt/scope.h"
#include "rt/signal.h"
#include "rt/task.h"

namespace gust::acm {

// When a certificate of this life is renewed.
WallTime renewal_time_of(std::string_view arn, WallTime not_before, WallTime not_after);

class Keeper {
 public:
  static constexpr Duration first_pause = std::chrono::minutes(5);
  static constexpr Duration pause_max = std::chrono::hours(6);

  // All outlive it. Responders of OCSP are asked by `web`; null: none is.
  Keeper(Book& book, Issuer& issuer, Account& account, Web* web)
      : book_(book), issuer_(issuer), account_(account), web_(web), scope_(book.loop()) {}

  void start() { scope_.spawn(run()); }
  rt::Task<void> stop();

  // Something has become due: run() looks again.
  void look() { changed_.notify_all(); }
  // Has the certificate issued or renewed now. What comes of it stands in its document.
  rt::Task<void> issue_now(std::string arn);
  // Works on all that is due now, and warns of what ends.
  rt::Task<void> round();
  // When something is due next; WallTime::max(): nothing waits.
  WallTime next_due() const;

 private:
  struct Tried {
    WallTime next{};
    Duration pause{};
  };
  rt::Task<void> run();
  WallTime staple_due_of(const Certificate& certificate) const;
  // Asks the responder of a certificate, and keeps its answer.
  rt::Task<void> staple(std::string arn);
  WallTime due_of(const Certificate& certificate) const;
  rt::Task<void> take(std::string arn, IssuedCertificate issued);
  rt::Task<void> note_failure(std::string arn, IssueFailure failure);

  Book& book_;
  Issuer& issuer_;
  Account& account_;
  Web* const web_;
  std::map<std::string, Tried, std::less<>> tried_;       // by ARN; those whose last try failed
  std::map<std::string, WallTime, std::less<>> staples_;  // by ARN: when to ask for the next
  std::set<std::string, std::less<>> under_way_;          // ARNs
  rt::Signal changed_;
  rt::Scope scope_;
};

}  // namespace gust::acm
