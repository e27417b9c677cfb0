# The province: the node's decisions over thousands of boxes
# (docs/simulation.md).
file(GLOB sim_sources CONFIGURE_DEPENDS tests/sim/*.c)
add_executable(province ${sim_sources})
target_link_libraries(province PRIVATE node m)

# A county and its villages for a week, in seconds.
add_test(NAME sim.province COMMAND province --small --check)
set_tests_properties(sim.province PROPERTIES LABELS "unit;sim" TIMEOUT 600)
