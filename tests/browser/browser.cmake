# The pages in a real browser: every tests/browser/NN-*.py starts nodes and lets
# Chromium drive them. Skipped (77) where there is no Chromium.
set(browser ${PROJECT_SOURCE_DIR}/tests/browser)
set(browser_packages ${CMAKE_BINARY_DIR}/browser-packages)
add_custom_command(OUTPUT ${browser_packages}
  COMMAND ${CMAKE_COMMAND} -DNPM=${NPM_PROGRAM} -DSTAMP=${browser_packages} -DFOLDER=${browser}
    -P ${PROJECT_SOURCE_DIR}/node/page/web/packages.cmake
  DEPENDS ${browser}/package.json ${browser}/package-lock.json
  VERBATIM COMMENT "npm ci for the browser tests")
add_custom_target(browser_packages ALL DEPENDS ${browser_packages})

# Pictures of every screen, in both languages.
set(browser_screens ${CMAKE_BINARY_DIR}/screens)
list(APPEND scenario_environment "XIANGTU_SCREENS=${browser_screens}")
file(GLOB stories CONFIGURE_DEPENDS tests/browser/[0-9][0-9]-*.py)
foreach(story ${stories})
  get_filename_component(name ${story} NAME_WE)
  file(STRINGS ${story} limit REGEX "^# TIMEOUT [0-9]+" LIMIT_COUNT 1)
  string(REGEX REPLACE "^# TIMEOUT ([0-9]+).*" "\\1" limit "${limit}")
  scenario_test(browser.${name} ../browser/${name}.py ${limit} browser)
endforeach()
