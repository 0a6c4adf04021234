#include "decoders/messages/protobuf/message.hpp"

#include "decoders/messages/quoted.hpp"

#include <fmt/format.h>

#include <protozero/pbf_reader.hpp>

#include <algorithm>
#include <chrono>

namespace shimtrace::protobuf {

namespace {

constexpr int most_depth = 8;
constexpr std::size_t most_fields = 1000, most_string_kept = 4096;

std::string kept(protozero::data_view view) {
    return {view.data(), std::min(view.size(), most_string_kept)};
}

/// RFC 3339 with as many decimals as it has.
std::string timestamp_text(std::int64_t seconds, std::int64_t nanoseconds) {
    constexpr std::int64_t last = 253'402'300'799;  // 9999-12-31T23:59:59Z: what the type allows
    if (seconds < 0 || seconds > last || nanoseconds < 0 || nanoseconds > 999'999'999) return fmt::format("{}s+{}ns", seconds, nanoseconds);
    const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                    static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    if (nanoseconds != 0) {
        std::string decimals = fmt::format("{:09}", nanoseconds);
        decimals.erase(decimals.find_last_not_of('0') + 1);
        text += "." + decimals;
    }
    return text + "Z";
}

class Decoder {
public:
    explicit Decoder(FindType* find_type) : find_type_(find_type) {}

    void message(std::string_view bytes, const MessageSchema* schema, std::vector<Field>& into, int depth) {
        protozero::pbf_reader reader(bytes.data(), bytes.size());
        while (reader.next()) {
            if (++count_ > most_fields) {
                error_ = "more fields than are shown";
                return;
            }
            field(reader, schema, into, depth);
        }
    }
    std::string& error() { return error_; }

private:
    void field(protozero::pbf_reader& reader, const MessageSchema* schema, std::vector<Field>& into, int depth) {
        const FieldSchema* row = nullptr;
        if (schema != nullptr) {
            const auto found = std::ranges::find(schema->fields, reader.tag(), &FieldSchema::number);
            if (found != schema->fields.end()) row = &*found;
        }
        if (row == nullptr || !matches(reader.wire_type(), row->kind)) return unknown(reader, into);
        Field made{std::string(row->name), row->kind, "", 0, {}};
        switch (row->kind) {
            case FieldKind::string:
            case FieldKind::bytes:
                made.text = kept(reader.get_view());
                break;
            case FieldKind::number:
                made.number = reader.get_uint64(), made.text = std::to_string(made.number);
                break;
            case FieldKind::signed_number: {
                const std::int64_t number = reader.get_int64();
                made.number = static_cast<std::uint64_t>(number);
                made.text = std::to_string(number);
                break;
            }
            case FieldKind::boolean:
                made.number = reader.get_uint64() != 0 ? 1 : 0;  // get_bool() looks at a byte that may lie behind the end
                made.text = made.number != 0 ? "true" : "false";
                break;
            case FieldKind::enumeration:
                made.number = reader.get_uint64();
                made.text = made.number < row->names.size() ? std::string(row->names[made.number]) : std::to_string(made.number);
                break;
            case FieldKind::secret:
                made.number = reader.get_view().size();
                break;
            case FieldKind::message:
                nested(reader.get_view(), row->message, made.fields, depth);
                break;
            case FieldKind::timestamp:
                made.text = timestamp(reader.get_view());
                break;
            case FieldKind::any:
                any(reader.get_view(), made, depth);
                break;
            case FieldKind::string_map:
                return map_entry(reader.get_view(), std::move(made), into);
        }
        into.push_back(std::move(made));
    }

    static bool matches(protozero::pbf_wire_type wire, FieldKind kind) {
        switch (kind) {
            case FieldKind::number:
            case FieldKind::signed_number:
            case FieldKind::boolean:
            case FieldKind::enumeration:
                return wire == protozero::pbf_wire_type::varint;
            default:
                return wire == protozero::pbf_wire_type::length_delimited;
        }
    }

    void nested(protozero::data_view view, const MessageSchema* schema, std::vector<Field>& into, int depth) {
        if (depth >= most_depth)
            error_ = "nested deeper than is shown";
        else
            message({view.data(), view.size()}, schema, into, depth + 1);
    }

    static void unknown(protozero::pbf_reader& reader, std::vector<Field>& into) {
        Field made{fmt::format("#{}", reader.tag()), FieldKind::number, "", 0, {}};
        switch (reader.wire_type()) {
            case protozero::pbf_wire_type::varint:
                made.number = reader.get_uint64();
                break;
            case protozero::pbf_wire_type::fixed64:
                made.number = reader.get_fixed64();
                break;
            case protozero::pbf_wire_type::fixed32:
                made.number = reader.get_fixed32();
                break;
            case protozero::pbf_wire_type::length_delimited: {
                const protozero::data_view view = reader.get_view();
                made.kind = FieldKind::bytes;
                made.text = kept(view);
                into.push_back(std::move(made));
                return;
            }
            default:
                reader.skip();
                return;
        }
        made.text = std::to_string(made.number);
        into.push_back(std::move(made));
    }

