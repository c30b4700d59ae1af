# The framing of HTTP/2. Debian 12's nghttp2 comes without a CMake package of its own.
#
# Gives the target gust::nghttp2.
find_package(PkgConfig REQUIRED)
pkg_check_modules(nghttp2 REQUIRED IMPORTED_TARGET libnghttp2)
add_library(gust::nghttp2 ALIAS PkgConfig::nghttp2)
