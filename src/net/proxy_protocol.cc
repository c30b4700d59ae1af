#include "net/proxy_protocol.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/digest.h"
#include "base/text.h"
#include "net/at_once_internal.h"

namespace gust::net {
namespace {

constexpr ByteView text_begin = "PROXY ";
constexpr ByteView binary_begin("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t line_bytes_max = 107;  // section 2.1, with the line's end
constexpr std::size_t binary_head_bytes = 16;
constexpr std::size_t checksum_bytes = 4;
constexpr unsigned type_of_checksum = 0x03;

bool may_begin_with(ByteView in, ByteView wanted) {
  const std::size_t size = std::min(in.size(), wanted.size());
  return in.substr(0, size) == wanted.substr(0, size);
}

unsigned byte_at(ByteView in, std::size_t at) { return static_cast<unsigned char>(in[at]); }
std::size_t number_at(ByteView in, std::size_t at) { return byte_at(in, at) << 8 | byte_at(in, at + 1); }

std::unexpected<Error> wrong(Errc code, std::string_view static_text) { return fail(code, Side::viewer, static_text); }

// --- Version 1: "PROXY TCP4 192.0.2.1 192.0.2.2 1000 443\r\n"

Result<rt::Endpoint> read_end(ByteView address, ByteView port, bool is_v6) {
  const auto number = parse_decimal<std::uint16_t>(port);
  const bool is_usual = number && (port.size() == 1 || port.front() != '0');
  if (!is_usual || address.starts_with('[')) return wrong(Errc::bad_syntax, "a PROXY line with a bad port or address");
  const auto end = rt::read_address(address, *number);
  if (!end || end->is_v6 != is_v6) return wrong(Errc::bad_syntax, "a PROXY line with a bad address");
  return *end;
}

Result<ProxyHeader> read_line(ByteView in) {
  const std::size_t end = in.substr(0, line_bytes_max).find("\r\n");
  if (end == ByteView::npos) {
    if (in.size() >= line_bytes_max) return wrong(Errc::would_exceed_limit, "a PROXY line without end");
    return ProxyHeader{};
  }
  ProxyHeader header{.bytes = end + 2, .source = {}, .destination = {}};
  const ByteView line = in.substr(text_begin.size(), end - text_begin.size());
  if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) return header;
  const std::vector<ByteView> words = split(line, ' ');
  if (words.size() != 5) return wrong(Errc::bad_syntax, "a PROXY line has a protocol, two addresses and two ports");
  if (words[0] != "TCP4" && words[0] != "TCP6") return wrong(Errc::unsupported, "a PROXY line of another protocol");
  const bool is_v6 = words[0] == "TCP6";
  TRY(header.source, read_end(words[1], words[3], is_v6));
  TRY(header.destination, read_end(words[2], words[4], is_v6));
  header.tells_ends = true;
  return header;
}

// --- Version 2

rt::Endpoint end_at(ByteView in, std::size_t at, std::size_t port_at, bool is_v6) {
  rt::Endpoint end;
  end.is_v6 = is_v6;
  std::memcpy(end.address.data(), in.data() + at, is_v6 ? 16 : 4);
  end.port = static_cast<std::uint16_t>(number_at(in, port_at));
  return end;
}

// Looks through what stands behind the addresses: types with lengths, of which only the checksum matters here.
Result<void> check_rest(ByteView header, std::size_t at) {
  while (at < header.size()) {
    if (header.size() - at < 3) return wrong(Errc::bad_syntax, "a PROXY header with a torn part");
    const unsigned type = byte_at(header, at);
    const std::size_t size = number_at(header, at + 1);
    at += 3;
    if (header.size() - at < size) return wrong(Errc::bad_syntax, "a PROXY header with a part that is too long");
    if (type == type_of_checksum) {
      if (size != checksum_bytes) return wrong(Errc::bad_syntax, "a PROXY header with a bad checksum");
      std::string blank(header);
      blank.replace(at, checksum_bytes, checksum_bytes, '\0');
      if (digest_of(DigestKind::crc32c, blank) != header.substr(at, checksum_bytes)) {
        return wrong(Errc::corrupt, "a PROXY header that was changed on its way");
      }
    }
    at += size;
  }
  return {};
}

Result<ProxyHeader> read_binary(ByteView in) {
  if (in.size() < binary_head_bytes) return ProxyHeader{};
  const unsigned version_and_command = byte_at(in, 12);
  const unsigned family = byte_at(in, 13);
  const std::size_t size = binary_head_bytes + number_at(in, 14);
  const bool is_local = version_and_command == 0x20;
  if (!is_local && version_and_command != 0x21) return wrong(Errc::bad_syntax, "a PROXY header of another version");
  if (size > ProxyHeader::header_bytes_max) return wrong(Errc::would_exceed_limit, "a PROXY header that is too long");
  if (in.size() < size) return ProxyHeader{};
  ProxyHeader header{.bytes = size, .source = {}, .destination = {}};
  if (is_local) return header;
  if (family == 0x00) return header;  // UNSPEC: the receiver goes on with the connection's own ends
  if (family != 0x11 && family != 0x21) return wrong(Errc::unsupported, "a PROXY header of another protocol than TCP");
  const bool is_v6 = family == 0x21;
  const std::size_t address_bytes = is_v6 ? 16 : 4;
  const std::size_t rest = binary_head_bytes + 2 * address_bytes + 4;
  if (size < rest) return wrong(Errc::bad_syntax, "a PROXY header without its addresses");
  const std::size_t ports = binary_head_bytes + 2 * address_bytes;
  header.source = end_at(in, binary_head_bytes, ports, is_v6);
  header.destination = end_at(in, binary_head_bytes + address_bytes, ports + 2, is_v6);
  header.tells_ends = true;
  TRY_OK(check_rest(in.substr(0, size), rest));
  return header;
}

// A Stream with ends that someone told, and bytes that came with the telling.
class ProxiedStream final : public Stream {
 public:
  ProxiedStream(std::unique_ptr<Stream> below, const ProxyHeader& header, ByteView rest)
      : below_(std::move(below)),
        local_(header.tells_ends ? header.destination : below_->local()),
        peer_(header.tells_ends ? header.source : below_->peer()),
        rest_(rest) {}

