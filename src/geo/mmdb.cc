#include "geo/mmdb.h"

#include <fmt/format.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <string_view>

#include "rt/address.h"

namespace gust::geo {
namespace {

constexpr std::size_t path_max = 5;

// The way from a record to one of its values, ended by a null as libmaxminddb wants it.
using Path = std::array<const char*, path_max>;

constexpr Path country_code = {"country", "iso_code"};
constexpr Path country_name = {"country", "names", "en"};
constexpr Path region_code = {"subdivisions", "0", "iso_code"};
constexpr Path region_name = {"subdivisions", "0", "names", "en"};
constexpr Path city_name = {"city", "names", "en"};
constexpr Path postal_code = {"postal", "code"};
constexpr Path time_zone = {"location", "time_zone"};
constexpr Path latitude = {"location", "latitude"};
constexpr Path longitude = {"location", "longitude"};
constexpr Path metro_code = {"location", "metro_code"};
constexpr Path network_number = {"autonomous_system_number"};

// What a record has at `path`, if it is of `type`.
std::optional<MMDB_entry_data_s> value_at(MMDB_entry_s& record, const Path& path, std::uint32_t type) {
  MMDB_entry_data_s data;
  if (MMDB_aget_value(&record, &data, path.data()) != MMDB_SUCCESS) return std::nullopt;
  if (!data.has_data || data.type != type) return std::nullopt;
  return data;
}

ByteView text_at(MMDB_entry_s& record, const Path& path) {
  const auto data = value_at(record, path, MMDB_DATA_TYPE_UTF8_STRING);
  return data ? ByteView(data->utf8_string, data->data_size) : ByteView();
}

std::optional<double> degrees_at(MMDB_entry_s& record, const Path& path) {
  const auto data = value_at(record, path, MMDB_DATA_TYPE_DOUBLE);
  return data ? std::optional(data->double_value) : std::nullopt;
}

std::optional<std::uint32_t> number_at(MMDB_entry_s& record, const Path& path) {
  if (const auto data = value_at(record, path, MMDB_DATA_TYPE_UINT32)) return data->uint32;
  if (const auto data = value_at(record, path, MMDB_DATA_TYPE_UINT16)) return data->uint16;
  return std::nullopt;
}

// One open file.
class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    if (is_open_) MMDB_close(&file_);
  }

  int open(const std::string& path) {
    const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &file_);
    is_open_ = status == MMDB_SUCCESS;
    return status;
  }
  bool is_open() const { return is_open_; }
  std::string_view kind() const { return file_.metadata.database_type; }

  std::optional<MMDB_entry_s> find(const rt::Endpoint& address) const {
    if (!is_open_) return std::nullopt;
    sockaddr_storage storage{};
    if (address.is_v6) {
      sockaddr_in6 v6{};
      v6.sin6_family = AF_INET6;
      std::memcpy(&v6.sin6_addr, address.address.data(), sizeof v6.sin6_addr);
      std::memcpy(&storage, &v6, sizeof v6);
    } else {
      sockaddr_in v4{};
      v4.sin_family = AF_INET;
      std::memcpy(&v4.sin_addr, address.address.data(), sizeof v4.sin_addr);
      std::memcpy(&storage, &v4, sizeof v4);
    }
    int status = MMDB_SUCCESS;
    MMDB_lookup_result_s result = MMDB_lookup_sockaddr(&file_, reinterpret_cast<const sockaddr*>(&storage), &status);
    if (status != MMDB_SUCCESS || !result.found_entry) return std::nullopt;
    return result.entry;
  }

 private:
  MMDB_s file_{};
  bool is_open_ = false;
};

class MmdbLocations final : public Locations {
 public:
  Database cities, networks;

  bool has_cities() const override { return cities.is_open(); }
  bool has_networks() const override { return networks.is_open(); }

  Location find(const rt::Endpoint& address) const override {
    Location found;
    if (auto record = cities.find(address)) {
      found.country = text_at(*record, country_code);
      found.country_name = text_at(*record, country_name);
      found.region = text_at(*record, region_code);
      found.region_name = text_at(*record, region_name);
      found.city = text_at(*record, city_name);
      found.postal_code = text_at(*record, postal_code);
      found.time_zone = text_at(*record, time_zone);
      found.latitude = degrees_at(*record, latitude);
      found.longitude = degrees_at(*record, longitude);
      found.metro_code = number_at(*record, metro_code);
    }
    if (auto record = networks.find(address)) found.network = number_at(*record, network_number);
    return found;
  }
  ByteView country_of(const rt::Endpoint& address) const override {
    auto record = cities.find(address);
    return record ? text_at(*record, country_code) : ByteView();
  }
};

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// Databases tell their kind in words such as "GeoLite2-City", "DBIP-ASN-Lite" or "GeoIP2-ISP".
bool tells_networks_only(std::string_view kind) { return has(kind, "ASN") || has(kind, "ISP"); }
bool tells_cities_only(std::string_view kind) { return has(kind, "City") || has(kind, "Country"); }

std::expected<void, std::string> open_file(Database& into, const std::string& path,
                                           bool (*is_wrong_kind)(std::string_view), std::string_view wanted) {
  if (path.empty()) return {};
  if (const int status = into.open(path); status != MMDB_SUCCESS) {
    return std::unexpected(
        fmt::format("{} cannot be used as a database of {}: {}", path, wanted, MMDB_strerror(status)));
  }
  if (is_wrong_kind(into.kind())) {
    return std::unexpected(
        fmt::format("{} cannot be used as a database of {}: it is of the kind {}", path, wanted, into.kind()));
  }
  return {};
}

}  // namespace

std::expected<std::unique_ptr<Locations>, std::string> open_mmdb(const std::string& city_file,
                                                                 const std::string& network_file) {
  auto made = std::make_unique<MmdbLocations>();
  if (auto opened = open_file(made->cities, city_file, tells_networks_only, "cities or countries"); !opened) {
    return std::unexpected(opened.error());
  }
  if (auto opened = open_file(made->networks, network_file, tells_cities_only, "networks (ASN)"); !opened) {
    return std::unexpected(opened.error());
  }
  return made;
}

}  // namespace gust::geo
