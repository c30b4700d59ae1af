#include "observe/access_memory.h"

#include <algorithm>

namespace gust::observe {

void MemoryAccessLog::write(const AccessRecord& record) {
  AccessRecord kept = record;
  for (ByteView* text : {&kept.log_destination,
                         &kept.distribution_id,
                         &kept.edge_location,
                         &kept.method,
                         &kept.distribution_domain,
                         &kept.path,
                         &kept.referer,
                         &kept.user_agent,
                         &kept.query,
                         &kept.cookie,
                         &kept.request_id,
                         &kept.host_header,
                         &kept.protocol,
                         &kept.forwarded_for,
                         &kept.ssl_protocol,
                         &kept.ssl_cipher,
                         &kept.protocol_version,
                         &kept.fle_status,
                         &kept.fle_encrypted_fields,
                         &kept.detailed_result,
                         &kept.content_type}) {
    *text = texts_.copy(*text);
  }
  if (records_.size() == records_max_) records_.pop_front();
  records_.push_back(kept);
}

std::size_t MemoryAccessLog::count_of(ByteView request_id) const {
  return static_cast<std::size_t>(std::ranges::count(records_, request_id, &AccessRecord::request_id));
}

void MemoryAccessLog::clear() {
  records_.clear();
  texts_.clear();
}

}  // namespace gust::observe
