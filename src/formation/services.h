// Services: how a stack's resources are made, through the same API and with the same rights as the client's own calls.
//
// Shape:  one call is an operation of a service with its input as JSON in the members of the service's model; the
// answer
//         likewise. Blobs are base64 on both ways.
// Errors: the service's own, AccessDenied among them.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "aws/access.h"
#include "base/time.h"
#include "formation/template_text.h"
#include "rt/task.h"

namespace gust::formation {

class Services {
 public:
  virtual ~Services() = default;
  virtual rt::Task<aws::Answer<Json>> call(std::string service, std::string operation, Json input) = 0;
  // Waits between two looks at something that takes its time.
  virtual rt::Task<void> pause(Duration time) = 0;
};

// Calls of the other services as `caller`, with the rights that it has then.
using MakeServices = std::function<std::unique_ptr<Services>(const aws::Caller& caller)>;

}  // namespace gust::formation
