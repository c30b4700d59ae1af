#include "app/settings.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <set>

#include "acm/web.h"
#include "base/text.h"
#include "rt/address.h"

namespace gust::app {
namespace {

using enum SettingType;

constexpr std::array settings{
    SettingRow{"data", path, "./gustfront-data", 0, 0, "folder of all state; made if missing"},
    SettingRow{"ports", SettingType::ports, "fixed", 0, 0, "fixed: the ports below; auto: any free ones"},
    SettingRow{"api_port", port, "9000", 1, 65535, "port of the AWS-shaped API (CloudFront and S3)"},
    SettingRow{"edge_port", port, "8080", 1, 65535, "port of the first edge; the next edges take the next ports"},
    SettingRow{"edge_https_port", port, "8443", 1, 65535,
               "port of the first edge for https; the next edges take the next ports"},
    SettingRow{"regional_port", port, "8090", 1, 65535, "port of the regional cache (for edges only)"},
    SettingRow{"metrics_port", port, "9180", 1, 65535, "port of /metrics and /healthz"},
    SettingRow{"address", SettingType::address, "127.0.0.1", 0, 0, "address to listen on"},
    SettingRow{"ready_file", path, "", 0, 0, "file to write, as one JSON object, once everything serves"},
    SettingRow{"edges", pops, "BOM50,IAD50", 1, 16, "edge locations, a list"},
    SettingRow{"regional", pop, "BOM52", 0, 0, "location of the regional cache; none: edges ask origins"},
    SettingRow{"domain_suffix", domain, "cloudfront.localhost", 0, 0, "distributions are d<13 characters>.<suffix>"},
    SettingRow{"bucket_domain", domain, "none", 0, 0,
               "a name under which buckets answer beside localhost, as <bucket>.<name>; none: no other"},
    SettingRow{"region", text, "us-east-1", 0, 0, "region of buckets created without one"},
    SettingRow{"account_id", account, "000000000000", 0, 0, "account that owns everything, 12 digits"},
    SettingRow{"quotas", SettingType::quotas, "", 0, 0,
               "how much the account may have beside the defaults, as distributions=10000,functions=500"},
    SettingRow{"cores", count, "0", 0, 256, "event loops; 0: one for each core of the machine"},
    SettingRow{
        "io", SettingType::io, "epoll", 0, 0,
        "how event loops hear of events: epoll; io_uring; auto: io_uring where the system allows it, else epoll"},
    SettingRow{"edge_memory", size, "256MiB", 1_MiB, 1024_GiB, "cache memory of each edge"},
    SettingRow{"regional_memory", size, "512MiB", 1_MiB, 1024_GiB, "cache memory of the regional cache"},
    SettingRow{"object_bytes_max", size, "0", 0, 1024_GiB, "largest object kept in memory; 0: an eighth of the cache"},
    SettingRow{"eviction", text, "lsg", 0, 0,
               "what makes room for what: lsg (by requests and size) or sieve (by requests alone)"},
    SettingRow{"eviction_size_weight", count, "90", 0, 200,
               "how much lsg looks at sizes, in hundredths: more spares requests, less spares bytes"},
    SettingRow{"slice_bytes", size, "1MiB", 0, 1_GiB,
               "ranges of what is not stored whole are fetched by slices of this size; 0: they are not"},
    SettingRow{"connections_max", count, "10000", 1, 1'000'000,
               "viewer connections of each node on each core, by http and by https each"},
    SettingRow{"proxy_protocol_from", ranges, "", 0, 64,
               "addresses of load balancers, a list; their connections to edges begin with a PROXY header"},
    SettingRow{"gzip_level", count, "5", 1, 9, "how hard gzip tries at compressing"},
    SettingRow{"brotli_level", count, "5", 0, 11, "how hard brotli tries"},
    SettingRow{"zstd_level", count, "3", 1, 19, "how hard zstd tries, where a cache policy turns it on"},
    SettingRow{"compressions_max", count, "16", 0, 10'000, "bodies each node compresses at once on each core; 0: none"},
    SettingRow{"drain", duration, "10s", 0, 3'600'000, "how long requests in flight may go on after a stop"},
    SettingRow{"access_log", yes_no, "yes", 0, 0, "write one line a request under DATA/logs"},
    SettingRow{"log_delivery", duration, "5m", 1000, 3'600'000,
               "how long access lines wait for more of them before they go to the bucket of their distribution"},
    SettingRow{"public_origins_only", yes_no, "no", 0, 0, "refuse origins on loopback and private addresses"},
    SettingRow{
        "circuit_failures", count, "3", 0, 1000,
        "failures in a row after which an origin counts as down and nobody waits for it; 0: requests always wait "
        "for their origin, as CloudFront's do"},
    SettingRow{"circuit_pause_max", duration, "30s", 1000, 3'600'000,
               "longest time that an origin which is down is left alone before it is tried again; the first is 1s"},
    SettingRow{"origin_keys", path, "", 0, 0,
               "YAML file of keys for S3-compatible stores, to sign requests to private origins with"},
    SettingRow{"origin_trust", path, "", 0, 0,
               "PEM file of the authorities whose certificates origins may show; else the system's"},
    SettingRow{
        "acme_directory", text, "", 0, 0,
        "URL of the directory of an ACME server that issues what is asked of acm; giving it agrees to its terms"},
    SettingRow{"acme_contact", text, "", 0, 0, "e-mail address that the ACME server may write to"},
    SettingRow{"acme_binding", path, "", 0, 0,
               "file with the key id and the MAC key of an account that the ACME server's operator gave"},
    SettingRow{"acme_roots", path, "", 0, 0,
               "PEM file of the authorities by which the ACME server is believed; else the system's"},
    SettingRow{"geoip_city", path, "", 0, 0,
               "MMDB file of cities or countries, for CloudFront-Viewer-Country and others"},
    SettingRow{"geoip_asn", path, "", 0, 0, "MMDB file of networks, for CloudFront-Viewer-ASN"},
};

std::optional<ByteCount> parse_size(std::string_view value) {
  static constexpr std::array<std::pair<std::string_view, ByteCount>, 4> units{
      {{"GiB", 1_GiB}, {"MiB", 1_MiB}, {"KiB", 1_KiB}, {"B", 1}}};
  ByteCount unit = 1;
  for (const auto& [name, bytes] : units) {
    if (value.ends_with(name)) {
      value = trim(value.substr(0, value.size() - name.size()));
      unit = bytes;
      break;
    }
  }
  const auto number = parse_decimal<ByteCount>(value);
  if (!number || *number > ~ByteCount{0} / unit) return std::nullopt;
  return *number * unit;
}

std::optional<Duration> parse_duration(std::string_view value) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 3> units{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}}};
  for (const auto& [name, milliseconds] : units) {
    if (!value.ends_with(name)) continue;
    const auto number = parse_decimal<std::uint32_t>(trim(value.substr(0, value.size() - name.size())));
    if (!number) return std::nullopt;
    return std::chrono::milliseconds(*number * milliseconds);
  }
  return std::nullopt;
}

