// Credentials: the access key pair of this deployment, made at first start and kept in the data folder.
//
// Source: AWS.md section 4 (SigV4); ids in the form that AWS's own tools expect.
// Shape:  `<data>/credentials.json`, readable by its owner only, written beside its place and renamed over it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "rt/task.h"

namespace gust::rt {
class Loop;
}

namespace gust::app {

struct Credentials {
  std::string access_key_id;      // "AKIA" and 16 of A-Z 2-7
  std::string secret_access_key;  // 40 of A-Z a-z 0-9 + /
};

// A new pair.
Credentials make_credentials(rt::Loop& loop);

std::string credentials_path(std::string_view folder);
// Stable when it returns. fails: io_failed, access_denied, no_space
rt::Task<Result<void>> write_credentials(rt::Loop& loop, std::string folder, Credentials pair);

// The pair in `folder`, made if there is none.
//   fails   corrupt: the file is there and is not what was written; io_failed, access_denied, no_space
rt::Task<Result<Credentials>> open_credentials(rt::Loop& loop, std::string folder);

// A secret for one run: 64 hex digits.
std::string make_run_secret(rt::Loop& loop);

// Such a secret that a file keeps from run to run: its digits.
//   fails  corrupt, in the words of `damaged`: the text is something else
Result<std::string> read_secret_digits(std::string_view text, std::string_view damaged);
// That of the file `path` in `folder`, made if there is none. `damaged` is static.
//   fails  corrupt as above; io_failed, access_denied, no_space
rt::Task<Result<std::string>> open_secret_file(rt::Loop& loop, std::string folder, std::string path,
                                               std::string_view damaged);

}  // namespace gust::app
