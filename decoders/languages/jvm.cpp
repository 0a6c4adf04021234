// HotSpot from JDK 8 on, 64-bit. hotspot/share/runtime/vmStructs.cpp: rows of { typeName, fieldName, typeString, isStatic, offset, address
// }.
#include "decoders/languages/jvm.hpp"

#include <algorithm>
#include <cstring>

namespace shimtrace::languages {

namespace {

constexpr std::size_t row_words = 6, most_rows = 2048;
constexpr std::size_t most_java_threads = 1024;

/// The fields that are needed, as some version calls them. A type that is empty: whatever has such a field.
enum Field : std::uint8_t {
    thread_list,
    list_length,
    list_threads,
    first_thread,
    next_thread,
    os_thread,
    thread_id,
    pending_monitor,
    monitor_owner,
    monitor_object,
    owner_id,
    stack_base,
    stack_size,
    thread_object,
    oop_base,
    oop_shift,
    class_base,
    class_shift,
    class_name,
    class_layout,
    symbol_length,
    symbol_body,
    fields
};

struct FieldName {
    Field field;
    std::string_view type, name;
};
constexpr auto names = std::to_array<FieldName>({
    {thread_list, "ThreadsSMRSupport", "_java_thread_list"},
    {list_length, "ThreadsList", "_length"},
    {list_threads, "ThreadsList", "_threads"},
    {first_thread, "Threads", "_thread_list"},  // to JDK 9
    {next_thread, "JavaThread", "_next"},
    {os_thread, "", "_osthread"},
    {thread_id, "OSThread", "_thread_id"},
    {pending_monitor, "", "_current_pending_monitor"},
    {monitor_owner, "ObjectMonitor", "_owner"},
    {monitor_object, "ObjectMonitor", "_object"},
    {owner_id, "JavaThread", "_monitor_owner_id"},  // since JDK 24 an owner is told by that
    {stack_base, "", "_stack_base"},
    {stack_size, "", "_stack_size"},
    {thread_object, "JavaThread", "_threadObj"},
    {oop_base, "", "_narrow_oop._base"},
    {oop_shift, "", "_narrow_oop._shift"},
    {oop_base, "CompressedOops", "_base"},
    {oop_shift, "CompressedOops", "_shift"},
    {class_base, "", "_narrow_klass._base"},
    {class_shift, "", "_narrow_klass._shift"},
    {class_base, "CompressedKlassPointers", "_base"},
    {class_shift, "CompressedKlassPointers", "_shift"},
    {class_name, "Klass", "_name"},
    {class_layout, "Klass", "_layout_helper"},
    {symbol_length, "Symbol", "_length"},
    {symbol_body, "Symbol", "_body"},
});

struct Place {
    bool known = false, is_handle = false;
    std::uint64_t value = 0;  ///< an offset; of a static field its address
};

struct JavaThread {
    std::uint64_t address = 0, object = 0, monitor = 0, owner = 0, owner_id = 0, stack_from = 0, stack_to = 0;
    std::int32_t number = 0;
};

class JavaLocks {
public:
    JavaLocks(std::span<Thread> threads, const Words& words) : threads_(threads), words_(words) {}

    void read(std::uint64_t table) {
        if (!find_fields(table)) return;
        const std::vector<JavaThread> first = java_threads(), again = java_threads();
        if (first.empty()) return;
        java_ = again;
        for (const JavaThread& java : again) {
            const auto thread = std::ranges::find(threads_, java.number, number_of);
            if (thread == threads_.end() || thread->state != ProcessState::sleeping) continue;
            // What was read in two places at two moments may contradict itself: only what stays is told.
            const auto before = std::ranges::find(first, java.address, &JavaThread::address);
            if (before == first.end() || before->monitor != java.monitor || before->owner != java.owner) continue;
            const bool waits_for_ever = thread->futex && thread->args[3] == 0;
            if (java.monitor != 0)
                thread->language_lock = monitor(java);
            else if (waits_for_ever)
                thread->language_lock = synchronizer(java);
        }
    }

private:
    /// The text that the bytes of an object's first words are.
    static std::string_view as_text(const std::array<std::uint64_t, 5>& bytes) {
        const std::string_view all(reinterpret_cast<const char*>(bytes.data()), sizeof bytes);
        return all.substr(0, all.find('\0'));
    }

