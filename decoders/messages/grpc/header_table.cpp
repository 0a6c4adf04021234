#include "decoders/messages/grpc/header_table.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstdint>

namespace shimtrace::grpc {

namespace {

constexpr std::size_t most_headers = 200, most_value = 4096;

/// A literal with a new name, put into the table (RFC 7541, 6.2.1): `?: ?`.
constexpr std::string_view placeholder{"\x40\x01?\x01?", 5};
/// As many of them as a table of the default size holds: each takes 32 bytes besides its text (RFC 7541, 4.1).
constexpr std::size_t table_size = 4096, placeholders = table_size / (32 + 2 * not_seen.size());

std::string text(const std::uint8_t* bytes, std::size_t length) {
    return {reinterpret_cast<const char*>(bytes), std::min(length, most_value)};
}

}  // namespace

struct HeaderTable::Inflater {
    explicit Inflater(bool from_the_start) {
        if (nghttp2_hd_inflate_new(&state) != 0) state = nullptr;
        if (from_the_start) return;
        // Entries are counted from the newest: where what was there before fills the table, later ones are found where they are.
        for (std::size_t n = 0; n < placeholders; ++n) read(placeholder);
    }
    ~Inflater() { nghttp2_hd_inflate_del(state); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    std::optional<HeaderList> read(std::string_view block) {
        if (state == nullptr) return std::nullopt;
        HeaderList headers;
        const auto* at = reinterpret_cast<const std::uint8_t*>(block.data());
        std::size_t left = block.size();
        while (true) {
            nghttp2_nv header{};
            int flags = 0;
            const auto used = nghttp2_hd_inflate_hd2(state, &header, &flags, at, left, 1);
            if (used < 0) return std::nullopt;
            at += used;
            left -= static_cast<std::size_t>(used);
            if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0 && headers.size() < most_headers)
                headers.emplace_back(text(header.name, header.namelen), text(header.value, header.valuelen));
            if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) {
                nghttp2_hd_inflate_end_headers(state);
                return headers;
            }
            if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && left == 0) return std::nullopt;
        }
    }

    nghttp2_hd_inflater* state = nullptr;
};

HeaderTable::HeaderTable(bool from_the_start) : inflater_(std::make_unique<Inflater>(from_the_start)) {}
HeaderTable::~HeaderTable() = default;
HeaderTable::HeaderTable(HeaderTable&&) noexcept = default;
HeaderTable& HeaderTable::operator=(HeaderTable&&) noexcept = default;

std::optional<HeaderList> HeaderTable::read(std::string_view block) {
    auto headers = inflater_->read(block);
    if (!headers) inflater_ = std::make_unique<Inflater>(false);
    return headers;
}

}  // namespace shimtrace::grpc
