# Compiler, warnings, hardening and sanitizers: the same for every module.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "Gustfront builds with clang 19 or later: use script/build or a preset (cmake --preset release)")
endif()

set(GUST_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=")
option(GUST_FUZZ "Build the libFuzzer targets" OFF)
option(GUST_BENCH "Build the bench floor programs" OFF)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough -Wunused -Werror
  -Wno-gnu-statement-expression-from-macro-expansion -Wno-gnu-statement-expression)
add_compile_options(-fno-omit-frame-pointer -fstack-protector-strong -fdiagnostics-color)
add_link_options(-fuse-ld=lld -Wl,-z,relro,-z,now,-z,noexecstack)

if(GUST_SANITIZE)
  add_compile_options(-fsanitize=${GUST_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GUST_SANITIZE})
else()
  add_compile_options($<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
endif()
if(GUST_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
