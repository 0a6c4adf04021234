# The libraries that others keep. Where Debian ships an archive it is linked statically in the release build.
find_package(Threads REQUIRED)
find_package(nlohmann_json REQUIRED)

if(SHIMTRACE_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()

# fmt: Debian ships no archive of it, so its one source file is compiled here, from its header.
file(WRITE ${CMAKE_BINARY_DIR}/fmt.cpp.new [[
#include <fmt/format-inl.h>
FMT_BEGIN_NAMESPACE
namespace detail {
template FMT_API auto dragonbox::to_decimal(float x) noexcept -> dragonbox::decimal_fp<float>;
template FMT_API auto dragonbox::to_decimal(double x) noexcept -> dragonbox::decimal_fp<double>;
template FMT_API locale_ref::locale_ref(const std::locale& loc);
template FMT_API auto locale_ref::get<std::locale>() const -> std::locale;
template FMT_API auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template FMT_API auto decimal_point_impl(locale_ref) -> char;
template FMT_API void buffer<char>::append(const char*, const char*);
template FMT_API void vformat_to(buffer<char>&, string_view, basic_format_args<FMT_BUFFER_CONTEXT(char)>, locale_ref);
}
FMT_END_NAMESPACE
]])
file(COPY_FILE ${CMAKE_BINARY_DIR}/fmt.cpp.new ${CMAKE_BINARY_DIR}/fmt.cpp ONLY_IF_DIFFERENT)
add_library(shimtrace_fmt STATIC ${CMAKE_BINARY_DIR}/fmt.cpp)
target_compile_options(shimtrace_fmt PRIVATE -w)

# shimtrace_find(TARGET header LIBRARY...): an imported target over libraries that must be there.
function(shimtrace_find target)
  add_library(${target} INTERFACE)
  foreach(name ${ARGN})
    find_library(library_${name} ${name} REQUIRED)
    target_link_libraries(${target} INTERFACE ${library_${name}})
  endforeach()
endfunction()

if(SHIMTRACE_STATIC)
  shimtrace_find(lib_elfutils dw elf lzma bz2 zstd z)
  shimtrace_find(lib_unwind unwind-${CMAKE_SYSTEM_PROCESSOR} lzma z)
  # libunwind-x86_64.a refers to a function of the half that unwinds the program itself (Gresume.c, unw_resume of a local cursor),
  # which lives in another archive, together with a second _Unwind_Resume. Only remote cursors are made here; none is resumed.
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
    target_link_options(lib_unwind INTERFACE -Wl,--defsym=_Ux86_64_setcontext=abort)
  endif()
  shimtrace_find(lib_netlink nl-3)
else()
  shimtrace_find(lib_elfutils dw elf)
  shimtrace_find(lib_unwind unwind-${CMAKE_SYSTEM_PROCESSOR})
  shimtrace_find(lib_netlink nl-3)
endif()
shimtrace_find(lib_zstd zstd)
shimtrace_find(lib_xxhash xxhash)
shimtrace_find(lib_nghttp2 nghttp2)
shimtrace_find(lib_event event_extra event_core)
find_path(NETLINK_HEADERS netlink/netlink.h PATH_SUFFIXES libnl3 REQUIRED)
target_include_directories(lib_netlink SYSTEM INTERFACE ${NETLINK_HEADERS})
add_library(lib_protozero INTERFACE)
