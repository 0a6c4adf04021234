#include "tracer/output/export/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace shimtrace::output {

namespace {

constexpr std::size_t record = 512;

void put(std::string& header, std::size_t at, std::string_view text) {
    header.replace(at, text.size(), text);
}

}  // namespace

// Offsets are those of tar(5), "POSIX ustar Archives".
void Tar::add(std::string_view name, std::string_view bytes, std::int64_t seconds) {
    std::string header(record, '\0');
    put(header, 0, name.substr(0, 100));
    put(header, 100, "0000600");
    put(header, 108, "0000000");
    put(header, 116, "0000000");
    put(header, 124, fmt::format("{:011o}", bytes.size()));
    put(header, 136, fmt::format("{:011o}", std::max<std::int64_t>(seconds, 0)));
    put(header, 148, "        ");
    put(header, 156, "0");
    put(header, 257,
        std::string_view("ustar\0"
                         "00",
                         8));
    put(header, 265, "root");
    put(header, 297, "root");
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    put(header, 148, fmt::format("{:06o}", sum));
    header[154] = '\0';
    header[155] = ' ';
    bytes_ += header;
    bytes_ += bytes;
    bytes_.resize((bytes_.size() + record - 1) / record * record);
}

std::string Tar::take() && {
    bytes_.resize(bytes_.size() + 2 * record);
    return std::move(bytes_);
}

}  // namespace shimtrace::output
