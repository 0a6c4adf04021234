// A file that is made before anything is written to it.
#pragma once

#include <string>

namespace shimtrace::cli {

/// While this lives, a signal that ends the program (Ctrl-C, SIGTERM, SIGHUP) removes the file first, if it was made meanwhile, is ours and
/// still empty. Whoever handles these signals besides puts back what he found. One at a time.
class UnbegunFile {
public:
    explicit UnbegunFile(const std::string& path);
    ~UnbegunFile();
    UnbegunFile(const UnbegunFile&) = delete;
    UnbegunFile& operator=(const UnbegunFile&) = delete;
};

}  // namespace shimtrace::cli
