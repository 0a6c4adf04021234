// For tests of what is done where no thread can be made.
#pragma once

#include <cstddef>

#include <pthread.h>

namespace shimtrace::test {

/// While it lives no thread can be made, as where a cgroup's pids.max is reached: none has room for its stack.
class NoMoreThreads {
public:
    NoMoreThreads() {
        pthread_attr_init(&before_);
        pthread_getattr_default_np(&before_);
        pthread_attr_t huge;
        pthread_attr_init(&huge);
        pthread_attr_setstacksize(&huge, std::size_t{1} << 60);
        pthread_setattr_default_np(&huge);
        pthread_attr_destroy(&huge);
    }
    ~NoMoreThreads() {
        pthread_setattr_default_np(&before_);
        pthread_attr_destroy(&before_);
    }
    NoMoreThreads(const NoMoreThreads&) = delete;
    NoMoreThreads& operator=(const NoMoreThreads&) = delete;

private:
    pthread_attr_t before_;
};

}  // namespace shimtrace::test
