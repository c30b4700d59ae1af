// Paths of bench_origin's objects.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace gust::bench {

// The SIZE of `/o/ID-SIZE`, where both are whole numbers and SIZE is at most 1 TiB; a query is no part of it.
std::optional<ByteCount> size_of_object_path(ByteView target);

}  // namespace gust::bench
