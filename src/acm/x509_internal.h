// Pieces of certificates that are made here, by the local authority and in requests to others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "acm/openssl_internal.h"

namespace gust::acm {

// The extension subjectAltName with DNS names, critical where there is no other subject; null where the library fails.
Owned<X509_EXTENSION> names_extension(const std::vector<std::string>& names, bool is_critical);

std::string pem_of(X509* certificate);

}  // namespace gust::acm
