# One CMake target a folder:
#
#   shimtrace_module(tracer_procfs [COLD] [FOLDERS sub ...] [COLD_SOURCES sub/*.cpp ...] [WITHOUT main.cpp ...] DEPENDS decoders_text ...
#                    PUBLIC_LIBRARIES ... PRIVATE_LIBRARIES ...)
#
# Its sources are the folder's *.cpp and those of the subfolders that FOLDERS names. DEPENDS names modules of ours, the *_LIBRARIES are
# foreign. COLD: what waits for its code waits for the kernel, or for nothing that is traced, so that it may as well be small; COLD_SOURCES: for
# that of these. The target is shimtrace_NAME.
# Includes spell the tree's path ("tracer/procfs/clock.hpp"); tests/lint holds each folder's includes to what its target depends on.
#
# With SHIMTRACE_UNITY a module's sources are compiled in batches: most of a compilation is the reading of headers. So what they
# define for themselves shares one unnamed namespace: where two names clash, give one that says more, or what they name one home.
function(shimtrace_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "COLD" "" "FOLDERS;COLD_SOURCES;WITHOUT;DEPENDS;PUBLIC_LIBRARIES;PRIVATE_LIBRARIES")
  set(patterns *.cpp)
  foreach(folder ${arg_FOLDERS})
    list(APPEND patterns ${folder}/*.cpp)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${patterns})
  list(REMOVE_ITEM sources ${arg_WITHOUT})
  add_library(shimtrace_${name} STATIC ${sources})
  target_link_libraries(shimtrace_${name} PRIVATE ${arg_PRIVATE_LIBRARIES})
  if(SHIMTRACE_UNITY)
    set_target_properties(shimtrace_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${SHIMTRACE_UNITY_BATCH})
    # A type with a member of the unnamed namespace is as much one file's own in a batch; g++ takes the source for a header.
    target_compile_options(shimtrace_${name} PRIVATE -Wno-subobject-linkage)
  endif()
  if(SHIMTRACE_SMALL AND arg_COLD)
    target_compile_options(shimtrace_${name} PRIVATE -Os)
  elseif(SHIMTRACE_SMALL AND arg_COLD_SOURCES)
    file(GLOB cold CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${arg_COLD_SOURCES})
    set_source_files_properties(${cold} PROPERTIES COMPILE_OPTIONS -Os SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  target_include_directories(shimtrace_${name} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include)
  list(TRANSFORM arg_DEPENDS PREPEND shimtrace_)
  target_link_libraries(shimtrace_${name} PUBLIC ${arg_DEPENDS} ${arg_PUBLIC_LIBRARIES})
endfunction()
