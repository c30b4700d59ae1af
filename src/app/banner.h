// What a started deployment tells: a table of addresses and a walk-through for people, one JSON object for scripts.
#pragma once

#include <string>

#include "app/deployment.h"
#include "app/settings.h"

namespace gust::app {

std::string banner_of(const Settings& settings, const Addresses& addresses, const Credentials& credentials);

// The object that --ready-file holds, with its line end.
std::string ready_json_of(const Settings& settings, const Addresses& addresses, const Credentials& credentials,
                          int process_id);

}  // namespace gust::app
