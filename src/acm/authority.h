// Authority: the certificate authority of one installation, whose root exists once per data folder.
//
// Source: RFC 5280; CA/Browser Forum baseline requirements 6.3.2 (398 days), which browsers hold local ones to as well.
// Shape:  a root on P-256 for ten years that may sign no other authorities and speak for TLS servers alone; leaves are
//         issued under it at once. There is no OCSP responder, so leaves name none and nothing is stapled.
// Rule:   it issues for any name, since a developer wants www.example.com on a laptop: who trusts the root believes
//         whoever holds its key. So its key lies in a file for its owner only, and names of the outside are believed
//         by nobody who has not run `gustfront trust`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace gust::acm {

inline constexpr std::chrono::days root_days{3653};
inline constexpr std::chrono::days leaf_days{397};

// What is issued: a certificate, those above it, and its key, in PEM.
struct IssuedCertificate {
  std::string certificate;
  std::string chain;  // what is sent behind it; empty: none is needed
  std::string key;
};

class Authority {
 public:
  // A new root. fails: bug (the library)
  static Result<Authority> make(WallTime now);
  // fails: corrupt: not a root and its key
  static Result<Authority> read(std::string root_pem, std::string key_pem);

  const std::string& root_pem() const { return root_; }
  const std::string& key_pem() const { return key_; }

  // Makes a key and a certificate for `names`, the first being its common name where that is short enough. Takes the
  // time of making a key: off the loop.
  //   needs  at least one name
  //   fails  unsupported (the algorithm), bug (the library)
  Result<IssuedCertificate> issue(const std::vector<std::string>& names, std::string_view key_algorithm,
                                  WallTime now) const;

 private:
  Authority(std::string root, std::string key) : root_(std::move(root)), key_(std::move(key)) {}

  std::string root_, key_;
};

}  // namespace gust::acm
