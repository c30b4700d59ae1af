// Explain access: how `gustfront explain` finds what runs on a data folder, and proves that it may ask.
//
// Shape:  `<data>/explain.token`, made at first start: 64 hex digits, the value of Gust-Explain. `<data>/running.json`,
//         written when all is up and removed at an orderly stop: where the edges are. Both readable by their owner
//         only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rt/address.h"
#include "rt/task.h"

namespace gust::rt {
class Loop;
}

namespace gust::app {

// The token in `folder`, made if there is none.
//   fails   corrupt: the file is there and is not what was written; io_failed, access_denied, no_space
rt::Task<Result<std::string>> open_explain_token(rt::Loop& loop, std::string folder);

// The token in the text of its file.
//   fails   corrupt
Result<std::string> read_explain_token(std::string_view text);

// What running.json tells.
struct Running {
  struct Edge {
    std::string pop;
    rt::Endpoint http;
  };
  std::int64_t process_id = 0;
  std::string access_key_id;  // of root, as it is in force; empty where the file does not tell
  std::vector<Edge> edges;
};

std::string running_path(std::string_view folder);
std::string explain_token_path(std::string_view folder);

std::string running_json_of(const Running& running);
//   fails   corrupt
Result<Running> read_running(std::string_view json);

}  // namespace gust::app
