# What bench_engine compares our engine with: the library it is made of.
add_executable(bench_plain_torrent tests/bench/bench_plain_torrent.cpp)
target_link_libraries(bench_plain_torrent PRIVATE PkgConfig::torrent_rasterbar)
add_dependencies(bench_engine xiangtu-engine bench_plain_torrent)
