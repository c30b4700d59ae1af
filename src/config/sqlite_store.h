// The SQLite engine of the Store: one file, owned by one process, safe at any crash.
//
// Shape:  journal in WAL mode, synchronous=FULL: a commit that was answered is on stable storage. The file is locked
// for
//         this process as long as it is open. Calls run on the loop's workers (rt::blocking), one at a time.
// Note:   SQLite reaches the operating system by itself, past rt: see docs/decisions/sqlite-beside-rt.md.
#pragma once

#include <memory>
#include <string>

#include "config/store.h"

namespace gust::config {

// Opens the store in the file `path`, made if missing; its folder exists.
//   fails  corrupt: damaged, or not a store of Gustfront's, or written by a newer version; access_denied;
//          address_in_use: another process has it open; no_space; io_failed. The text says which.
rt::Task<Result<std::unique_ptr<Store>>> open_sqlite_store(std::string path, StoreLimits limits = {});

}  // namespace gust::config
