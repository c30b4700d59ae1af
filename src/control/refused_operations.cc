#include "control/refused_operations.h"

#include <algorithm>
#include <iterator>

namespace gust::control {
namespace {

constexpr std::string_view no_engine = "there is no engine for function code yet";
constexpr std::string_view no_streaming = "RTMP distributions are not served; the service itself ended them in 2020";
constexpr std::string_view no_web_acl = "there is no web application firewall yet";
constexpr std::string_view no_tenants = "the nodes serve no distribution tenants";
constexpr std::string_view no_vpc = "origins are reached over the network that the nodes are in; there are no VPCs";
constexpr std::string_view no_anycast = "addresses are those of the machines that the nodes run on";
constexpr std::string_view no_sharing = "there is one account, so nothing can be shared with others";

constexpr RefusedOperation rows[] = {
    {"TestFunction", no_engine},
    {"CreateConnectionFunction", no_engine},
    {"DescribeConnectionFunction", no_engine},
    {"GetConnectionFunction", no_engine},
    {"UpdateConnectionFunction", no_engine},
    {"PublishConnectionFunction", no_engine},
    {"TestConnectionFunction", no_engine},
    {"DeleteConnectionFunction", no_engine},

    {"CreateStreamingDistribution", no_streaming},
    {"CreateStreamingDistributionWithTags", no_streaming},
    {"GetStreamingDistribution", no_streaming},
    {"GetStreamingDistributionConfig", no_streaming},
    {"UpdateStreamingDistribution", no_streaming},
    {"DeleteStreamingDistribution", no_streaming},

    {"AssociateDistributionWebACL", no_web_acl},
    {"DisassociateDistributionWebACL", no_web_acl},

    {"CreateDistributionTenant", no_tenants},
    {"GetDistributionTenant", no_tenants},
    {"GetDistributionTenantByDomain", no_tenants},
    {"UpdateDistributionTenant", no_tenants},
    {"DeleteDistributionTenant", no_tenants},
    {"AssociateDistributionTenantWebACL", no_tenants},
    {"DisassociateDistributionTenantWebACL", no_tenants},
    {"CreateInvalidationForDistributionTenant", no_tenants},
    {"GetInvalidationForDistributionTenant", no_tenants},
    {"ListInvalidationsForDistributionTenant", no_tenants},
    {"CreateConnectionGroup", no_tenants},
    {"GetConnectionGroup", no_tenants},
    {"GetConnectionGroupByRoutingEndpoint", no_tenants},
    {"UpdateConnectionGroup", no_tenants},
    {"DeleteConnectionGroup", no_tenants},
    {"GetManagedCertificateDetails", no_tenants},
    {"UpdateDomainAssociation", no_tenants},
    {"ListDomainConflicts", no_tenants},
    {"VerifyDnsConfiguration", no_tenants},

    {"CreateVpcOrigin", no_vpc},
    {"GetVpcOrigin", no_vpc},
    {"UpdateVpcOrigin", no_vpc},
    {"DeleteVpcOrigin", no_vpc},

    {"CreateAnycastIpList", no_anycast},
    {"GetAnycastIpList", no_anycast},
    {"UpdateAnycastIpList", no_anycast},
    {"DeleteAnycastIpList", no_anycast},

    {"PutResourcePolicy", no_sharing},
    {"GetResourcePolicy", no_sharing},
    {"DeleteResourcePolicy", no_sharing},
    {"ListDistributionsByOwnedResource", no_sharing},
};

}  // namespace

std::span<const RefusedOperation> refused_operations() { return rows; }

const RefusedOperation* find_refused_operation(std::string_view name) {
  const auto found = std::ranges::find(rows, name, &RefusedOperation::name);
  return found == std::end(rows) ? nullptr : &*found;
}

}  // namespace gust::control
