// What the older way of asynchronous I/O is handed, and what it answers: linux/aio_abi.h.
#pragma once

#include "decoders/syscalls/row.hpp"

namespace shimtrace::decoders::types {

/// A list of pointers to struct iocb, as long as the argument before it says; one of them; a list of struct io_event, as long as the result
/// says; one of them.
extern const ArgumentType aio_requests, aio_request, aio_answers, aio_answer;

}  // namespace shimtrace::decoders::types
