# One CMake target weir_NAME per room of src/.
#
# weir_room(NAME DEPS...) globs src/NAME/**.cpp and lists the rooms whose headers NAME may include
# besides its own; `weir` among them stands for include/weir. The tidy test reads these lines and
# holds every #include against them. A room is listed after the rooms it depends on.
function(weir_room name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${name}/*.cpp")
  if(sources)
    add_library(weir_${name} STATIC ${sources})
  else()
    add_library(weir_${name} INTERFACE)  # headers only, or still empty
  endif()
  weir_room_uses(${name} weir_flags)
  foreach(dep IN LISTS ARGN)
    if(NOT dep STREQUAL "weir")
      weir_room_uses(${name} weir_${dep})
    endif()
  endforeach()
endfunction()

# Links LIBRARIES to the room NAME and to whatever links the room.
function(weir_room_uses name)
  get_target_property(kind weir_${name} TYPE)
  if(kind STREQUAL "INTERFACE_LIBRARY")
    target_link_libraries(weir_${name} INTERFACE ${ARGN})
  else()
    target_link_libraries(weir_${name} PUBLIC ${ARGN})
  endif()
endfunction()

macro(weir_rooms)
  weir_room(base)
  weir_room(types base)
  weir_room(time base types)
  weir_room(state base types)
  weir_room(ast base)
  weir_room(parser base ast)
  weir_room(json base types)
  weir_room(io base types time json weir)
  weir_room(net base types time json weir io)
  weir_room(catalog base types time state weir)
  weir_room(expr base types time state weir catalog)
  weir_room(script base types time state weir catalog expr)
  weir_room(exec base types time state weir catalog expr)
  weir_room(pattern base types time state weir catalog expr exec)
  weir_room(bind base types time state ast parser json weir io catalog expr script exec pattern)
  weir_room(library base types time state json weir io net catalog expr script exec)
  weir_room(plan base types time ast json weir io catalog expr bind exec pattern)
  weir_room(runtime base types time state ast parser json weir io net catalog expr exec pattern
    bind plan library)
  weir_room(testing base types time state ast parser json weir io net catalog expr exec pattern
    bind plan library runtime)
  weir_room(repl base ast weir)
endmacro()

# Third-party libraries, each in the one room that may see its headers.
macro(weir_third_party)
  find_package(fmt REQUIRED)
  weir_room_uses(base fmt::fmt)
  find_package(ICU REQUIRED COMPONENTS i18n uc)  # time zones
  weir_room_uses(time ICU::i18n ICU::uc)
  find_package(simdjson REQUIRED)
  weir_room_uses(json simdjson::simdjson)
  find_library(PCRE2_LIBRARY pcre2-8 REQUIRED)
  weir_room_uses(expr ${PCRE2_LIBRARY})
  find_package(Boost REQUIRED)  # Asio and Beast, headers only
  find_package(OpenSSL REQUIRED)
  find_package(Threads REQUIRED)
  weir_room_uses(net Boost::headers OpenSSL::SSL Threads::Threads)
  find_package(RocksDB REQUIRED)
  find_package(OpenSSL REQUIRED COMPONENTS Crypto)
  find_library(XXHASH_LIBRARY xxhash REQUIRED)
  find_library(LZ4_LIBRARY lz4 REQUIRED)
  weir_room_uses(state RocksDB::rocksdb-shared OpenSSL::Crypto ${XXHASH_LIBRARY} ${LZ4_LIBRARY})
  option(WEIR_SCRIPTS "Functions in JavaScript, if SpiderMonkey 102 is found" ON)
  find_package(PkgConfig QUIET)
  if(WEIR_SCRIPTS AND PKG_CONFIG_FOUND)
    pkg_check_modules(MOZJS IMPORTED_TARGET mozjs-102)
  endif()
  if(MOZJS_FOUND)
    target_link_libraries(weir_script PRIVATE PkgConfig::MOZJS)
    # GCC 12 takes the engine's list of rooted values for a leak of addresses.
    target_compile_options(weir_script PRIVATE
      $<$<CXX_COMPILER_ID:GNU>:-Wno-error=dangling-pointer -Wno-dangling-pointer>)
    target_compile_definitions(weir_script PRIVATE WEIR_WITH_MOZJS)
  else()
    message(STATUS "mozjs-102 is not used: apps with functions in JavaScript are refused")
  endif()
endmacro()
