# The pages, embedded in the program: built by node/page/web/web.cmake, turned
# into C by embed.mjs. Off, a plain line stands in their place, and neither
# Node.js nor npm is needed.
option(XIANGTU_PAGES "Embed the pages (needs Node.js and npm)" ON)

if(XIANGTU_PAGES)
  find_program(NPM_PROGRAM NAMES npm)
  find_program(NODE_PROGRAM NAMES node nodejs)
  if(NOT NPM_PROGRAM OR NOT NODE_PROGRAM)
    message(FATAL_ERROR "Node.js and npm are needed to build the pages: install nodejs and npm, "
      "or build without the pages: -DXIANGTU_PAGES=OFF")
  endif()
  include(node/page/web/web.cmake)
  set(page_data ${CMAKE_BINARY_DIR}/page_data.c)
  add_custom_command(OUTPUT ${page_data}
    COMMAND ${NODE_PROGRAM} ${PROJECT_SOURCE_DIR}/node/page/embed.mjs ${XIANGTU_WEB_DIR}
      ${page_data}
    DEPENDS ${XIANGTU_WEB_DIR}/manifest.json ${PROJECT_SOURCE_DIR}/node/page/embed.mjs
    VERBATIM COMMENT "The pages, as C")
else()
  set(page_data ${PROJECT_SOURCE_DIR}/node/page/plain/page_data.c)
endif()
target_sources(node PRIVATE ${page_data})