// HDR-8: three letters, digits, optionally a suffix such as -C1.
bool is_pop(std::string_view value) {
  const Cut parts = cut(value, '-');
  const std::string_view code = parts.before;
  if (code.size() < 4 || code.size() > 6) return false;
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (!std::ranges::all_of(code.substr(0, 3), is_upper) || !std::ranges::all_of(code.substr(3), is_digit)) return false;
  if (!parts.found) return true;
  return parts.after.size() >= 2 && is_upper(parts.after[0]) && std::ranges::all_of(parts.after.substr(1), is_digit);
}

bool is_pop_or_none(std::string_view value) { return value == "none" || is_pop(value); }

bool is_domain(std::string_view value) {
  if (value.empty() || value.size() > 200) return false;
  for (std::string_view label : split(value, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; };
    if (!std::ranges::all_of(label, fits)) return false;
  }
  return true;
}

const SettingRow* find_row(std::string_view name) {
  const auto found = std::ranges::find(settings, name, &SettingRow::name);
  return found == settings.end() ? nullptr : &*found;
}

// Looks values up through the sources and reads them, gathering complaints.
class Reader {
 public:
  explicit Reader(std::span<const SettingSource> sources) : sources_(sources) {}

  std::string read_text(std::string_view name) { return look_up(name).text; }

  std::string read(std::string_view name, auto&& is_valid, std::string_view expected) {
    const Found found = look_up(name);
    if (!is_valid(found.text)) complain(found, expected);
    return found.text;
  }

