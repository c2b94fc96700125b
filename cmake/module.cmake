# module(NAME SOURCES ... HEADERS ... DEPS other modules ... LIBS third party ... TESTS ...)
#
# One static library per folder of src, named sk_<folder>, that sees only the folders it names.
# HEADERS are a verified set: `cmake --build . --target all_verify_interface_header_sets` compiles
# each one alone. TESTS become one binary, <folder>_test, run by CTest.
function(module name)
  cmake_parse_arguments(M "" "" "SOURCES;HEADERS;DEPS;LIBS;TESTS;TEST_DEPS;OPTIONS" ${ARGN})
  set(lib sk_${name})
  if(M_SOURCES)
    add_library(${lib} STATIC ${M_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(${lib} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_sources(${lib} ${scope}
    FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/src FILES ${M_HEADERS})
  target_include_directories(${lib} ${scope} ${CMAKE_SOURCE_DIR}/src)
  set_target_properties(${lib} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  foreach(dep IN LISTS M_DEPS)
    target_link_libraries(${lib} ${scope} sk_${dep})
  endforeach()
  target_link_libraries(${lib} ${scope} ${M_LIBS})
  if(M_OPTIONS)
    target_compile_options(${lib} PRIVATE ${M_OPTIONS})
  endif()

  if(SK_TESTS AND M_SOURCES)
    # The link test: all of the folder against only what it may use. An undefined symbol here is an
    # arrow that points upwards.
    file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}_link_test.cc CONTENT "int main() {}\n")
    add_executable(${name}_link_test ${CMAKE_CURRENT_BINARY_DIR}/${name}_link_test.cc)
    target_link_libraries(${name}_link_test PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,${lib}>")
  endif()
  if(SK_TESTS AND M_TESTS)
    add_executable(${name}_test ${M_TESTS})
    target_link_libraries(${name}_test PRIVATE ${lib} sk_golden gtest gtest_main gmock pthread)
    foreach(dep IN LISTS M_TEST_DEPS)
      target_link_libraries(${name}_test PRIVATE sk_${dep})
    endforeach()
    add_test(NAME ${name}_test COMMAND ${name}_test)
  endif()
endfunction()

if(SK_TESTS)
  enable_testing()
endif()
