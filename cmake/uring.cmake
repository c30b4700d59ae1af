# liburing, which Debian 12 ships without a CMake package of its own. Gives the target gust::uring.
find_package(PkgConfig REQUIRED)
pkg_check_modules(uring REQUIRED IMPORTED_TARGET liburing)
add_library(gust::uring ALIAS PkgConfig::uring)
