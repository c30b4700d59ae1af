// Alternate names: the names of one's own (CNAMEs) that viewers reach a distribution by.
//
// Source: DIST-1. Which names a certificate covers: net/certificate.h.
#pragma once

#include <string_view>

namespace gust::config {

// A host name of two labels or more in lower case, no address; its leftmost label may be `*`.
bool is_alternate_name(std::string_view name);

// Whether some name is meant by both: they are the same, or one is a wildcard directly above the other.
bool overlap(std::string_view a, std::string_view b);

}  // namespace gust::config
