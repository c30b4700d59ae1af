// Settings: what the operator may choose, from flags, environment and one YAML file.
//
// Shape:  one table row a setting (settings_table in settings.cc). A row named `edge_memory` is the flag --edge-memory,
//         the variable GUSTFRONT_EDGE_MEMORY and the key edge_memory of the file. A flag wins over the environment,
//         that over the file, that over the default.
// Errors: every wrong value is one finding with its place and what would be right; unknown keys are findings too.
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/io_choice.h"
#include "base/bytes.h"
#include "base/time.h"
#include "control/quotas.h"
#include "http/content_coding.h"
#include "rt/address_range.h"

namespace gust::app {

struct Settings {
  std::string data = "./gustfront-data";
  std::string address;  // literal to listen on
  bool automatic_ports = false;
  std::uint16_t api_port = 0;
  std::uint16_t edge_port = 0;        // of the first edge; the others follow
  std::uint16_t edge_https_port = 0;  // the same, over TLS
  std::uint16_t regional_port = 0;
  std::uint16_t metrics_port = 0;
  std::string ready_file;  // empty: none
  std::vector<std::string> edges;
  std::string regional;  // empty: no regional cache; edges ask origins themselves
  std::string domain_suffix;
  std::string bucket_domain;  // empty: none
  std::string region;
  std::string account_id;
  std::size_t cores = 0;
  IoWish io = IoWish::epoll;
  ByteCount edge_memory = 0;
  ByteCount regional_memory = 0;
  ByteCount object_bytes_max = 0;        // 0: an eighth of the cache's memory
  std::string eviction;                  // "lsg" or "sieve"
  std::size_t eviction_size_weight = 0;  // of lsg, in hundredths
  ByteCount slice_bytes = 0;             // 0: no slices
  std::size_t connections_max = 0;       // per node and core
  http::CodingLevels coding_levels;
  std::size_t compressions_max = 0;  // per node and core
  Duration drain{};
  bool access_log = true;
  control::Quotas quotas;
  Duration log_delivery{};  // how long access lines for a bucket wait at most
  std::vector<rt::AddressRange> proxy_protocol_from;
  bool public_origins_only = false;
  std::size_t circuit_failures = 0;  // STALE-8; 0: requests always wait for their origin
  Duration circuit_pause_max{};
  std::string origin_keys;     // empty: none
  std::string origin_trust;    // empty: the system's
  std::string acme_directory;  // empty: the local authority signs
  std::string acme_contact;    // empty: none
  std::string acme_binding;    // empty: none
  std::string acme_roots;      // empty: the system's
  std::string geoip_city;      // empty: none
  std::string geoip_asn;       // empty: none
};

enum class SettingType : std::uint8_t {
  text,
  path,
  port,
  ports,
  ranges,
  size,
  count,
  duration,
  yes_no,
  pop,
  pops,
  address,
  io,
  domain,
  account,
  quotas
};

struct SettingRow {
  std::string_view name;  // as in the file: lower case with underscores
  SettingType type;
  std::string_view fallback;  // the default, as one would write it
  std::uint64_t least = 0;    // of ports, counts, sizes in bytes, durations in milliseconds, list lengths
  std::uint64_t most = 0;
  std::string_view help;
};

std::span<const SettingRow> settings_table();
std::string flag_of(const SettingRow& row);      // "--edge-memory"
std::string variable_of(const SettingRow& row);  // "GUSTFRONT_EDGE_MEMORY"

// Raw values by row name, as one source gave them.
struct SettingSource {
  std::string title;                          // "environment", "gustfront.yaml"
  std::map<std::string, std::string> values;  // by row name
  std::map<std::string, std::string> places;  // by row name: how to call the value in a finding
};

using Complaints = std::vector<std::string>;

// Reads a YAML file of settings; the text, for tests, may come from anywhere.
std::expected<SettingSource, Complaints> read_settings_file(std::string_view text, std::string title);
// Puts the sources together, strongest first, and reads every value.
std::expected<Settings, Complaints> make_settings(std::span<const SettingSource> sources);

}  // namespace gust::app
