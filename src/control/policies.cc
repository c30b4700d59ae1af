#include "control/policies.h"

#include "control/resources_internal.h"

namespace gust::control {

template class Resources<CachePolicyFamily>;
template class Resources<OriginRequestPolicyFamily>;
template class Resources<ResponseHeadersPolicyFamily>;

}  // namespace gust::control