  rt::Task<Result<std::size_t>> read(MutableBytes into, Instant deadline) override {
    if (rest_.empty()) return below_->read(into, deadline);
    return rt::Task<Result<std::size_t>>::ready(Result<std::size_t>(take_rest(into)));
  }
  rt::Task<Result<void>> write(std::span<ByteView> pieces, Instant deadline) override {
    return below_->write(pieces, deadline);
  }
  std::optional<Result<std::size_t>> try_read(MutableBytes into) override {
    if (rest_.empty()) return below_->try_read(into);
    return take_rest(into);
  }
  Result<std::size_t> try_write(std::span<ByteView> pieces) override { return below_->try_write(pieces); }
  rt::Task<Result<void>> write_lent(std::span<ByteView> pieces, std::size_t copied, Instant deadline) override {
    return below_->write_lent(pieces, copied, deadline);
  }
  Result<std::size_t> try_write_lent(std::span<ByteView> pieces, std::size_t copied) override {
    return below_->try_write_lent(pieces, copied);
  }
  rt::ReadOperation readable(Instant deadline, rt::CancelSource* cancel) override {
    return rest_.empty() ? below_->readable(deadline, cancel) : at_once_.readable(deadline, cancel);
  }
  void finish_writing() override { below_->finish_writing(); }
  void reset() override { below_->reset(); }
  rt::Endpoint local() const override { return local_; }
  rt::Endpoint peer() const override { return peer_; }
  const TlsFacts* tls() const override { return below_->tls(); }

 private:
  std::size_t take_rest(MutableBytes into) {
    const std::size_t size = std::min(into.size(), rest_.size());
    std::memcpy(into.data(), rest_.data(), size);
    rest_.erase(0, size);
    if (rest_.empty()) std::string().swap(rest_);
    return size;
  }

  std::unique_ptr<Stream> below_;
  rt::Endpoint local_, peer_;
  std::string rest_;
  AtOnce at_once_;
};

}  // namespace

Result<ProxyHeader> read_proxy_header(ByteView in) {
  if (may_begin_with(in, text_begin)) return in.size() < text_begin.size() ? ProxyHeader{} : read_line(in);
  if (may_begin_with(in, binary_begin)) return in.size() < binary_begin.size() ? ProxyHeader{} : read_binary(in);
  return wrong(Errc::bad_syntax, "the connection begins without a PROXY header");
}

rt::Task<Result<std::unique_ptr<Stream>>> accept_proxied(std::unique_ptr<Stream> stream, Instant deadline) {
  std::array<char, ProxyHeader::header_bytes_max> room;
  std::size_t size = 0;
  while (true) {
    CO_TRY(const std::size_t got, co_await stream->read(std::span(room).subspan(size), deadline));
    if (got == 0) co_return wrong(Errc::closed, "the connection ended within its PROXY header");
    size += got;
    const ByteView in(room.data(), size);
    CO_TRY(const ProxyHeader header, read_proxy_header(in));
    if (header.bytes == 0) continue;
    co_return std::make_unique<ProxiedStream>(std::move(stream), header, in.substr(header.bytes));
  }
}

}  // namespace gust::net
