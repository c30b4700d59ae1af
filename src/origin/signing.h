// Signing: the last step of a request to a private origin, so that the origin knows who asks.
//
// Source: CLOUDFRONT.md OAC-1; aws/sigv4.h, in the form of S3.
// Shape:  Host and all x-amz- fields are signed, nothing else, as proxies behind us may touch the rest. The body of a
//         request streams and is not hashed: what the viewer says of it (x-amz-content-sha256) goes on, else it is
//         UNSIGNED-PAYLOAD.
// Core:   a Signer has one, and keeps the keys of the day there.
#pragma once

#include <string>
#include <vector>

#include "aws/sigv4.h"
#include "base/arena.h"
#include "base/result.h"
#include "base/time.h"
#include "http/message.h"

namespace gust::origin {

struct CustomHeader;

// How the requests to one origin are signed.
struct Signing {
  aws::SigningKey key;               // no access key id: there is no key for this origin, and it is not asked
  std::vector<CustomHeader> fields;  // to go with it, signed
  bool prefers_viewers = false;      // a request with an Authorization of its own goes as it is
};

class Signer {
 public:
  // Signs `request`, in which all else is as it will be sent.
  //   gives   new fields in `arena`
  //   fails   access_denied (side own): there is no key
  Result<void> sign(http::RequestHead& request, bool has_body, const Signing& signing, WallTime now, Arena& arena);

 private:
  const aws::DayKey& day_key(const aws::SigningKey& key, WallTime now);

  struct Kept {
    aws::SigningKey of;
    aws::DayKey key;
  };
  std::vector<Kept> kept_;  // few: one for each key, secret and region
};

}  // namespace gust::origin
