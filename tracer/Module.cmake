# One CMake target a folder, and the dependency directions enforced: a module's headers are reachable, as "NAME/file.hpp",
# only for whoever links it.
#
#   shimtrace_module(host SOURCES a.cpp b.cpp DEPENDS decoders_syscalls PUBLIC_LIBRARIES … PRIVATE_LIBRARIES …)
#
# DEPENDS names modules of ours; the *_LIBRARIES are foreign. The target is shimtrace_NAME.
#
# With SHIMTRACE_UNITY a module's sources are compiled in batches: most of a compilation is the reading of headers. So what they
# define for themselves shares one unnamed namespace: where two names clash, give one that says more, or what they name one home.
function(shimtrace_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;PUBLIC_LIBRARIES;PRIVATE_LIBRARIES")
  set(window ${CMAKE_BINARY_DIR}/windows/${name})
  file(MAKE_DIRECTORY ${window})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${window}/${name} SYMBOLIC)
  if(arg_SOURCES)
    add_library(shimtrace_${name} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(shimtrace_${name} PRIVATE ${arg_PRIVATE_LIBRARIES})
    if(SHIMTRACE_UNITY)
      set_target_properties(shimtrace_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${SHIMTRACE_UNITY_BATCH})
      # A type with a member of the unnamed namespace is as much one file's own in a batch; g++ takes the source for a header.
      target_compile_options(shimtrace_${name} PRIVATE -Wno-subobject-linkage)
    endif()
  else()
    add_library(shimtrace_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(shimtrace_${name} ${scope} ${window})
  list(TRANSFORM arg_DEPENDS PREPEND shimtrace_)
  target_link_libraries(shimtrace_${name} ${scope} shimtrace_include ${arg_DEPENDS} ${arg_PUBLIC_LIBRARIES})
endfunction()
