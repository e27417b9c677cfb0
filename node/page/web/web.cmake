# The pages: npm's packages, the bundle in ${XIANGTU_WEB_DIR}, and its tests.
#
# Whoever embeds the pages depends on ${XIANGTU_WEB_DIR}/manifest.json, which
# names every file (build.mjs tells its form).
set(web ${PROJECT_SOURCE_DIR}/node/page/web)
set(XIANGTU_WEB_DIR ${CMAKE_BINARY_DIR}/web)

# npm ci takes exactly what the lock file names; again only when that changes,
# and once for all build folders of a clone.
set(packages ${CMAKE_BINARY_DIR}/web-packages)
add_custom_command(OUTPUT ${packages}
  COMMAND ${CMAKE_COMMAND} -DNPM=${NPM_PROGRAM} -DSTAMP=${packages} -P ${web}/packages.cmake
  DEPENDS ${web}/package.json ${web}/package-lock.json ${web}/packages.cmake
  WORKING_DIRECTORY ${web} VERBATIM
  COMMENT "npm ci for the pages")

file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${web}/src/*)
add_custom_command(OUTPUT ${XIANGTU_WEB_DIR}/manifest.json
  COMMAND ${NODE_PROGRAM} build.mjs --out ${XIANGTU_WEB_DIR}
  DEPENDS ${web_sources} ${web}/build.mjs ${web}/check.mjs ${web}/pdf-files.mjs ${web}/tsconfig.json
    ${packages}
  WORKING_DIRECTORY ${web} VERBATIM
  COMMENT "The pages")
add_custom_target(web ALL DEPENDS ${XIANGTU_WEB_DIR}/manifest.json)

# Types, parts of the pages by themselves, and what the check itself finds.
add_test(NAME web.types COMMAND ${NODE_PROGRAM} types.mjs
  WORKING_DIRECTORY ${web})
add_test(NAME web.unit COMMAND ${NODE_PROGRAM} test.mjs WORKING_DIRECTORY ${web})
add_test(NAME web.built COMMAND ${NODE_PROGRAM} check.mjs ${XIANGTU_WEB_DIR}
  WORKING_DIRECTORY ${web})
set_tests_properties(web.types web.unit web.built PROPERTIES LABELS "unit;web" TIMEOUT 900)
