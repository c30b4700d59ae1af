// What a scenario's words look like on the wire, for every kind of ScenarioWorld.
#pragma once

#include <string>
#include <string_view>

#include "scenarios/scenario.h"

namespace gust::scenarios {

// `default_host` stands where the scenario names none. A body gets a Content-Length unless the scenario frames it.
std::string request_text(const Send& send, std::string_view default_host);
// The reply of an answer of kind `reply` or `raw`; empty for the others.
std::string reply_text(const OriginAnswer& answer);

}  // namespace gust::scenarios
