#include "bucket/checksum.h"

#include <algorithm>

#include "base/text.h"

namespace gust::bucket {
namespace {

struct Facts {
  std::string_view name, header;
  DigestKind digest;
  std::uint64_t reversed_polynomial;  // 0: not a CRC
};

const Facts& facts_of(ChecksumKind kind) {
  static constexpr std::array<Facts, 5> table{{
      {"CRC32", "x-amz-checksum-crc32", DigestKind::crc32, 0xEDB88320U},
      {"CRC32C", "x-amz-checksum-crc32c", DigestKind::crc32c, 0x82F63B78U},
      {"CRC64NVME", "x-amz-checksum-crc64nvme", DigestKind::crc64nvme, 0x9A6C9329AC4BC9B5U},
      {"SHA1", "x-amz-checksum-sha1", DigestKind::sha1, 0},
      {"SHA256", "x-amz-checksum-sha256", DigestKind::sha256, 0},
  }};
  return table[static_cast<std::size_t>(kind)];
}

std::uint64_t number_of(std::string_view big_endian) {
  std::uint64_t value = 0;
  for (const char c : big_endian) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

// Polynomials over GF(2), modulo that of a CRC, the coefficient of x^0 in the highest of `bits` bits.
class CrcField {
 public:
  CrcField(std::uint64_t reversed_polynomial, unsigned bits) : polynomial_(reversed_polynomial), bits_(bits) {}

  std::uint64_t multiply(std::uint64_t a, std::uint64_t b) const {
    std::uint64_t product = 0;
    for (std::uint64_t bit = one(); bit != 0; bit >>= 1) {
      if ((a & bit) != 0) product ^= b;
      b = (b & 1U) != 0 ? b >> 1 ^ polynomial_ : b >> 1;
    }
    return product;
  }
  // x to the power of 8 * bytes, by squaring.
  std::uint64_t shift_of(ByteCount bytes) const {
    std::uint64_t power = one() >> 8;  // x^8
    std::uint64_t result = one();
    for (; bytes != 0; bytes >>= 1) {
      if ((bytes & 1U) != 0) result = multiply(result, power);
      power = multiply(power, power);
    }
    return result;
  }

 private:
  std::uint64_t one() const { return std::uint64_t{1} << (bits_ - 1); }
  std::uint64_t polynomial_;
  unsigned bits_;
};

std::string combine_crcs(const Facts& facts, const std::vector<PartChecksum>& parts) {
  const std::size_t bytes = size_of(facts.digest);
  const CrcField field(facts.reversed_polynomial, static_cast<unsigned>(bytes * 8));
  std::uint64_t crc = 0;  // that of no bytes
  for (const PartChecksum& part : parts) crc = field.multiply(field.shift_of(part.size), crc) ^ number_of(part.value);
  std::string value(bytes, '\0');
  for (std::size_t i = bytes; i-- > 0; crc >>= 8) value[i] = static_cast<char>(crc & 255U);
  return value;
}

}  // namespace

std::string_view name_of(ChecksumKind kind) { return facts_of(kind).name; }
std::string_view header_of(ChecksumKind kind) { return facts_of(kind).header; }
std::string_view name_of(ChecksumType type) { return type == ChecksumType::composite ? "COMPOSITE" : "FULL_OBJECT"; }
DigestKind digest_of(ChecksumKind kind) { return facts_of(kind).digest; }

std::optional<ChecksumKind> find_checksum_kind(std::string_view name) {
  for (const ChecksumKind kind : all_checksum_kinds) {
    if (equal_fold(name, name_of(kind))) return kind;
  }
  return std::nullopt;
}

std::optional<ChecksumType> find_checksum_type(std::string_view name) {
  for (const ChecksumType type : {ChecksumType::full_object, ChecksumType::composite}) {
    if (equal_fold(name, name_of(type))) return type;
  }
  return std::nullopt;
}

std::string text_of(const Checksum& checksum) {
  std::string text = base64_of(checksum.value);
  if (checksum.type == ChecksumType::composite) text += "-" + std::to_string(checksum.parts);
  return text;
}

const Checksum* find_checksum(const std::vector<Checksum>& checksums, ChecksumKind kind) {
  const auto found = std::ranges::find(checksums, kind, &Checksum::kind);
  return found == checksums.end() ? nullptr : &*found;
}

std::optional<Checksum> combine_checksums(ChecksumKind kind, ChecksumType type,
                                          const std::vector<PartChecksum>& parts) {
  const Facts& facts = facts_of(kind);
  if (type == ChecksumType::full_object) {
    if (facts.reversed_polynomial == 0) return std::nullopt;
    return Checksum{.kind = kind, .type = type, .value = combine_crcs(facts, parts), .parts = 0};
  }
  Digest digest(facts.digest);
  for (const PartChecksum& part : parts) digest.update(part.value);
  return Checksum{.kind = kind, .type = type, .value = digest.finish(), .parts = parts.size()};
}

}  // namespace gust::bucket
