#include "proxy/steps.h"

#include <array>

namespace gust::proxy {
namespace {

constexpr std::array table{
    Step{"route", "route.cc",
         "which distribution, its staging copy perhaps, and may it be reached: host, connection (421), state, loops, "
         "other tiers",
         &route, nullptr},
    Step{"guard", "guard.cc", "which behaviour, and does it allow this: protocol, method, body", &guard, nullptr},
    Step{"key", "key.cc", "default root object, headers about the viewer, and the cache key with what it forwards",
         &key, nullptr},
    Step{"lookup", "lookup.cc", "what the cache has: fresh, stale, on its way, nothing", &lookup, nullptr},
    Step{"fetch", "fetch.cc",
         "wait for another's fill, or ask the parent tier or the origin, and store while it streams", nullptr, &fetch},
    Step{"respond", "respond.cc", "the answer: conditions, ranges, own pages, headers, body", nullptr, &respond},
    Step{"finish", "finish.cc", "the log line, the metrics, the decision record", &finish, nullptr},
};

}  // namespace

std::span<const Step> steps() { return table; }

}  // namespace gust::proxy
