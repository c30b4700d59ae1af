#include "acm/ocsp.h"

#include "acm/asn1_time_internal.h"
#include "acm/openssl_internal.h"

namespace gust::acm {
namespace {

constexpr Duration clock_slack = std::chrono::minutes(5);

}  // namespace

Result<std::string> make_ocsp_request(ByteView certificate, ByteView issuer) {
  TRY(const Owned<X509> own, parse_certificate(certificate));
  TRY(const Owned<X509> above, parse_certificate(issuer));
  const Owned<OCSP_REQUEST> request(OCSP_REQUEST_new());
  Owned<OCSP_CERTID> id(OCSP_cert_to_id(EVP_sha1(), own.get(), above.get()));  // what all responders know
  if (!request || !id || OCSP_request_add0_id(request.get(), id.get()) == nullptr) return library_failed();
  static_cast<void>(id.release());  // the request's own now
  return der_of<OCSP_REQUEST>(request.get(), i2d_OCSP_REQUEST);
}

Result<WallTime> read_ocsp_response(ByteView der, ByteView certificate, ByteView issuer, WallTime now) {
  TRY(const Owned<X509> own, parse_certificate(certificate));
  TRY(const Owned<X509> above, parse_certificate(issuer));
  const auto wrong = [](std::string_view text) {
    ERR_clear_error();
    return fail(Errc::bad_value, Side::origin, text);
  };
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const Owned<OCSP_RESPONSE> response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
  if (!response) {
    ERR_clear_error();
    return fail(Errc::bad_syntax, Side::origin, "no OCSP response");
  }
  if (OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) return wrong("the responder refuses");
  const Owned<OCSP_BASICRESP> basic(OCSP_response_get1_basic(response.get()));
  const Owned<OCSP_CERTID> id(OCSP_cert_to_id(EVP_sha1(), own.get(), above.get()));
  const Owned<X509_STORE> believed(X509_STORE_new());
  if (!basic || !id || !believed) return wrong("an OCSP response of another kind");
  // The issuer, an intermediate perhaps, is all that is believed here; who signs for it is judged as of now by the
  // caller's clock.
  X509_STORE_add_cert(believed.get(), above.get());
  X509_VERIFY_PARAM* const how = X509_STORE_get0_param(believed.get());
  X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_time(how, unix_seconds(now));
  if (OCSP_basic_verify(basic.get(), nullptr, believed.get(), 0) != 1)
    return wrong("an OCSP response by somebody else");
  int status = V_OCSP_CERTSTATUS_UNKNOWN;
  ASN1_GENERALIZEDTIME *from = nullptr, *until = nullptr;
  if (OCSP_resp_find_status(basic.get(), id.get(), &status, nullptr, nullptr, &from, &until) != 1) {
    return wrong("an OCSP response about another certificate");
  }
  if (status != V_OCSP_CERTSTATUS_GOOD) return wrong("the certificate is revoked, or its authority does not know it");
  if (from == nullptr || until == nullptr) return wrong("an OCSP response without an end");
  const WallTime begin = time_of(from), end = time_of(until);
  if (begin > now + clock_slack || end <= now) return wrong("an OCSP response out of its time");
  return begin + (end - begin) / 2;
}

}  // namespace gust::acm
