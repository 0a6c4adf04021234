// CPython 3.7 to 3.14, 64-bit builds with a GIL. No version is asked for: where versions differ, all forms are tried, as an object that is
// not of its form does not pass.
#include "decoders/languages/python.hpp"

#include "decoders/syscalls/user_lock.hpp"

#include <algorithm>
#include <map>

namespace shimtrace::languages {

namespace {

constexpr std::size_t most_threads = 256;
constexpr std::size_t near_words = 1024;     ///< of its stack, where a waiting thread has the lock that it waits for
constexpr std::size_t stack_words = 8192;    ///< and where it has its frames
constexpr std::size_t most_objects = 65536;  ///< in all frames
constexpr std::size_t most_frames = 256, frame_words = 96;

/// PyObject: { ob_refcnt, ob_type, … }; PyTypeObject: { ob_refcnt, ob_type, ob_size, tp_name, … }.
constexpr std::uint64_t name_of_type = 24;

using Object = std::array<std::uint64_t, 5>;
enum : std::size_t { references, type, first, second, third };

class PythonLocks {
public:
    PythonLocks(std::span<Thread> threads, const Words& words) : threads_(threads), words_(words) {}

    void read() {
        std::size_t looked_at = 0;
        std::vector<Thread*> nameless;
        for (Thread& thread : threads_) {
            if (thread.state != ProcessState::sleeping || !thread.futex || ++looked_at > most_threads) continue;
            const bool has_timeout = thread.args[3] != 0;
            thread.language_lock = has_timeout ? interpreter_lock(thread) : lock_object(thread);
            if (thread.language_lock && !thread.language_lock->told) nameless.push_back(&thread);
        }
        for (Thread* thread : nameless) thread->language_lock->owners = users_of(thread->language_lock->address);
    }

private:
    bool is_of_type(const Object& object, std::string_view name) {
        const std::uint64_t address = object[type];
        if (address % 8 != 0 || !words_.is_mapped(address)) return false;
        const auto [known, is_new] = types_.try_emplace(address);
        if (is_new)
            if (const auto text = words_.one(address + name_of_type)) known->second = words_.text(*text, 32);
        return known->second == name;
    }

    /// The addresses in a thread's stack, each once.
    std::vector<std::uint64_t> pointers(std::span<const std::uint64_t> from) const {
        std::vector<std::uint64_t> found;
        for (const std::uint64_t word : from)
            if (word % 8 == 0 && words_.is_mapped(word)) found.push_back(word);
        std::ranges::sort(found);
        found.erase(std::ranges::unique(found).begin(), found.end());
        return found;
    }

    /// Modules/_threadmodule.c: lockobject { PyObject_HEAD, lock_lock … }, rlockobject { PyObject_HEAD, rlock_lock, rlock_owner, … }, where
    /// the lock is a semaphore whose first word is the futex. Since 3.13 a lock is a byte (PyMutex), since 3.14 that of RLock as well, and
    /// the futex is the thread's own.
    std::optional<LanguageLock> lock_object(const Thread& thread) {
        constexpr std::uint64_t taken_and_waited_for = 3;
        std::vector<std::uint64_t> candidates = pointers(words_.at(thread.stack_pointer, near_words));
        for (std::size_t i = candidates.size(); i-- > 0;) candidates.push_back(candidates[i] - 16);  // to the lock in it
        const auto objects = words_.objects<5>(candidates);
        for (std::size_t i = 0; i < objects.size(); ++i) {
            const Object& object = objects[i];
            if (object[first] != thread.args[0] && (object[first] & 0xff) != taken_and_waited_for) continue;
            if (is_of_type(object, "_thread.RLock")) {
                if (object[second] == 0) continue;
                LanguageLock lock{.what = "Python RLock", .address = candidates[i], .owners = {}, .told = true};
                const auto owner = thread_at(words_, object[second], threads_);
                if (!owner || *owner == number_of(thread)) return std::nullopt;  // who has it may take it again
                if (*owner != 0) lock.owners.push_back(*owner);
                return lock;
            }
            if (is_of_type(object, "_thread.lock")) return LanguageLock{.what = "Python lock", .address = candidates[i], .owners = {}};
        }
        return std::nullopt;
    }

    /// Who is within a `with` of that lock: its frame keeps the lock's method __exit__, to be called at the end. Who waits to enter has one
    /// as well, of its own, and has the lock only by another.
    std::vector<std::int32_t> users_of(std::uint64_t lock) {
        std::vector<std::int32_t> users;
        if (methods_.empty()) read_frames();
        if (looked_at_ > most_objects) return users;  // another may be in what was not read
        for (const Thread& thread : threads_) {
            const auto kept = methods_.find(thread.tid);
            if (kept == methods_.end()) continue;
            const bool waits = thread.language_lock && thread.language_lock->address == lock;
            if (std::ranges::count(kept->second, lock, &Exit::lock) > (waits ? 1 : 0)) users.push_back(number_of(thread));
        }
        return users;
    }

