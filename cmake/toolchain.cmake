# Compiler and linker choices that hold for every target.

find_program(SK_CCACHE ccache)
if(SK_CCACHE)
  # Paths relative to the checkout let two checkouts share one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${SK_CCACHE})
endif()

find_program(SK_MOLD mold)
if(SK_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
                    -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 takes moved-from variants and libstdc++'s <regex> for uninitialized; clang and the
  # sanitizers look after the real ones.
  add_compile_options(-Wno-maybe-uninitialized)
endif()
if(SK_WERROR)
  add_compile_options(-Werror)
endif()
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

if(SK_SANITIZE)
  add_compile_options(-fsanitize=${SK_SANITIZE})
  add_link_options(-fsanitize=${SK_SANITIZE})
  if(SK_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(SK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(SK_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
if(SK_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  set(BUILD_SHARED_LIBS OFF)
  set(Boost_USE_STATIC_LIBS ON)
  set(OPENSSL_USE_STATIC_LIBS ON)
  add_compile_options(-ffunction-sections -fdata-sections)
  add_link_options(-static -Wl,--gc-sections)
  # One place for what is shipped; the map is what tools/size_report reads.
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  add_link_options(-Wl,-Map=${CMAKE_BINARY_DIR}/$<TARGET_PROPERTY:NAME>.map)
endif()

find_package(Threads REQUIRED)
find_library(SK_CRYPTO crypto REQUIRED)
find_library(SK_SSL ssl REQUIRED)
find_library(SK_BOOST_JSON boost_json REQUIRED)
find_library(SK_SQLITE sqlite3 REQUIRED)
find_library(SK_PUGIXML pugixml REQUIRED)
