// Virtual machines: linux/kvm.h, asm/kvm.h of x86.
#include "decoders/constants/device.hpp"
#include "decoders/syscalls/devices/commands.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders::devices {

namespace machines {

using namespace values;

static constexpr Field memory_fields[] = {
    {"slot", u32}, {"flags", flags32(virtual_memory_flags)}, {"guest_phys_addr", x64}, {"memory_size", u64}, {"userspace_addr", x64}};
static constexpr Layout memory{memory_fields};

static constexpr Value marked = when(Shown::in_full_marked, x64);
static constexpr Field register_fields[] = {
    {"rax", x64}, {"rbx rcx rdx rsi rdi", marked}, {"rsp rbp", x64}, {"r8 r9 r10 r11 r12 r13 r14 r15", marked}, {"rip rflags", x64}};
static constexpr Layout registers{register_fields};

static constexpr Field segment_fields[] = {{"base", x64}, {"limit", u32}, {"selector", u16}, {"type present dpl db s l g avl", u8}};
static constexpr Layout segment{.fields = segment_fields, .size = 24};
static constexpr Field descriptor_table_fields[] = {{"base", x64}, {"limit", u16}};
static constexpr Layout descriptor_table{.fields = descriptor_table_fields, .size = 16};
static constexpr Elements interrupts{.element = u64, .count = 4};
static constexpr Field system_fields[] = {{"cs ds es fs gs ss tr ldt", segment},
                                          {"gdt idt", descriptor_table},
                                          {"cr0 cr2 cr3 cr4 cr8 efer", u64},
                                          {"apic_base", x64},
                                          {"interrupt_bitmap", interrupts}};
static constexpr Layout system_registers{.fields = system_fields, .brief = 1};

static constexpr Field identification_fields[] = {
    {"function index", x32}, {"flags", flags32(virtual_cpuid_flags)}, {"eax ebx ecx edx", x32}};
static constexpr Layout identification{.fields = identification_fields, .size = 40};
static constexpr Pointed entries{.value = identification, .counted_by = 0, .here = true, .in_full = true};
static constexpr Field processor_fields[] = {{"nent", u32}, {"entries", at(8, entries)}};
static constexpr Layout processor{processor_fields};

static constexpr Command rows[] = {
    {0xae03, Way::number, constant64(virtual_capabilities)},  // KVM_CHECK_EXTENSION
    {0x4008ae90, Way::takes, processor},                      // KVM_SET_CPUID2
    {0x4020ae46, Way::takes, memory},                         // KVM_SET_USER_MEMORY_REGION
    {0x4090ae82, Way::takes, registers},                      // KVM_SET_REGS
    {0x4138ae84, Way::takes, system_registers},               // KVM_SET_SREGS
    {0x8090ae81, Way::fills, registers},                      // KVM_GET_REGS
    {0x8138ae83, Way::fills, system_registers},               // KVM_GET_SREGS
    {0xc008ae05, Way::fills, processor},                      // KVM_GET_SUPPORTED_CPUID
    {0xc008ae09, Way::fills, processor},                      // KVM_GET_EMULATED_CPUID
};

}  // namespace machines

constinit const std::span<const Command> machine_commands = machines::rows;

}  // namespace shimtrace::decoders::devices
