# Our formats against libtorrent's own reader and writer.
add_executable(make_torrent tests/peer/make_torrent.c)
target_link_libraries(make_torrent PRIVATE node)
add_executable(check_torrent tests/peer/check_torrent.cpp)
target_link_libraries(check_torrent PRIVATE PkgConfig::torrent_rasterbar)
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
  add_test(NAME peer.torrent COMMAND ${Python3_EXECUTABLE}
    ${PROJECT_SOURCE_DIR}/tests/peer/same_torrent.py ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  set_tests_properties(peer.torrent PROPERTIES LABELS "peer" TIMEOUT 600)
endif()
