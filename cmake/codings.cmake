# The compression libraries. Debian 12's brotli and zstd come without CMake packages of their own.
#
# Gives the targets ZLIB::ZLIB, gust::brotli_encoder, gust::brotli_decoder and gust::zstd.
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(brotli_encoder REQUIRED IMPORTED_TARGET libbrotlienc)
pkg_check_modules(brotli_decoder REQUIRED IMPORTED_TARGET libbrotlidec)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
add_library(gust::brotli_encoder ALIAS PkgConfig::brotli_encoder)
add_library(gust::brotli_decoder ALIAS PkgConfig::brotli_decoder)
add_library(gust::zstd ALIAS PkgConfig::zstd)
