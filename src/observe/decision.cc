#include "observe/decision.h"

namespace gust::observe {

ByteView name_of(Lookup lookup) {
  switch (lookup) {
    case Lookup::none:
      return "none";
    case Lookup::hit:
      return "hit";
    case Lookup::bypass:
      return "bypass";
    case Lookup::method:
      return "method";
    case Lookup::uri_miss:
      return "uri-miss";
    case Lookup::vary_miss:
      return "vary-miss";
    case Lookup::request:
      return "request";
    case Lookup::stale:
      return "stale";
    case Lookup::purged:
      return "purged";
  }
  return "none";
}

}  // namespace gust::observe
