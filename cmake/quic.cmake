# QUIC and HTTP/3: ngtcp2 with its GnuTLS helper, and nghttp3. Debian 12 ships them without CMake packages of their own.
#
# Gives the targets gust::ngtcp2 and gust::nghttp3.
find_package(PkgConfig REQUIRED)
pkg_check_modules(ngtcp2 REQUIRED IMPORTED_TARGET libngtcp2 libngtcp2_crypto_gnutls gnutls)
pkg_check_modules(nghttp3 REQUIRED IMPORTED_TARGET libnghttp3)
add_library(gust::ngtcp2 ALIAS PkgConfig::ngtcp2)
add_library(gust::nghttp3 ALIAS PkgConfig::nghttp3)