  std::uint64_t read_number(std::string_view name, auto&& parse, std::string_view expected) {
    const Found found = look_up(name);
    const std::optional<std::uint64_t> number = parse(found.text);
    if (!number) {
      complain(found, expected);
      return 0;
    }
    if (*number < found.row->least || *number > found.row->most) {
      complain(found, fmt::format("a value from {} to {}", show(*found.row, found.row->least),
                                  show(*found.row, found.row->most)));
    }
    return *number;
  }
  std::uint16_t read_port(std::string_view name) {
    return static_cast<std::uint16_t>(read_number(name, parse_decimal<std::uint64_t>, "a port number"));
  }
  IoWish read_io(std::string_view name) {
    const Found found = look_up(name);
    if (found.text == "auto") return IoWish::automatic;
    if (found.text == "io_uring") return IoWish::io_uring;
    if (found.text != "epoll") complain(found, "auto, epoll or io_uring");
    return IoWish::epoll;
  }
  ByteCount read_size(std::string_view name) { return read_number(name, parse_size, "a size such as 64MiB or 2GiB"); }
  Duration read_duration(std::string_view name) {
    const auto milliseconds = [](std::string_view value) -> std::optional<std::uint64_t> {
      const auto duration = parse_duration(value);
      if (!duration) return std::nullopt;
      return static_cast<std::uint64_t>(*duration / std::chrono::milliseconds(1));
    };
    return std::chrono::milliseconds(read_number(name, milliseconds, "a duration such as 500ms, 10s or 2m"));
  }
  bool read_yes_no(std::string_view name) {
    const Found found = look_up(name);
    if (found.text == "yes" || found.text == "true") return true;
    if (found.text != "no" && found.text != "false") complain(found, "yes or no");
    return false;
  }
  std::vector<std::string> read_pops(std::string_view name) {
    const Found found = look_up(name);
    std::vector<std::string> pops;
    for (std::string_view part : split(found.text, ',')) {
      pops.emplace_back(trim(part));
      if (!is_pop(pops.back())) {
        complain(found, "edge locations such as BOM50,IAD50: three capital letters, one to three digits");
        return pops;
      }
    }
    auto sorted = pops;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) complain(found, "each edge location once");
    if (pops.size() > found.row->most) complain(found, fmt::format("at most {} edge locations", found.row->most));
    return pops;
  }

  std::vector<rt::AddressRange> read_ranges(std::string_view name) {
    const Found found = look_up(name);
    std::vector<rt::AddressRange> ranges;
    if (found.text.empty()) return ranges;
    for (std::string_view part : split(found.text, ',')) {
      const auto range = rt::read_address_range(trim(part));
      if (!range) {
        complain(found, "addresses or ranges such as 10.0.0.7,fd00::/8");
        return ranges;
      }
      ranges.push_back(*range);
    }
    if (ranges.size() > found.row->most) complain(found, fmt::format("at most {} ranges", found.row->most));
    return ranges;
  }

  control::Quotas read_quotas(std::string_view name) {
    Found found = look_up(name);
    control::Quotas quotas;
    std::set<std::string_view> seen;
    if (found.text.empty()) return quotas;
    const std::string given = found.text;
    for (const std::string_view part : split(given, ',')) {
      const Cut pair = cut(part, '=');
      const std::string_view quota = trim(pair.before);
      found.text = part;
      const auto row = std::ranges::find(control::quota_rows(), quota, &control::QuotaRow::name);
      const auto number = parse_decimal<std::size_t>(trim(pair.after));
      if (row == control::quota_rows().end()) {
        complain(found, "the name of a quota, as in distributions=10000 (docs/guide/configuration.md lists them)");
      } else if (!number || *number > row->most) {
        complain(found, fmt::format("a number from 0 to {}", row->most));
      } else if (!seen.insert(row->name).second) {
        complain(found, "each quota once");
      } else {
        quotas.*row->value = *number;
      }
    }
    return quotas;
  }

  // False where the default holds.
  bool is_given(const std::string& name) const {
    return std::ranges::any_of(sources_, [&](const SettingSource& source) { return source.values.contains(name); });
  }

  Complaints take_complaints() { return std::move(complaints_); }

 private:
  struct Found {
    const SettingRow* row;
    std::string text;
    std::string place;
  };
  Found look_up(std::string_view name) const {
    const SettingRow* row = find_row(name);
    const std::string key(name);
    for (const SettingSource& source : sources_) {
      if (const auto value = source.values.find(key); value != source.values.end()) {
        return {row, value->second, source.places.at(key)};
      }
    }
    return {row, std::string(row->fallback), fmt::format("default of {}", name)};
  }
  void complain(const Found& found, std::string_view expected) {
    complaints_.push_back(fmt::format("{}: \"{}\" is not valid: expected {}", found.place, found.text, expected));
  }
  static std::string show(const SettingRow& row, std::uint64_t value) {
    if (row.type == SettingType::duration) return fmt::format("{}ms", value);
    if (row.type != SettingType::size) return fmt::format("{}", value);
    if (value >= 1_GiB && value % 1_GiB == 0) return fmt::format("{}GiB", value / 1_GiB);
    if (value >= 1_MiB && value % 1_MiB == 0) return fmt::format("{}MiB", value / 1_MiB);
    return fmt::format("{}B", value);
  }

  std::span<const SettingSource> sources_;
  Complaints complaints_;
};