    static std::string timestamp(protozero::data_view view) {
        protozero::pbf_reader reader(view);
        std::int64_t seconds = 0, nanoseconds = 0;
        while (reader.next()) {
            if (reader.tag_and_type() == protozero::tag_and_type(1, protozero::pbf_wire_type::varint))
                seconds = reader.get_int64();
            else if (reader.tag_and_type() == protozero::tag_and_type(2, protozero::pbf_wire_type::varint))
                nanoseconds = reader.get_int64();
            else
                reader.skip();
        }
        return timestamp_text(seconds, nanoseconds);
    }

    /// Text: the type's short name; fields where the type is known; "N bytes" otherwise.
    void any(protozero::data_view view, Field& made, int depth) {
        protozero::pbf_reader reader(view);
        std::string_view type, value;
        while (reader.next()) {
            if (reader.wire_type() != protozero::pbf_wire_type::length_delimited || reader.tag() > 2) {
                reader.skip();
                continue;
            }
            const bool is_type = reader.tag() == 1;
            const protozero::data_view part = reader.get_view();
            (is_type ? type : value) = {part.data(), part.size()};
        }
        made.text = std::string(type.substr(0, most_string_kept));
        made.number = value.size();
        if (const MessageSchema* schema = find_type_ ? find_type_(type_name(type)) : nullptr)
            nested({value.data(), value.size()}, schema, made.fields, depth);
    }

    static void map_entry(protozero::data_view view, Field made, std::vector<Field>& into) {
        protozero::pbf_reader reader(view);
        Field entry{"", FieldKind::string, "", 0, {}};
        while (reader.next()) {
            if (reader.wire_type() != protozero::pbf_wire_type::length_delimited || reader.tag() > 2) {
                reader.skip();
                continue;
            }
            const bool is_key = reader.tag() == 1;
            (is_key ? entry.name : entry.text) = kept(reader.get_view());
        }
        const auto map =
            std::ranges::find_if(into, [&](const Field& field) { return field.kind == FieldKind::string_map && field.name == made.name; });
        if (map != into.end()) {
            map->fields.push_back(std::move(entry));
        } else {
            made.fields.push_back(std::move(entry));
            into.push_back(std::move(made));
        }
    }

    FindType* find_type_;
    std::size_t count_ = 0;
    std::string error_;
};

std::string value_text(const Field& field, std::size_t most) {
    switch (field.kind) {
        case FieldKind::string:
            return wire::quoted(field.text, most);
        case FieldKind::bytes:
            return wire::quoted(field.text, std::min<std::size_t>(most, 32));
        case FieldKind::secret:
            return fmt::format("<{} bytes, not shown>", field.number);
        case FieldKind::message:
        case FieldKind::string_map:
            return field.fields.empty() ? "{}" : render(field.fields, most);
        case FieldKind::any: {
            if (field.text.empty()) return "{}";
            const std::string name = safe_name(short_name(type_name(field.text)));
            if (!field.fields.empty() || field.number == 0) return name + render(field.fields, most);
            return fmt::format("{}<{} bytes>", name, field.number);
        }
        default:
            return field.text;
    }
}

}  // namespace

std::string safe_name(std::string_view name) {
    const bool plain =
        !name.empty() && std::ranges::all_of(name, [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '{' && c != '}'; });
    return plain && name.size() <= 200 ? std::string(name) : wire::quoted(name, 200);
}

DecodedMessage decode(std::string_view bytes, const MessageSchema& schema, FindType* find_type) {
    DecodedMessage decoded;
    Decoder decoder(find_type);
    try {
        decoder.message(bytes, &schema, decoded.fields, 0);
        decoded.error = std::move(decoder.error());
    } catch (const protozero::exception& error) {
        decoded.error = error.what();
    }
    return decoded;
}

const Field* find(const std::vector<Field>& fields, std::string_view name) {
    const auto found = std::ranges::find(fields, name, &Field::name);
    return found == fields.end() ? nullptr : &*found;
}

std::string render(const std::vector<Field>& fields, std::size_t most_string) {
    if (fields.empty()) return "";
    std::string text = "{";
    for (std::size_t n = 0; n < fields.size(); ++n) {
        if (n > 0) text += ' ';
        if (n == 32) {
            text += "...";
            break;
        }
        text += safe_name(fields[n].name) + ":" + value_text(fields[n], most_string);
    }
    return text + "}";
}

std::string_view short_name(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == name.npos ? name : name.substr(dot + 1);
}

std::string_view type_name(std::string_view type_url) {
    const std::size_t slash = type_url.rfind('/');
    return slash == type_url.npos ? type_url : type_url.substr(slash + 1);
}

}  // namespace shimtrace::protobuf
