#include "observe/access_record.h"

namespace gust::observe {

ByteView text_of(ResultType type) {
  switch (type) {
    case ResultType::hit:
      return "Hit";
    case ResultType::refresh_hit:
      return "RefreshHit";
    case ResultType::miss:
      return "Miss";
    case ResultType::limit_exceeded:
      return "LimitExceeded";
    case ResultType::capacity_exceeded:
      return "CapacityExceeded";
    case ResultType::error:
      return "Error";
    case ResultType::redirect:
      return "Redirect";
  }
  return "Error";
}

}  // namespace gust::observe
