// HPACK (RFC 7541): a connection's header blocks as names and values, by libnghttp2's inflater.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shimtrace::grpc {

/// What stands for a name or value that was sent before this connection was joined.
constexpr std::string_view not_seen = "?";

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// One direction's state: blocks refer to what earlier blocks put into the table.
class HeaderTable {
public:
    /// `from_the_start`: the table is empty. Else what it holds is not known: entries are `not_seen` until new ones have taken their place.
    explicit HeaderTable(bool from_the_start);
    ~HeaderTable();
    HeaderTable(HeaderTable&&) noexcept;
    HeaderTable& operator=(HeaderTable&&) noexcept;

    /// Every header of a whole block, in order; nullopt: no such block, and the table knows nothing any more.
    /// Bounded: 200 headers, 4096 bytes a value.
    std::optional<HeaderList> read(std::string_view block);

private:
    struct Inflater;
    std::unique_ptr<Inflater> inflater_;
};

}  // namespace shimtrace::grpc
