// The operator's file of keys for S3-compatible stores, with which edges sign their requests to private origins.
//
// Shape:  YAML, a list of maps:
//           - host: minio.example.com        # of the origin, without port; *.example.com: all names below
//             access_key_id: AKIA...
//             secret_access_key: ...
//             region: eu-central-1           # may be left out
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/origin_keys.h"
#include "rt/task.h"

namespace gust::rt {
class Loop;
}

namespace gust::app {

using StoreKeys = std::vector<proxy::OriginKeys::Store>;

//   fails  one line that says where and what is wrong; it tells no secret. `title` is the file's name
std::expected<StoreKeys, std::string> read_origin_keys(std::string_view text, std::string_view title);

// The keys in the file at `path`; none where it is empty.
rt::Task<std::expected<StoreKeys, std::string>> open_origin_keys(rt::Loop& loop, std::string path);

}  // namespace gust::app
