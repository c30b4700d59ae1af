// RefusedOperations: what the service has and this release does not do, and what is missing for it.
//
// Source: DESIGN.md decision 8: refuse or keep, never drop. A thing whose mere existence promises an effect that the
//         nodes do not have (a distribution tenant that should serve, a VPC origin that should be reachable) is refused
//         when it is to be made. Where there can be none of a kind, the operations that read or change one are refused
//         with it.
// Shape:  one row an operation, by the model's name. What has neither a handler nor a row here is refused without a
//         reason, and a test finds it.
#pragma once

#include <span>
#include <string_view>

namespace gust::control {

struct RefusedOperation {
  std::string_view name;    // of the operation
  std::string_view reason;  // what is missing: the end of a sentence, without its stop
};

std::span<const RefusedOperation> refused_operations();

// Nothing where it has no row.
const RefusedOperation* find_refused_operation(std::string_view name);

}  // namespace gust::control
