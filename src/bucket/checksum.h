// Checksum: the additional checksums of S3 objects: their names, and how those of parts make that of the whole.
//
// Source: Amazon S3 user guide, "Checking object integrity": full object and composite checksums.
// Shape:  values are raw bytes here and base64 on the wire; a composite one carries "-<parts>" on the wire.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"

namespace gust::bucket {

enum class ChecksumKind : std::uint8_t { crc32, crc32c, crc64nvme, sha1, sha256 };
inline constexpr std::array all_checksum_kinds{ChecksumKind::crc32, ChecksumKind::crc32c, ChecksumKind::crc64nvme,
                                               ChecksumKind::sha1, ChecksumKind::sha256};

// Whether the checksum is of all bytes, or of the checksums of the parts.
enum class ChecksumType : std::uint8_t { full_object, composite };

// "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", as x-amz-checksum-algorithm has them.
std::string_view name_of(ChecksumKind kind);
// "x-amz-checksum-crc32" and so on.
std::string_view header_of(ChecksumKind kind);
// "FULL_OBJECT", "COMPOSITE".
std::string_view name_of(ChecksumType type);
// Without regard to case; nothing for a name that is none.
std::optional<ChecksumKind> find_checksum_kind(std::string_view name);
std::optional<ChecksumType> find_checksum_type(std::string_view name);
DigestKind digest_of(ChecksumKind kind);

struct Checksum {
  ChecksumKind kind = ChecksumKind::crc32;
  ChecksumType type = ChecksumType::full_object;
  std::string value;      // raw bytes
  std::size_t parts = 0;  // of a composite one

  friend bool operator==(const Checksum&, const Checksum&) = default;
};

// As the header and XML carry it: base64, "-<parts>" behind a composite one.
std::string text_of(const Checksum& checksum);
// The first of that kind, or null.
const Checksum* find_checksum(const std::vector<Checksum>& checksums, ChecksumKind kind);

// The checksum of an object from those of its parts, in order.
struct PartChecksum {
  std::string value;  // raw bytes
  ByteCount size = 0;
};
//   gives   a composite one of any kind; one of the full object for the CRC kinds, which can be combined
//   fails   nothing for full_object of SHA1 and SHA256
std::optional<Checksum> combine_checksums(ChecksumKind kind, ChecksumType type, const std::vector<PartChecksum>& parts);

}  // namespace gust::bucket
