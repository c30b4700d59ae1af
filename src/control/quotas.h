// Quotas: how much an account may have, each with the error that says so.
//
// Source: the quotas page of the developer guide (Lim) and AWS.md, "Quotas clients meet".
#pragma once

#include <cstddef>

namespace gust::control {

struct Quotas {
  std::size_t distributions = 5000;                   // TooManyDistributions; the service's is 200
  std::size_t alternate_names = 100;                  // TooManyDistributionCNAMEs, a distribution
  std::size_t origins = 100;                          // TooManyOrigins, a distribution (PATH-7)
  std::size_t origin_groups = 10;                     // TooManyOriginGroupsPerDistribution, a distribution
  std::size_t cache_behaviors = 75;                   // TooManyCacheBehaviors, a distribution, without the default one
  std::size_t origin_custom_headers = 10;             // TooManyOriginCustomHeaders, an origin (OHDR-6)
  std::size_t forwarded_headers = 10;                 // TooManyHeadersInForwardedValues
  std::size_t forwarded_cookies = 10;                 // TooManyCookieNamesInWhiteList
  std::size_t forwarded_query_strings = 10;           // TooManyQueryStringParameters
  std::size_t invalidation_paths_in_progress = 3000;  // TooManyInvalidationsInProgress, a distribution (INV-11)
  std::size_t wildcards_in_progress = 15;             // the same
  std::size_t invalidations_kept = 1000;              // a distribution; older completed ones are forgotten
  std::size_t policies = 20;                          // TooManyCachePolicies and so on, of each kind
  std::size_t policy_headers = 10;                    // TooManyHeadersInCachePolicy and so on (KEY-12)
  std::size_t policy_cookies = 10;                    // TooManyCookiesInCachePolicy and so on (KEY-12)
  std::size_t policy_query_strings = 10;              // TooManyQueryStringsInCachePolicy and so on (KEY-12)
  std::size_t policy_custom_headers = 10;             // TooManyCustomHeadersInResponseHeadersPolicy
  std::size_t policy_removed_headers = 10;            // TooManyRemoveHeadersInResponseHeadersPolicy
  std::size_t functions = 100;                        // TooManyFunctions
  std::size_t function_bytes = 10 * 1024;             // FunctionSizeLimitExceeded, of code (CFF-5)
  std::size_t key_value_stores = 50;                  // EntityLimitExceeded
  std::size_t key_value_key_bytes = 512;              // ValidationException (CFF-10)
  std::size_t key_value_value_bytes = 1024;           // the same
  std::size_t key_value_changes = 50;                 // the same, of keys in a request
  std::size_t key_value_store_bytes = 5 * 1024 * 1024;     // ServiceQuotaExceededException
  std::size_t realtime_log_configs = 150;                  // TooManyRealtimeLogConfigs
  std::size_t field_level_encryption_configs = 10;         // TooManyFieldLevelEncryptionConfigs
  std::size_t field_level_encryption_profiles = 10;        // TooManyFieldLevelEncryptionProfiles
  std::size_t field_level_encryption_fields = 10;          // TooManyFieldLevelEncryptionFieldPatterns, a profile
  std::size_t field_level_encryption_entities = 1;         // TooManyFieldLevelEncryptionEncryptionEntities, a profile
  std::size_t field_level_encryption_query_arguments = 5;  // TooManyFieldLevelEncryptionQueryArgProfiles, a config
  std::size_t field_level_encryption_content_types = 1;    // TooManyFieldLevelEncryptionContentTypeProfiles, a config
  std::size_t origin_access_controls = 100;                // TooManyOriginAccessControls
  std::size_t origin_access_identities = 100;              // TooManyCloudFrontOriginAccessIdentities
  std::size_t public_keys = 10;                            // TooManyPublicKeys
  std::size_t key_groups = 10;                             // TooManyKeyGroups
  std::size_t public_keys_in_key_group = 5;                // TooManyPublicKeysInKeyGroup
  std::size_t tags = 50;                                   // InvalidTagging, a resource
};

}  // namespace gust::control