std::string place_in_file(const std::string& title, const YAML::Node& node, std::string_view name) {
  return fmt::format("{}:{}: {}", title, node.Mark().line + 1, name);
}

}  // namespace

std::span<const SettingRow> settings_table() { return settings; }

std::string flag_of(const SettingRow& row) {
  std::string flag = "--" + std::string(row.name);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

std::string variable_of(const SettingRow& row) {
  std::string variable = "GUSTFRONT_" + std::string(row.name);
  std::ranges::transform(variable, variable.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return variable;
}

std::expected<SettingSource, Complaints> read_settings_file(std::string_view text, std::string title) {
  SettingSource source{.title = title, .values = {}, .places = {}};
  Complaints complaints;
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    if (root.IsNull()) return source;
    if (!root.IsMap()) return std::unexpected(Complaints{fmt::format("{}: expected lines of `name: value`", title)});
    for (const auto& entry : root) {
      const std::string name = entry.first.Scalar();
      const std::string place = place_in_file(title, entry.first, name);
      const SettingRow* row = find_row(name);
      if (!row) {
        complaints.push_back(fmt::format("{}: there is no such setting (gustfront up --help lists them)", place));
      } else if (source.values.contains(name)) {
        complaints.push_back(fmt::format("{}: given twice", place));
      } else if (entry.second.IsScalar() || entry.second.IsNull()) {
        source.values[name] = entry.second.IsNull() ? "" : entry.second.Scalar();
      } else if (entry.second.IsSequence() && (row->type == SettingType::pops || row->type == SettingType::ranges)) {
        std::vector<std::string> items;
        for (const auto& item : entry.second) items.push_back(item.IsScalar() ? item.Scalar() : "?");
        source.values[name] = join(items, ",");
      } else if (entry.second.IsMap() && row->type == SettingType::quotas) {
        std::vector<std::string> items;
        for (const auto& item : entry.second) {
          items.push_back(
              fmt::format("{}={}", item.first.Scalar(), item.second.IsScalar() ? item.second.Scalar() : "?"));
        }
        source.values[name] = join(items, ",");
      } else {
        complaints.push_back(fmt::format("{}: expected one value", place));
      }
      source.places[name] = place;
    }
  } catch (const YAML::Exception& exception) {
    return std::unexpected(
        Complaints{fmt::format("{}:{}: not YAML: {}", title, exception.mark.line + 1, exception.msg)});
  }
  if (!complaints.empty()) return std::unexpected(std::move(complaints));
  return source;
}

std::expected<Settings, Complaints> make_settings(std::span<const SettingSource> sources) {
  Reader reader(sources);
  Settings result;
  const auto is_filled = [](std::string_view value) { return !value.empty(); };
  const auto is_literal = [](std::string_view value) { return rt::read_address(value, 0).has_value(); };
  const auto is_region = [](std::string_view value) { return is_domain(value) && value.find('.') == value.npos; };
  const auto is_account = [](std::string_view value) {
    return value.size() == 12 && std::ranges::all_of(value, is_digit);
  };
  const auto is_ports = [](std::string_view value) { return value == "fixed" || value == "auto"; };

  result.data = reader.read("data", is_filled, "a folder");
  result.address = reader.read("address", is_literal, "an IPv4 or IPv6 address");
  result.automatic_ports = reader.read("ports", is_ports, "fixed or auto") == "auto";
  result.api_port = reader.read_port("api_port");
  result.edge_port = reader.read_port("edge_port");
  result.edge_https_port = reader.read_port("edge_https_port");
  result.regional_port = reader.read_port("regional_port");
  result.metrics_port = reader.read_port("metrics_port");
  result.ready_file = reader.read_text("ready_file");
  result.edges = reader.read_pops("edges");
  result.regional = reader.read("regional", is_pop_or_none, "a location such as BOM52, or none");
  if (result.regional == "none") result.regional.clear();
  result.domain_suffix = reader.read("domain_suffix", is_domain, "a lower-case domain name");
  result.bucket_domain = reader.read("bucket_domain", is_domain, "a lower-case domain name, or none");
  if (result.bucket_domain == "none") result.bucket_domain.clear();
  result.region = reader.read("region", is_region, "a region such as us-east-1");
  result.account_id = reader.read("account_id", is_account, "12 digits");
  result.cores = reader.read_number("cores", parse_decimal<std::uint64_t>, "a number");
  result.io = reader.read_io("io");
  result.edge_memory = reader.read_size("edge_memory");
  result.regional_memory = reader.read_size("regional_memory");
  result.object_bytes_max = reader.read_size("object_bytes_max");
  const auto is_policy = [](std::string_view value) { return value == "lsg" || value == "sieve"; };
  result.eviction = reader.read("eviction", is_policy, "lsg or sieve");
  result.eviction_size_weight = reader.read_number("eviction_size_weight", parse_decimal<std::uint64_t>, "a number");
  const auto level = [&](std::string_view name) {
    return static_cast<int>(reader.read_number(name, parse_decimal<std::uint64_t>, "a number"));
  };
  result.coding_levels = {.gzip = level("gzip_level"), .brotli = level("brotli_level"), .zstd = level("zstd_level")};
  result.compressions_max = reader.read_number("compressions_max", parse_decimal<std::uint64_t>, "a number");
  result.slice_bytes = reader.read_size("slice_bytes");
  result.connections_max = reader.read_number("connections_max", parse_decimal<std::uint64_t>, "a number");
  result.proxy_protocol_from = reader.read_ranges("proxy_protocol_from");
  result.drain = reader.read_duration("drain");
  result.access_log = reader.read_yes_no("access_log");
  result.quotas = reader.read_quotas("quotas");
  result.log_delivery = reader.read_duration("log_delivery");
  result.public_origins_only = reader.read_yes_no("public_origins_only");
  result.circuit_failures = reader.read_number("circuit_failures", parse_decimal<std::uint64_t>, "a number");
  result.circuit_pause_max = reader.read_duration("circuit_pause_max");
  result.origin_keys = reader.read_text("origin_keys");
  result.origin_trust = reader.read_text("origin_trust");
  const auto is_directory = [](std::string_view value) {
    return value.empty() || (value.starts_with("https://") && acm::read_web_address(value));
  };
  const auto is_contact = [](std::string_view value) {
    const auto fits = [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '?' && c != ','; };
    return value.empty() || (std::ranges::count(value, '@') == 1 && std::ranges::all_of(value, fits));
  };
  result.acme_directory = reader.read("acme_directory", is_directory, "a URL that begins with https://");
  result.acme_contact = reader.read("acme_contact", is_contact, "an e-mail address");
  result.acme_binding = reader.read_text("acme_binding");
  result.acme_roots = reader.read_text("acme_roots");
  result.geoip_city = reader.read_text("geoip_city");
  result.geoip_asn = reader.read_text("geoip_asn");

  Complaints complaints = reader.take_complaints();
  for (const auto& [name, first] :
       {std::pair("edge_port", result.edge_port), std::pair("edge_https_port", result.edge_https_port)}) {
    if (first + result.edges.size() <= 65536) continue;
    complaints.push_back(fmt::format("{}: the ports of the edges that follow would be beyond 65535", name));
  }
  if (result.eviction == "sieve" && reader.is_given("eviction_size_weight")) {
    complaints.push_back("eviction_size_weight: sieve has no use for it (it belongs to eviction: lsg)");
  }
  for (const char* const name : {"acme_contact", "acme_binding", "acme_roots"}) {
    if (result.acme_directory.empty() && reader.is_given(name)) {
      complaints.push_back(fmt::format("{}: is of no use without acme_directory", name));
    }
  }
  if (!complaints.empty()) return std::unexpected(std::move(complaints));
  return result;
}

}  // namespace gust::app
