# Compiler settings shared by every target of the project's own code.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

find_program(WEIR_CCACHE ccache)
if(WEIR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths below the checkout count as relative: another checkout finds the same objects.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
    "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${WEIR_CCACHE}")
endif()

# -ffp-contract=off: no fused multiply-add, so that results are the same bytes on every machine.
add_library(weir_flags INTERFACE)
target_compile_options(weir_flags INTERFACE -Wall -Wextra -Werror
  # GCC 12 reports false positives of these two inside std::string and std::vector at -O3.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> -Wno-array-bounds -ffp-contract=off)
target_compile_definitions(weir_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
target_include_directories(weir_flags INTERFACE
  "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")

set(WEIR_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize= (address,undefined or thread)")
if(WEIR_SANITIZE)
  # Instrumented library code makes GCC 12 see things that are not there.
  target_compile_options(weir_flags INTERFACE
    -fsanitize=${WEIR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-error=maybe-uninitialized>
    $<$<CXX_COMPILER_ID:GNU>:-Wno-error=stringop-overflow>
    $<$<CXX_COMPILER_ID:GNU>:-Wno-error=dangling-pointer>)
  target_link_options(weir_flags INTERFACE -fsanitize=${WEIR_SANITIZE})
  if(WEIR_SANITIZE STREQUAL "thread")
    # ThreadSanitizer does not know fences; Asio does without them where they are disabled.
    target_compile_definitions(weir_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()

# With clang: tests/fuzz/*_fuzz.cpp become libFuzzer programs instead of replaying their corpus.
option(WEIR_FUZZ "Build the fuzz targets with libFuzzer (needs clang)" OFF)
if(WEIR_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "WEIR_FUZZ needs clang: cmake --preset fuzz")
  endif()
  target_compile_options(weir_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
