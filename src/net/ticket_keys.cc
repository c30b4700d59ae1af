#include "net/ticket_keys.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "base/check.h"
#include "base/digest.h"

namespace gust::net {
namespace {

template <std::size_t size>
void derive(ByteView secret, ByteView label, std::array<unsigned char, size>& into) {
  static_assert(size <= 32);
  std::string bytes = hmac_sha256(secret, label);
  std::memcpy(into.data(), bytes.data(), size);
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

TicketKey key_of(ByteView secret) {
  TicketKey key;
  derive(secret, "ticket name", key.name);
  derive(secret, "ticket cipher", key.cipher);
  derive(secret, "ticket mac", key.mac);
  return key;
}

bool has_name(const TicketKey& key, ByteView name) {
  return name.size() == key.name.size() && std::memcmp(key.name.data(), name.data(), name.size()) == 0;
}

}  // namespace

TicketKeys::TicketKeys(ByteView secret, WallTime begin, Duration period)
    : secret_(), ends_(begin + period), period_(period) {
  CHECK(secret.size() == secret_bytes && period > Duration::zero());
  std::ranges::copy(secret, secret_.begin());
  step();
  step();
  has_previous_ = false;
}

TicketKeys::~TicketKeys() {
  OPENSSL_cleanse(secret_.data(), secret_.size());
  for (TicketKey* key : {&previous_, &current_, &next_}) OPENSSL_cleanse(key, sizeof(*key));
}

// Each key moves one place on, and the secret's own key comes in behind.
void TicketKeys::step() {
  const ByteView secret(secret_.data(), secret_.size());
  previous_ = current_;
  current_ = next_;
  next_ = key_of(secret);
  std::string following = hmac_sha256(secret, "next period");
  std::ranges::copy(following, secret_.begin());
  OPENSSL_cleanse(following.data(), following.size());
  has_previous_ = true;
}

void TicketKeys::move_on(WallTime now) {
  while (now >= ends_) {
    step();
    if (ends_ > WallTime::max() - period_) break;
    ends_ += period_;
  }
}

const TicketKey& TicketKeys::current(WallTime now) {
  move_on(now);
  return current_;
}

const TicketKey* TicketKeys::find(ByteView name, WallTime now) {
  move_on(now);
  if (has_name(current_, name)) return &current_;
  if (has_previous_ && has_name(previous_, name)) return &previous_;
  return has_name(next_, name) ? &next_ : nullptr;
}

}  // namespace gust::net
