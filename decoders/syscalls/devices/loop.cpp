// Loop devices: linux/loop.h.
#include "decoders/constants/device.hpp"
#include "decoders/syscalls/devices/commands.hpp"

namespace shimtrace::decoders::devices {

namespace loop {

using namespace values;

static constexpr std::uint8_t name_size = 64, key_size = 32;
static constexpr Elements initial{.element = x64, .count = 2}, four_bytes{.element = x8, .count = 4},
    eight_words{.element = x64, .count = 8};
static constexpr Value cipher = constant32(loop_ciphers);

// What is said of a cipher: only where there is one, if structs are cut short.
static constexpr Field no_cipher_fields[] = {{"lo_encrypt_type", at(36, when(Shown::in_full, cipher))},
                                             {"lo_encrypt_key_size", when(Shown::in_full, u32)}};
static constexpr Field cipher_fields[] = {{"lo_encrypt_type", at(36, cipher)}, {"lo_encrypt_key_size", u32}};
static constexpr Field no_key_fields[] = {{"lo_encrypt_key", at(112, when(Shown::in_full, counted_text(key_size, 40)))}};
static constexpr Field key_fields[] = {{"lo_encrypt_key", at(112, counted_text(key_size, 40))}};
static constexpr OfNumber without_cipher[] = {{0, no_cipher_fields}}, without_key[] = {{0, no_key_fields}};
static constexpr ByNumber by_cipher{36, 4, without_cipher, cipher_fields}, key_by_cipher{36, 4, without_key, key_fields};
static constexpr Field status_fields[] = {{"lo_number", s32},
                                          {"lo_device", when(Shown::in_full, device64)},
                                          {"lo_inode", when(Shown::in_full, u64)},
                                          {"lo_rdevice", when(Shown::in_full, device64)},
                                          {"lo_offset", x32},
                                          {"", by_cipher},
                                          {"lo_flags", at(44, flags32(loop_flags))},
                                          {"lo_name", string(name_size)},
                                          {"", key_by_cipher},
                                          {"lo_init", at(144, when(Shown::in_full, initial))},
                                          {"reserved", when(Shown::in_full, four_bytes)}};

static constexpr Field no_cipher64_fields[] = {{"lo_encrypt_type", at(44, when(Shown::in_full, cipher))},
                                               {"lo_encrypt_key_size", when(Shown::in_full, u32)}};
static constexpr Field cipher64_fields[] = {{"lo_encrypt_type", at(44, cipher)}, {"lo_encrypt_key_size", u32}};
static constexpr Field no_key64_fields[] = {{"lo_crypt_name", at(120, when(Shown::in_full, string(name_size)))},
                                            {"lo_encrypt_key", when(Shown::in_full, counted_text(key_size, 48))}};
static constexpr Field key64_fields[] = {{"lo_crypt_name", at(120, string(name_size))}, {"lo_encrypt_key", counted_text(key_size, 48)}};
static constexpr OfNumber without_cipher64[] = {{0, no_cipher64_fields}}, without_key64[] = {{0, no_key64_fields}};
static constexpr ByNumber by_cipher64{44, 4, without_cipher64, cipher64_fields}, key64_by_cipher{44, 4, without_key64, key64_fields};
static constexpr Field status64_fields[] = {{"lo_device", when(Shown::in_full, device64)},
                                            {"lo_inode", when(Shown::in_full, u64)},
                                            {"lo_rdevice", when(Shown::in_full, device64)},
                                            {"lo_offset", x64},
                                            {"lo_sizelimit", when(Shown::in_full, u64)},
                                            {"lo_number", u32},
                                            {"", by_cipher64},
                                            {"lo_flags", at(52, flags32(loop_flags))},
                                            {"lo_file_name", string(name_size)},
                                            {"", key64_by_cipher},
                                            {"lo_init", at(216, when(Shown::in_full, initial))}};
static constexpr Layout status{.fields = status_fields, .size = 168}, status64{status64_fields};
static constexpr Field configuration_fields[] = {
    {"fd", descriptor}, {"block_size", u32}, {"info", status64}, {"__reserved", when(Shown::if_set, eight_words)}};
static constexpr Layout configuration{configuration_fields};

static constexpr Command rows[] = {
    {0x4c00, Way::number, descriptor},    // LOOP_SET_FD
    {0x4c01, Way::none},                  // LOOP_CLR_FD
    {0x4c02, Way::takes, status},         // LOOP_SET_STATUS
    {0x4c03, Way::fills, status},         // LOOP_GET_STATUS
    {0x4c04, Way::takes, status64},       // LOOP_SET_STATUS64
    {0x4c05, Way::fills, status64},       // LOOP_GET_STATUS64
    {0x4c06, Way::number, descriptor},    // LOOP_CHANGE_FD
    {0x4c07, Way::none},                  // LOOP_SET_CAPACITY
    {0x4c08, Way::number, u64},           // LOOP_SET_DIRECT_IO
    {0x4c09, Way::number, u64},           // LOOP_SET_BLOCK_SIZE
    {0x4c0a, Way::takes, configuration},  // LOOP_CONFIGURE
    {0x4c80, Way::number, s32},           // LOOP_CTL_ADD
    {0x4c81, Way::number, s32},           // LOOP_CTL_REMOVE
    {0x4c82, Way::none},                  // LOOP_CTL_GET_FREE
};

}  // namespace loop

constinit const std::span<const Command> loop_commands = loop::rows;

}  // namespace shimtrace::decoders::devices
