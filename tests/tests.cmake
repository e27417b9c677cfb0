# Every tests/unit/<layer>/test_<file>.c is a test of its own, linked with its
# own layer only.
enable_testing()

include(tests/scenarios.cmake)
option(XIANGTU_UNIT_TESTS "Build what tests single files (off: scenarios only)" ON)
if(NOT XIANGTU_UNIT_TESTS)
  return()
endif()

file(GLOB support_sources CONFIGURE_DEPENDS tests/support/*.c)
foreach(layer proto signing catalog node)
  file(GLOB layer_tests CONFIGURE_DEPENDS tests/unit/${layer}/test_*.c)
  foreach(source ${layer_tests})
    get_filename_component(name ${source} NAME_WE)
    string(REPLACE test_ "" name ${name})
    add_executable(${layer}_${name} ${source})
    target_link_libraries(${layer}_${name} PRIVATE ${layer})
    target_compile_definitions(${layer}_${name} PRIVATE
      TESTS_DIR="${PROJECT_SOURCE_DIR}/tests" BINARY_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
    add_test(NAME ${layer}.${name} COMMAND ${layer}_${name})
    set_tests_properties(${layer}.${name} PROPERTIES LABELS "unit;${layer}" TIMEOUT 60)
    if(layer STREQUAL node)
      add_dependencies(${layer}_${name} xiangtu-engine)
    endif()
  endforeach()
endforeach()

include(tests/peer/peer.cmake)
