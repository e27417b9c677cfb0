# Every tests/unit/<layer>/test_<file>.c is a test of its own, linked with its
# own layer only.
enable_testing()

if(FUZZ)
  include(tests/fuzz/fuzz.cmake)
  return()
endif()

include(tests/scenarios.cmake)
option(XIANGTU_UNIT_TESTS "Build what tests single files (off: scenarios only)" ON)
if(NOT XIANGTU_UNIT_TESTS)
  return()
endif()

# Under valgrind (scripts/test --valgrind), unit tests only.
option(XIANGTU_VALGRIND "Run the unit tests under valgrind" OFF)
set(run_unit)
set(unit_timeout 400)
if(XIANGTU_VALGRIND)
  find_program(VALGRIND_PROGRAM NAMES valgrind REQUIRED)
  set(run_unit ${VALGRIND_PROGRAM} --quiet --error-exitcode=99 --leak-check=full
    --show-leak-kinds=definite,indirect,possible --errors-for-leak-kinds=definite,indirect,possible
    --num-callers=40 --suppressions=${PROJECT_SOURCE_DIR}/tests/valgrind.supp)
  set(unit_timeout 1800)
endif()
# Not under valgrind: node_media, for a program that is not there, which
# valgrind starts all the same; node_mount, because valgrind 3.19 knows no
# openat2(), and without it a mount within the folder is entered; node_poller,
# which asks whether somebody answered within a time valgrind does not keep;
# node_cage, whose prisoner may not make the calls that valgrind makes itself;
# node_aboard, whose look at a drive ends after seconds that are over sooner
# there.
set(no_valgrind node_media node_mount node_poller node_cage node_aboard)

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
    # A target's name where a command stands is its file; behind valgrind not.
    add_test(NAME ${layer}.${name} COMMAND ${run_unit} $<TARGET_FILE:${layer}_${name}>)
    set_tests_properties(${layer}.${name} PROPERTIES LABELS "unit;${layer}"
      TIMEOUT ${unit_timeout})
    if(XIANGTU_VALGRIND)
      set_tests_properties(${layer}.${name} PROPERTIES ENVIRONMENT XIANGTU_VALGRIND=1)
    endif()
    if(XIANGTU_VALGRIND AND ${layer}_${name} IN_LIST no_valgrind)
      set_tests_properties(${layer}.${name} PROPERTIES DISABLED TRUE)
    endif()
    if(layer STREQUAL node)
      add_dependencies(${layer}_${name} xiangtu-engine)
      if(TARGET forgetfs)
        add_dependencies(${layer}_${name} forgetfs)
      endif()
    endif()
    # Whoever includes something of the cage tries to get out of it.
    file(STRINGS ${source} wants_cage REGEX "include \"node/torrent/(cage|keeper)")
    if(wants_cage)
      target_link_libraries(${layer}_${name} PRIVATE cage)
    endif()
    # Whoever includes the fake engine gets it instead of the real one.
    file(STRINGS ${source} wants_fake REGEX "include \"tests/support/fake_engine.h\"")
    if(wants_fake)
      target_sources(${layer}_${name} PRIVATE tests/support/fake_engine.c)
    endif()
  endforeach()
endforeach()

# The inside of the engine program, in its own language. Not under valgrind,
# like the program itself.
if(NOT XIANGTU_VALGRIND)
  file(GLOB torrent_tests CONFIGURE_DEPENDS tests/unit/node/torrent/test_*.cpp)
  foreach(source ${torrent_tests})
    get_filename_component(name ${source} NAME_WE)
    string(REPLACE test_ "" name ${name})
    add_executable(node_${name} ${source})
    target_link_libraries(node_${name} PRIVATE swarm)
    add_test(NAME node.${name} COMMAND node_${name})
    set_tests_properties(node.${name} PROPERTIES LABELS "unit;node" TIMEOUT ${unit_timeout})
  endforeach()
endif()

# Looks at what is freed.
target_link_options(node_hardening PRIVATE -Wl,--wrap=free)

# Torture: tests/torture/torture_<layer>[_<what>].c is linked with its layer
# and an allocator that fails when told to (tests/support/faults.h).
foreach(layer proto signing catalog node)
  file(GLOB layer_tests CONFIGURE_DEPENDS
    tests/torture/torture_${layer}.c tests/torture/torture_${layer}_*.c)
  foreach(source ${layer_tests})
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source} tests/support/faults.c)
    target_link_libraries(${name} PRIVATE ${layer})
    foreach(call malloc calloc realloc free strdup strndup)
      target_link_options(${name} PRIVATE -Wl,--wrap=${call})
    endforeach()
    if(NOT layer STREQUAL proto)
      target_sources(${name} PRIVATE tests/support/faults_sodium.c)
      target_link_options(${name} PRIVATE -Wl,--wrap=sodium_malloc)
    endif()
    target_compile_definitions(${name} PRIVATE TESTS_DIR="${PROJECT_SOURCE_DIR}/tests")
    string(REPLACE torture_ "" name ${name})
    add_test(NAME torture.${name} COMMAND torture_${name})
    set_tests_properties(torture.${name} PROPERTIES LABELS "torture;${layer}" TIMEOUT 3600)
  endforeach()
endforeach()

# A second reader of our log format, in another language, reads what we wrote.
find_program(PYTHON_PROGRAM NAMES python3)
if(PYTHON_PROGRAM)
  add_executable(make_log tests/reader/make_log.c)
  target_link_libraries(make_log PRIVATE catalog)
  add_test(NAME reader.log COMMAND ${PYTHON_PROGRAM}
    ${PROJECT_SOURCE_DIR}/tests/reader/test_reader.py $<TARGET_FILE:make_log>)
  set_tests_properties(reader.log PROPERTIES LABELS "golden;catalog" TIMEOUT 400)
endif()

# Every text of the command line is there in Chinese, and the documents name
# what is there.
if(PYTHON_PROGRAM)
  add_test(NAME docs COMMAND ${PYTHON_PROGRAM} -B
    ${PROJECT_SOURCE_DIR}/tests/check_docs.py ${PROJECT_SOURCE_DIR})
  set_tests_properties(docs PROPERTIES LABELS "unit;docs" TIMEOUT 400)
  add_test(NAME cli.translations COMMAND ${PYTHON_PROGRAM} -B
    ${PROJECT_SOURCE_DIR}/tests/check_translations.py ${PROJECT_SOURCE_DIR} $<TARGET_FILE:xiangtu>)
  set_tests_properties(cli.translations PROPERTIES LABELS "unit;cli" TIMEOUT 400)
endif()

# Golden files are written by another program in another language.
find_program(NODE_PROGRAM NAMES node nodejs)
if(NODE_PROGRAM)
  foreach(made signing neighbourhood drive batch)
    add_test(NAME golden.${made}
      COMMAND ${NODE_PROGRAM} ${PROJECT_SOURCE_DIR}/tests/golden/${made}/make.mjs --check)
    set_tests_properties(golden.${made} PROPERTIES LABELS "golden;${made}" TIMEOUT 400)
  endforeach()
endif()

include(tests/fuzz/fuzz.cmake)
include(tests/peer/peer.cmake)
include(tests/bench/bench.cmake)
include(tests/bench/engine.cmake)
include(tests/sim/sim.cmake)
