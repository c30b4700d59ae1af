// Quotas: how much an account may have, each with the error that says so.
//
// Source: the quotas page of the developer guide (Lim); AWS.md, "Quotas clients meet".
// Shape:  one table row a quota (quotas.cc); the operator may set each by its name.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace gust::control {

struct Quotas {
  std::size_t distributions = 5000;
  std::size_t alternate_names = 100;
  std::size_t origins = 100;
  std::size_t origin_groups = 10;
  std::size_t cache_behaviors = 75;
  std::size_t origin_custom_headers = 10;
  std::size_t forwarded_headers = 10;
  std::size_t forwarded_cookies = 10;
  std::size_t forwarded_query_strings = 10;
  std::size_t invalidation_paths_in_progress = 3000;
  std::size_t wildcards_in_progress = 15;
  std::size_t invalidations_kept = 1000;
  std::size_t policies = 20;
  std::size_t policy_headers = 10;
  std::size_t policy_cookies = 10;
  std::size_t policy_query_strings = 10;
  std::size_t policy_custom_headers = 10;
  std::size_t policy_removed_headers = 10;
  std::size_t functions = 100;
  std::size_t function_bytes = 10 * 1024;
  std::size_t key_value_stores = 50;
  std::size_t key_value_key_bytes = 512;
  std::size_t key_value_value_bytes = 1024;
  std::size_t key_value_changes = 50;
  std::size_t key_value_store_bytes = 5 * 1024 * 1024;
  std::size_t realtime_log_configs = 150;
  std::size_t field_level_encryption_configs = 10;
  std::size_t field_level_encryption_profiles = 10;
  std::size_t field_level_encryption_fields = 10;
  std::size_t field_level_encryption_entities = 1;
  std::size_t field_level_encryption_query_arguments = 5;
  std::size_t field_level_encryption_content_types = 1;
  std::size_t origin_access_controls = 100;
  std::size_t origin_access_identities = 100;
  std::size_t trust_stores = 30;
  std::size_t public_keys = 10;
  std::size_t key_groups = 10;
  std::size_t public_keys_in_key_group = 5;
  std::size_t tags = 50;
};

struct QuotaRow {
  std::string_view name;  // the member's
  std::size_t Quotas::* value;
  std::size_t most;          // that it may be set to
  std::string_view meaning;  // of what there may be so many
  std::string_view error;    // the service's, beyond it; empty: none
};

std::span<const QuotaRow> quota_rows();

}  // namespace gust::control
