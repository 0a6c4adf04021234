# cmake --install BUILD [--prefix DIR] [--component program|manual|completions|docs|schemas|service|cluster|debug]
include(GNUInstallDirs)
set(SHIMTRACE_RUNS_HERE "" CACHE FILEPATH "A shimtrace of this tree that runs on this machine, where the one that is built does not: it writes the pages")

# The program without its debug information, which stands beside it where gdb, perf and eu-stack look.
install(CODE "
  set(shimtrace_program \"${CMAKE_BINARY_DIR}/shimtrace\")
  set(shimtrace_objcopy \"${CMAKE_OBJCOPY}\")
  set(shimtrace_bin \"${CMAKE_INSTALL_BINDIR}\")
  set(shimtrace_lib \"${CMAKE_INSTALL_LIBDIR}\")
  set(shimtrace_stage \"${CMAKE_BINARY_DIR}/stage\")
" ALL_COMPONENTS)
install(CODE [[
  function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
  endfunction()
  file(MAKE_DIRECTORY ${shimtrace_stage})
  run(${shimtrace_objcopy} --only-keep-debug --compress-debug-sections=zlib ${shimtrace_program} ${shimtrace_stage}/shimtrace.debug)
  run(${shimtrace_objcopy} --strip-all --remove-section=.comment --add-gnu-debuglink=${shimtrace_stage}/shimtrace.debug ${shimtrace_program}
    ${shimtrace_stage}/shimtrace)
  file(INSTALL ${shimtrace_stage}/shimtrace DESTINATION ${CMAKE_INSTALL_PREFIX}/${shimtrace_bin} USE_SOURCE_PERMISSIONS)
]] COMPONENT program)
install(CODE [[
  file(INSTALL ${shimtrace_stage}/shimtrace.debug DESTINATION ${CMAKE_INSTALL_PREFIX}/${shimtrace_lib}/debug/${CMAKE_INSTALL_PREFIX}/${shimtrace_bin}
    PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
]] COMPONENT debug)

set(pages ${CMAKE_BINARY_DIR}/pages)
set(program $<IF:$<BOOL:${SHIMTRACE_RUNS_HERE}>,${SHIMTRACE_RUNS_HERE},$<TARGET_FILE:shimtrace>>)
add_custom_command(OUTPUT ${pages}/man/man1/shimtrace.1.gz
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${pages}
  COMMAND ${CMAKE_SOURCE_DIR}/scripts/packaging/pages ${pages} ${program}
  DEPENDS shimtrace ${CMAKE_SOURCE_DIR}/scripts/packaging/pages ${CMAKE_SOURCE_DIR}/scripts/packaging/shimtrace.1 VERBATIM)
add_custom_target(pages ALL DEPENDS ${pages}/man/man1/shimtrace.1.gz)
install(DIRECTORY ${pages}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT manual)
foreach(shell bash-completion zsh fish)
  install(DIRECTORY ${pages}/${shell} DESTINATION ${CMAKE_INSTALL_DATADIR} COMPONENT completions)
endforeach()
install(FILES README.md CHANGELOG.md SECURITY.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT docs)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT docs FILES_MATCHING PATTERN "*.md" PATTERN schemas EXCLUDE)
install(DIRECTORY docs/schemas DESTINATION ${CMAKE_INSTALL_DATADIR}/shimtrace COMPONENT schemas)
# The watchman: as a service of the node, which nothing starts by itself, and for clusters.
install(FILES scripts/packaging/systemd/shimtrace.service DESTINATION lib/systemd/system COMPONENT service)
install(DIRECTORY scripts/packaging/node-problem-detector DESTINATION ${CMAKE_INSTALL_DATADIR}/shimtrace COMPONENT service)
install(DIRECTORY scripts/packaging/kubernetes DESTINATION ${CMAKE_INSTALL_DATADIR}/shimtrace COMPONENT cluster USE_SOURCE_PERMISSIONS)
