# Programs that print how fast something is as a ratio to something else,
# measured in the same run. Each is one file; none of them is a test.
file(GLOB bench_sources CONFIGURE_DEPENDS tests/bench/bench_*.c)
foreach(source ${bench_sources})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE node)
endforeach()

# Fills a data directory for the benchmarks that run real nodes.
add_executable(make_county tests/bench/make_county.c)
target_link_libraries(make_county PRIVATE node)
