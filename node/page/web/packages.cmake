# Bring node_modules to what package-lock.json names, unless it is so already:
# cmake -DNPM=npm -DSTAMP=FILE [-DFOLDER=other] -P packages.cmake, in this folder
# or another (tests/browser).
set(here ${CMAKE_CURRENT_LIST_DIR})
if(FOLDER)
  set(here ${FOLDER})
endif()
file(SHA256 ${here}/package-lock.json wanted)
# Two builds may come at once.
file(LOCK ${here}/.npm-lock GUARD PROCESS)
set(has "")
if(EXISTS ${here}/node_modules/.of-lock)
  file(READ ${here}/node_modules/.of-lock has)
endif()
if(NOT has STREQUAL wanted)
  execute_process(COMMAND ${NPM} ci --no-audit --no-fund --ignore-scripts --loglevel=error
    WORKING_DIRECTORY ${here} RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "npm ci failed. It needs a way to a registry of packages; without one, "
      "build without the pages: -DXIANGTU_PAGES=OFF")
  endif()
  file(WRITE ${here}/node_modules/.of-lock ${wanted})
endif()
file(WRITE ${STAMP} ${wanted})
