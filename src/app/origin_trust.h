// The authorities whose certificates are believed about origins: those of the system, or of a file of the operator's.
//
// Source: CLOUDFRONT.md ORIG-2.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "rt/task.h"

namespace gust::net {
class TrustStore;
}
namespace gust::rt {
class Loop;
}

namespace gust::app {

// What is in the file at `path`; where it is empty, in the first of the system's usual files that is there. Null where
// none is: then nothing is fetched over TLS.
//   fails  one line that says what is wrong with the file
rt::Task<std::expected<std::shared_ptr<const net::TrustStore>, std::string>> open_origin_trust(rt::Loop& loop,
                                                                                               std::string path);

}  // namespace gust::app
