// Older keys: documents that an earlier release kept elsewhere in the store are brought to their place.
#pragma once

#include "base/result.h"
#include "rt/task.h"

namespace gust::config {
class Store;
}

namespace gust::control {

// Before anything else reads the store. Does nothing where all is in place; what a crash leaves half done goes on with
// the next call, and no document is ever at both places or none.
//   fails  with the store's errors
rt::Task<Result<void>> move_older_documents(config::Store& store);

}  // namespace gust::control