    bool find_fields(std::uint64_t table) {
        const auto rows_at = words_.one(table);
        if (!rows_at) return false;
        const auto rows = words_.at(*rows_at, row_words * most_rows);
        std::vector<std::uint64_t> types, fields_of;
        std::vector<std::uint64_t> forms;
        for (std::size_t at = 0; at + row_words <= rows.size() && rows[at] != 0; at += row_words) {
            types.push_back(rows[at]);
            fields_of.push_back(rows[at + 1]);
            forms.push_back(rows[at + 2]);
        }
        const auto type_texts = words_.objects<5>(types), field_texts = words_.objects<5>(fields_of), form_texts = words_.objects<5>(forms);
        for (std::size_t i = 0; i < types.size(); ++i)
            for (const FieldName& name : names) {
                if (as_text(field_texts[i]) != name.name || (!name.type.empty() && as_text(type_texts[i]) != name.type)) continue;
                const bool is_static = (rows[i * row_words + 3] & 0xffffffff) != 0;
                places_[name.field] = {true, as_text(form_texts[i]).ends_with("Handle"), rows[i * row_words + (is_static ? 5 : 4)]};
            }
        const bool has_threads = places_[thread_list].known || (places_[first_thread].known && places_[next_thread].known);
        return has_threads && places_[os_thread].known && places_[thread_id].known && places_[pending_monitor].known &&
               places_[monitor_owner].known;
    }

    [[nodiscard]] std::uint64_t of(std::uint64_t object, Field field) const {
        const Place& place = places_[field];
        return place.known && object ? words_.one(object + place.value).value_or(0) : 0;
    }
    [[nodiscard]] std::uint64_t global(Field field) const {
        return places_[field].known ? words_.one(places_[field].value).value_or(0) : 0;
    }

    [[nodiscard]] std::vector<std::uint64_t> thread_addresses() const {
        if (!places_[thread_list].known) {
            std::vector<std::uint64_t> found;
            for (std::uint64_t at = global(first_thread); at && found.size() < most_java_threads; at = of(at, next_thread))
                found.push_back(at);
            return found;
        }
        const std::uint64_t list = global(thread_list);
        const auto length = words_.half(list + places_[list_length].value);
        return words_.at(of(list, list_threads), std::min<std::size_t>(length.value_or(0), most_java_threads));
    }

    [[nodiscard]] std::vector<JavaThread> java_threads() const {
        std::vector<JavaThread> found;
        for (const std::uint64_t address : thread_addresses()) {
            const auto number = words_.half(of(address, os_thread) + places_[thread_id].value);
            if (!number || *number == 0) continue;
            JavaThread java{.address = address, .monitor = of(address, pending_monitor), .owner_id = of(address, owner_id)};
            java.number = static_cast<std::int32_t>(*number);
            java.owner = of(java.monitor, monitor_owner);
            java.stack_to = of(address, stack_base);
            java.stack_from = java.stack_to - of(address, stack_size);
            java.object = of(address, thread_object);
            if (places_[thread_object].is_handle) java.object = words_.one(java.object).value_or(0);
            found.push_back(java);
        }
        return found;
    }

