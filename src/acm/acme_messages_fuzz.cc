// libFuzzer: whatever an ACME server answers is read or refused, as JSON and as PEM.
#include <cstddef>
#include <cstdint>

#include "acm/acme_messages.h"
#include "acm/x509.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gust::acm;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto order = read_acme_order(text)) CHECK(order->finalize.starts_with("https://"));
  if (const auto directory = read_acme_directory(text)) CHECK(directory->new_order.starts_with("https://"));
  if (const auto authorization = read_acme_authorization(text)) CHECK(!authorization->name.empty());
  CHECK(read_acme_problem(text).detail.size() <= 300);
  CHECK(pause_of(text) >= std::chrono::seconds(1));
  if (const auto certificates = split_certificates(text, 10)) {
    CHECK(!certificates->empty() && certificates->size() <= 10);
    for (const std::string& each : *certificates) CHECK(read_certificate_facts(each) || true);
  }
  return 0;
}
