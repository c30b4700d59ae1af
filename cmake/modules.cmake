# gust_module(name FLOOR n [DEPENDS modules...] [LINKS libraries...]) makes src/<name> one static library.
#
# Every *.cc beside it belongs to the module, except by its ending: _test.cc goes into <name>_test, _fuzz.cc becomes a
# fuzzer of that name, _bench.cc and main.cc stay out. The include path is src/<dependency> by way of a folder of links,
# so that a header of a module that is not named in DEPENDS is not found and the build fails.

set(GUST_TEST_TARGETS "" CACHE INTERNAL "")

function(gust_module name)
  cmake_parse_arguments(M "" "FLOOR" "DEPENDS;LINKS;SOURCES;TEST_LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|_fuzz|_bench|/main)\\.cc$")

  foreach(dependency ${M_DEPENDS})
    get_target_property(floor gust_${dependency} GUST_FLOOR)
    if(NOT floor LESS M_FLOOR)
      message(FATAL_ERROR "${name} (floor ${M_FLOOR}) may not use ${dependency} (floor ${floor}): only lower floors")
    endif()
  endforeach()

  # One folder with a link to this module's own sources; dependencies bring theirs.
  set(front ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${front})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${front}/${name} SYMBOLIC)

  add_library(gust_${name} STATIC ${sources} ${M_SOURCES})
  set_target_properties(gust_${name} PROPERTIES GUST_FLOOR ${M_FLOOR} LINKER_LANGUAGE CXX)
  target_include_directories(gust_${name} PUBLIC ${front})
  list(TRANSFORM M_DEPENDS PREPEND gust_ OUTPUT_VARIABLE libraries)
  target_link_libraries(gust_${name} PUBLIC ${libraries} fmt::fmt ${M_LINKS})

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE gust_${name} ${M_TEST_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name}_test --gtest_brief=1)
    set(GUST_TEST_TARGETS ${GUST_TEST_TARGETS} ${name}_test CACHE INTERNAL "")
  endif()

  if(GUST_FUZZ)
    foreach(source ${fuzzers})
      get_filename_component(fuzzer ${source} NAME_WE)
      add_executable(${fuzzer} ${source})
      target_link_libraries(${fuzzer} PRIVATE gust_${name})
      target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
endfunction()