    /// nullopt: it has the monitor already, and is about to go on: it may enter it as often as it likes.
    std::optional<LanguageLock> monitor(const JavaThread& java) const {
        const std::uint64_t owner = java.owner;
        std::uint64_t object = of(java.monitor, monitor_object);
        const std::string locked =
            class_of(places_[monitor_object].is_handle || class_of(object).empty() ? words_.one(object).value_or(0) : object);
        LanguageLock lock{.what = "Java monitor", .address = java.monitor, .owners = {}};
        if (!locked.empty()) lock.what += " of a " + locked;
        for (const JavaThread& other : java_) {
            // Its JavaThread, since JDK 24 its number; a lock that it had taken on its stack before anybody waited is told by its place
            // there.
            const bool is_owner = places_[owner_id].known ? other.owner_id == owner
                                                          : other.address == owner || (owner >= other.stack_from && owner < other.stack_to);
            if (!is_owner || owner <= 2) continue;
            if (other.address == java.address) return std::nullopt;
            lock.owners = {other.number};
        }
        lock.told = !lock.owners.empty();
        return lock;
    }

    /// java.util.concurrent.locks: a Thread that is parked names its blocker, an AbstractOwnableSynchronizer, and that the Thread that has
    /// it for itself. Where in these objects the fields are is not told: their types are what they are known by.
    std::optional<LanguageLock> synchronizer(const JavaThread& java) const {
        constexpr std::string_view package = "java.util.concurrent.locks.";
        for (const std::uint64_t blocker : references(java.object)) {
            const std::string name = class_of(blocker);
            if (!name.starts_with(package) || !name.ends_with("Sync")) continue;
            LanguageLock lock{
                .what = "Java " + name.substr(package.size(), name.find('$') - package.size()), .address = blocker, .owners = {}};
            for (const std::uint64_t reference : references(blocker))
                for (const JavaThread& other : java_)
                    if (other.object == reference && other.object && other.address != java.address) lock.owners = {other.number};
            lock.told = !lock.owners.empty();
            return lock;
        }
        return std::nullopt;
    }

    /// What may be references in an object: half words, and words where they are not compressed.
    [[nodiscard]] std::vector<std::uint64_t> references(std::uint64_t object) const {
        constexpr std::uint32_t most_bytes = 512, header = 12;
        std::vector<std::uint64_t> found;
        // Of an instance its class has the size, in bytes: what lies behind it is another object's.
        const auto bytes = words_.half(class_at(object) + places_[class_layout].value);
        if (!places_[class_layout].known || !bytes || *bytes <= header || *bytes > most_bytes) return found;
        const auto add = [&](std::uint64_t address) {
            if (address % 8 == 0 && words_.is_mapped(address)) found.push_back(address);
        };
        for (const std::uint64_t word : words_.at(object, *bytes / 8)) {
            add(word);
            for (const std::uint64_t half : {word & 0xffffffff, word >> 32U})
                if (half) add(global(oop_base) + (half << shift(oop_shift)));
        }
        return found;
    }

    [[nodiscard]] unsigned shift(Field field) const {
        return places_[field].known ? words_.half(places_[field].value).value_or(0) & 31U : 0;
    }

    [[nodiscard]] std::uint64_t class_at(std::uint64_t object) const {
        const auto narrow = words_.half(object + 8);
        return narrow && *narrow ? global(class_base) + (std::uint64_t{*narrow} << shift(class_shift)) : 0;
    }

    /// "java.lang.Object"; empty: no object.
    [[nodiscard]] std::string class_of(std::uint64_t object) const {
        constexpr std::size_t most = 120;
        if (!object || object % 8 != 0 || !places_[symbol_body].known) return {};
        const std::uint64_t symbol = of(class_at(object), class_name);
        const auto length = words_.half(symbol + places_[symbol_length].value);
        if (!symbol || !length) return {};
        std::string name = words_.text(symbol + places_[symbol_body].value, std::min<std::size_t>(*length & 0xffff, most));
        if (name.empty() || !std::ranges::all_of(name, [](char letter) { return letter > ' ' && letter < 0x7f; })) return {};
        std::ranges::replace(name, '/', '.');
        return name;
    }

    std::span<Thread> threads_;
    const Words& words_;
    std::array<Place, fields> places_{};
    std::vector<JavaThread> java_;
};

}  // namespace

void read_java_locks(std::span<Thread> threads, const Words& words, std::uint64_t table) {
    JavaLocks(threads, words).read(table);
}

}  // namespace shimtrace::languages
