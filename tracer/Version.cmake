# Writes OUT with the commit that the tree is at, where that changed. Run at each build:
#   cmake -DSOURCE=… -DOUT=… -P Version.cmake
# SHIMTRACE_COMMIT in the environment tells it of a tree without git.
set(commit "$ENV{SHIMTRACE_COMMIT}")
if(NOT commit)
  execute_process(COMMAND git -c safe.directory=* -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
string(REGEX MATCH "^[0-9a-f]+(-dirty)?$" commit "${commit}")
file(WRITE ${OUT}.new "#define SHIMTRACE_COMMIT \"${commit}\"\n")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
