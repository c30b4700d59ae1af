// The files of the local certificate authority: `<data>/authority/root.pem`, for all who want to trust it, and
// `root.key`, for its owner only.
#pragma once

#include <string>
#include <string_view>

#include "acm/authority.h"
#include "base/result.h"
#include "rt/task.h"

namespace gust::rt {
class Loop;
}

namespace gust::app {

std::string authority_root_path(std::string_view data);

// The authority of the data folder, made where there is none.
//   fails  corrupt: the files are not what was written; io_failed, access_denied, no_space; bug (the library)
rt::Task<Result<acm::Authority>> open_authority(rt::Loop& loop, std::string data);

}  // namespace gust::app
