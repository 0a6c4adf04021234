// What the archives of others hold and no command of ours reaches, but what they link would be a twelfth of the program: the linker takes
// an archive's object whole, because a table in another one names its functions. These stand in their place, each giving the answer that
// its caller already knows: nothing was found, that is not supported. They are weak, and come before the archives: where a library of
// another version needs more of an object than stands here, the object is linked as ever, and these yield to it.
#include <cstddef>
#include <cstdlib>

extern "C" {

// zstd's searches of the levels above compression_level's (tracer/recording/block.cpp): all bytes are literals, which is a valid block.
#define NO_MATCH(name)                                                                                        \
    [[gnu::weak]] std::size_t ZSTD_compressBlock_##name(void*, void*, void*, const void*, std::size_t size) { \
        return size;                                                                                          \
    }
NO_MATCH(greedy)
NO_MATCH(greedy_dedicatedDictSearch)
NO_MATCH(greedy_dedicatedDictSearch_row)
NO_MATCH(greedy_dictMatchState)
NO_MATCH(greedy_dictMatchState_row)
NO_MATCH(greedy_extDict)
NO_MATCH(greedy_extDict_row)
NO_MATCH(greedy_row)
NO_MATCH(lazy)
NO_MATCH(lazy_dedicatedDictSearch)
NO_MATCH(lazy_dedicatedDictSearch_row)
NO_MATCH(lazy_dictMatchState)
NO_MATCH(lazy_dictMatchState_row)
NO_MATCH(lazy_extDict)
NO_MATCH(lazy_extDict_row)
NO_MATCH(lazy_row)
NO_MATCH(lazy2)
NO_MATCH(lazy2_dedicatedDictSearch)
NO_MATCH(lazy2_dedicatedDictSearch_row)
NO_MATCH(lazy2_dictMatchState)
NO_MATCH(lazy2_dictMatchState_row)
NO_MATCH(lazy2_extDict)
NO_MATCH(lazy2_extDict_row)
NO_MATCH(lazy2_row)
NO_MATCH(btlazy2)
NO_MATCH(btlazy2_dictMatchState)
NO_MATCH(btlazy2_extDict)
NO_MATCH(btopt)
NO_MATCH(btopt_dictMatchState)
NO_MATCH(btopt_extDict)
NO_MATCH(btultra)
NO_MATCH(btultra_dictMatchState)
NO_MATCH(btultra_extDict)
NO_MATCH(btultra2)
#undef NO_MATCH
[[gnu::weak]] void ZSTD_dedicatedDictSearch_lazy_loadDictionary(void*, const void*) {}
[[gnu::weak]] unsigned ZSTD_insertAndFindFirstIndex(void*, const void*) {
    return 0;
}
[[gnu::weak]] void ZSTD_row_update(void*, const void*) {}
[[gnu::weak]] void ZSTD_updateTree(void*, const void*, const void*) {}

// zstd's formats from before its first release: an error, as zstd has it (-1: of no particular kind), no memory, a size that is not known.
#define NO_FORMAT(version)                                                                                                                \
    [[gnu::weak]] void* ZSTDv##version##_createDCtx() {                                                                                   \
        return nullptr;                                                                                                                   \
    }                                                                                                                                     \
    [[gnu::weak]] std::size_t ZSTDv##version##_freeDCtx(void*) {                                                                          \
        return 0;                                                                                                                         \
    }                                                                                                                                     \
    [[gnu::weak]] std::size_t ZSTDv##version##_getFrameParams(void*, const void*, std::size_t) {                                          \
        return static_cast<std::size_t>(-1);                                                                                              \
    }                                                                                                                                     \
    [[gnu::weak]] std::size_t ZSTDv##version##_decompress_usingDict(void*, void*, std::size_t, const void*, std::size_t, const void*,     \
                                                                    std::size_t) {                                                        \
        return static_cast<std::size_t>(-1);                                                                                              \
    }                                                                                                                                     \
    [[gnu::weak]] void ZSTDv##version##_findFrameSizeInfoLegacy(const void*, std::size_t, std::size_t* stored, unsigned long long* raw) { \
        *stored = static_cast<std::size_t>(-1);                                                                                           \
        *raw = static_cast<unsigned long long>(-2);                                                                                       \
    }                                                                                                                                     \
    [[gnu::weak]] void* ZBUFFv##version##_createDCtx() {                                                                                  \
        return nullptr;                                                                                                                   \
    }                                                                                                                                     \
    [[gnu::weak]] std::size_t ZBUFFv##version##_freeDCtx(void*) {                                                                         \
        return 0;                                                                                                                         \
    }                                                                                                                                     \
    [[gnu::weak]] std::size_t ZBUFFv##version##_decompressInitDictionary(void*, const void*, std::size_t) {                               \
        return static_cast<std::size_t>(-1);                                                                                              \
    }                                                                                                                                     \
    [[gnu::weak]] std::size_t ZBUFFv##version##_decompressContinue(void*, void*, std::size_t*, const void*, std::size_t*) {               \
        return static_cast<std::size_t>(-1);                                                                                              \
    }
NO_FORMAT(05)
NO_FORMAT(06)
NO_FORMAT(07)
#undef NO_FORMAT

// What libdw knows of each machine beyond ELF and DWARF: disassembly, return values, notes of core files, relocation of object files.
// Symbols and lines of what is mapped need none of it; without, it takes its defaults, as for a machine that it does not know.
using Backend = void*;
#define NO_BACKEND(machine)                                              \
    [[gnu::weak]] Backend machine##_init(void*, unsigned short, void*) { \
        return nullptr;                                                  \
    }
NO_BACKEND(aarch64)
NO_BACKEND(alpha)
NO_BACKEND(arm)
NO_BACKEND(bpf)
NO_BACKEND(csky)
NO_BACKEND(i386)
NO_BACKEND(ia64)
NO_BACKEND(m68k)
NO_BACKEND(ppc)
NO_BACKEND(ppc64)
NO_BACKEND(riscv)
NO_BACKEND(s390)
NO_BACKEND(sh)
NO_BACKEND(sparc)
NO_BACKEND(x86_64)
#undef NO_BACKEND

// Compression by zlib (-2 is its Z_STREAM_ERROR) and bzip2 (only BZ2_bzCompress calls these): debug information is read, never written.
[[gnu::weak]] int deflateInit_(void*, int, const char*, int) {
    return -2;
}
[[gnu::weak]] int deflateInit2_(void*, int, int, int, int, int, const char*, int) {
    return -2;
}
[[gnu::weak]] int deflateParams(void*, int, int) {
    return -2;
}
[[gnu::weak]] int deflateReset(void*) {
    return -2;
}
[[gnu::weak]] int deflate(void*, int) {
    return -2;
}
[[gnu::weak]] int deflateEnd(void*) {
    return -2;
}
[[gnu::weak]] void BZ2_bsInitWrite(void*) {
    std::abort();
}
[[gnu::weak]] void BZ2_compressBlock(void*, unsigned char) {
    std::abort();
}
}
