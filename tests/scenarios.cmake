# Scenario tests: every tests/scenario/NN-*.py runs real nodes on loopback.
# docs/testing.md tells how to add one. A test that cannot run here (a foreign
# program or /dev/fuse is missing) exits 77 and counts as skipped.
option(XIANGTU_SCENARIOS "Register the scenario tests" OFF)
option(XIANGTU_LONG "More seeds and rounds than every change can wait for" OFF)
set(XIANGTU_SCENARIO_PREFIX "" CACHE STRING "Put before scenario test names")

# forgetfs: the file system that forgets what was not fsynced, where libfuse3 is.
pkg_check_modules(fuse IMPORTED_TARGET fuse3)
if(fuse_FOUND)
  file(GLOB forgetfs_sources CONFIGURE_DEPENDS tests/support/forgetfs/*.c)
  add_executable(forgetfs ${forgetfs_sources})
  target_link_libraries(forgetfs PRIVATE PkgConfig::fuse)
endif()

# Put before a program (LD_PRELOAD): its wall clock shifted, its files failing.
foreach(shim clockshift faultio)
  add_library(${shim} SHARED tests/support/${shim}/${shim}.c)
  set_target_properties(${shim} PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  if(SANITIZE)
    target_compile_options(${shim} PRIVATE -fno-sanitize=all)
    target_link_options(${shim} PRIVATE -fno-sanitize=all)
  endif()
endforeach()

set(scenario_environment
  "XIANGTU_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
  "XIANGTU_LONG=$<BOOL:${XIANGTU_LONG}>")

# scenario_test(NAME FILE TIMEOUT [LABEL…]): register one story. Its time limit is
# said for a quiet machine; one that is busy with other things gets four times that.
function(scenario_test name file timeout)
  math(EXPR timeout "${timeout} * 4")
  if(XIANGTU_LONG)
    math(EXPR timeout "${timeout} * 5")
  endif()
  if(SANITIZE)
    math(EXPR timeout "${timeout} * 3")
  endif()
  set(name ${XIANGTU_SCENARIO_PREFIX}${name})
  add_test(NAME ${name}
    COMMAND python3 -B ${PROJECT_SOURCE_DIR}/tests/scenario/${file})
  set_tests_properties(${name} PROPERTIES LABELS "scenario;${ARGN}"
    TIMEOUT ${timeout} SKIP_RETURN_CODE 77 ENVIRONMENT "${scenario_environment}")
endfunction()

# What the stories lean on is tested even where no node is.
scenario_test(support.forgetfs forgetfs_test.py 120 support)
scenario_test(support.faultio faultio_test.py 60 support)
scenario_test(support.drives drives_test.py 120 support)
scenario_test(support.tlog tlog_test.py 60 support)
# Network namespaces; skipped where they are not allowed.
scenario_test(support.lab ../lab/lab_test.py 120 support)

# Invented neighbours with real keys: for a story and a benchmark.
add_executable(crowd tests/bench/crowd.c)
target_link_libraries(crowd PRIVATE node)

# Puts what was studied into a station that stands still.
add_executable(put_items tests/support/studied/put_items.c)
target_link_libraries(put_items PRIVATE node)

if(XIANGTU_SCENARIOS)
  file(GLOB stories CONFIGURE_DEPENDS tests/scenario/[0-9][0-9]-*.py)
  foreach(story ${stories})
    get_filename_component(name ${story} NAME_WE)
    # A story names its time limit itself: "# TIMEOUT 120" in its head.
    file(STRINGS ${story} limit REGEX "^# TIMEOUT [0-9]+" LIMIT_COUNT 1)
    string(REGEX REPLACE "^# TIMEOUT ([0-9]+).*" "\\1" limit "${limit}")
    scenario_test(scenario.${name} ${name}.py ${limit})
  endforeach()
endif()

if(XIANGTU_SCENARIOS AND XIANGTU_PAGES)
  include(tests/browser/browser.cmake)
endif()