    /// What a `with` has left in a frame may be at the place where another thread's is by now: what two have is believed of neither.
    void read_frames() {
        std::map<std::uint64_t, int> users;
        for (const Thread& thread : threads_) {
            if (methods_.size() >= most_threads) break;
            for (const Exit& one : methods_[thread.tid] = exits_kept_by(thread)) ++users[one.method];
        }
        for (auto& [tid, exits] : methods_) std::erase_if(exits, [&](const Exit& one) { return users[one.method] > 1; });
    }

    struct Exit {
        std::uint64_t method = 0, lock = 0;
    };
    /// The locks whose __exit__ the thread's frames keep, each as often as they do.
    std::vector<Exit> exits_kept_by(const Thread& thread) {
        std::vector<std::uint64_t> slots;
        if (looked_at_ > most_objects) return {};
        for (const std::uint64_t frame : frames_of(thread)) {
            const auto words = words_.at(frame, frame_words);
            slots.insert(slots.end(), words.begin(), words.end());
        }
        const std::vector<std::uint64_t> candidates = pointers(slots);
        looked_at_ += candidates.size();
        std::vector<Exit> locks;
        const auto objects = words_.objects<5>(candidates);
        for (std::size_t i = 0; i < objects.size(); ++i) {
            const Object& object = objects[i];
            // PyCFunctionObject: { PyObject_HEAD, m_ml, m_self, … }; PyMethodDef: { ml_name, … }. One that has been freed counts none.
            constexpr std::uint64_t most_references = 1000;
            if (object[references] == 0 || object[references] > most_references || !is_of_type(object, "builtin_function_or_method"))
                continue;
            const auto name = words_.one(object[first]);
            if (name && words_.is_text(*name, "__exit__")) locks.push_back({candidates[i], object[second]});
        }
        return locks;
    }

    /// To 3.10 a frame is an object; since then it begins with its code (3.12) or has it as its fifth word (3.11), and lies with those that
    /// it has called in one piece of memory. Each names the one that has called it.
    std::vector<std::uint64_t> frames_of(const Thread& thread) {
        std::vector<std::uint64_t> open = pointers(words_.at(thread.stack_pointer, stack_words)), frames;
        const auto objects = words_.objects<7>(open);
        for (std::size_t i = 0; i < open.size() && frames.size() < most_frames; ++i) follow(open[i], objects[i], frames);
        return frames;
    }

    void follow(std::uint64_t frame, std::array<std::uint64_t, 7> words, std::vector<std::uint64_t>& frames) {
        while (frames.size() < most_frames && std::ranges::find(frames, frame) == frames.end()) {
            std::uint64_t back = 0;
            if (is_of_type({words[0], words[1]}, "frame"))
                back = words[3];  // behind PyObject_VAR_HEAD
            else if (is_code(words[0]))
                back = words[1];
            else if (is_code(words[4]))
                back = words[6];
            else
                return;
            frames.push_back(frame);
            if (!words_.is_mapped(back)) return;
            frame = back;
            words = words_.objects<7>(std::span(&frame, 1)).front();
        }
    }

    bool is_code(std::uint64_t address) {
        if (address % 8 != 0 || !words_.is_mapped(address)) return false;
        const auto [known, is_new] = codes_.try_emplace(address);
        if (is_new) known->second = is_of_type(words_.objects<5>(std::span(&address, 1)).front(), "code");
        return known->second;
    }

    /// Python/ceval_gil.c, take_gil: it waits on a condition for 5 ms at a time. _gil_runtime_state: { interval, last_holder, locked,
    /// switch_number, cond, … }, and within glibc's condition the futex is one of two words.
    std::optional<LanguageLock> interpreter_lock(const Thread& thread) const {
        constexpr auto in_condition = std::to_array<std::uint64_t>({0x28, 0x2c, 0x20, 0x24});
        constexpr std::uint64_t longest_interval_us = 60'000'000;
        for (const std::uint64_t distance : in_condition) {
            const std::uint64_t condition = thread.args[0] - distance;
            if (condition % 8 != 0 || !words_.is_mapped(condition - 32)) continue;
            const auto state = words_.at(condition - 32, 4);
            if (state.size() < 4 || state[0] == 0 || state[0] > longest_interval_us || (state[2] & 0xffffffff) != 1) continue;
            const auto owner = thread_of_state(state[1]);
            if (owner && *owner != number_of(thread))
                return LanguageLock{.what = "Python's interpreter lock (GIL)", .address = condition - 32, .owners = {*owner}, .told = true};
        }
        return std::nullopt;
    }

    /// PyThreadState has its thread's descriptor among its first words; which one, versions differ in.
    std::optional<std::int32_t> thread_of_state(std::uint64_t state) const {
        constexpr std::size_t most_words = 48;
        if (state % 8 != 0) return std::nullopt;
        for (const std::uint64_t word : words_.at(state, most_words))
            if (const auto number = thread_at(words_, word, threads_); number && *number != 0) return number;
        return std::nullopt;
    }

    std::span<Thread> threads_;
    const Words& words_;
    std::map<std::uint64_t, std::string> types_;
    std::map<std::uint64_t, bool> codes_;
    std::map<Tid, std::vector<Exit>> methods_;
    std::size_t looked_at_ = 0;
};

}  // namespace

void read_python_locks(std::span<Thread> threads, const Words& words) {
    PythonLocks(threads, words).read();
}

}  // namespace shimtrace::languages
