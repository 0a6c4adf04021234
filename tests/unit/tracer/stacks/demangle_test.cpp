#include "tracer/stacks/demangle.hpp"

#include <doctest/doctest.h>

using namespace shimtrace::stacks;

TEST_CASE("C++ and Rust's legacy names") {
    CHECK(demangle("_ZN4game5thing3runEi") == "game::thing::run(int)");
    CHECK(demangle("_ZN4core3fmt5write17h0123456789abcdefE") == "core::fmt::write");
    CHECK(demangle("runtime.main") == "runtime.main");
    CHECK(demangle("_Zbroken") == "_Zbroken");
}

TEST_CASE("Rust's v0 names, as the RFC's examples have them") {
    const auto check = [](const char* mangled, const char* readable) { CHECK(demangle(mangled) == readable); };
    check("_RNvC6my_app4main", "my_app::main");
    check("_RNvCs1234_7mycrate3foo", "mycrate::foo");
    check("_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar");
    check("_RNvMCs1234_7mycrateNtB2_3Foo3bar", "<mycrate::Foo>::bar");
    check("_RNvMs_Cs4Cv8Wi1oAIB_7mycrateNtB4_7Example3foo", "<mycrate::Example>::foo");
    check("_RNvXCs1234_7mycrateNtB2_3FooNtNtC3std3fmt7Display3fmt", "<mycrate::Foo as std::fmt::Display>::fmt");
    check("_RNvYNtC1a3FooNtC1a3Bar3baz", "<a::Foo as a::Bar>::baz");
    check("_RNCNvC6my_app4main0", "my_app::main::{closure#0}");
    check("_RNCNvC6my_app4mains_0", "my_app::main::{closure#1}");
    check("_RINvNtC3std3mem8align_ofdE", "std::mem::align_of::<f64>");
    check("_RINvC1a1fRShPmQxTahEE", "a::f::<&[u8], *const u32, &mut i64, (i8, u8)>");
    check("_RINvC1a1fAtj8_E", "a::f::<[u16; 8]>");
    check("_RINvC1a1fKb1_Kan5_Kc61_E", "a::f::<true, -5, 'a'>");
    check("_RINvC1a1fFUKCmEuFEmE", "a::f::<unsafe extern \"C\" fn(u32), fn() -> u32>");
    check("_RINvC1a1fFG_RL0_hEuE", "a::f::<for<'a> fn(&'a u8)>");
    check("_RINvC1a1fDNtC1a1TEL_E", "a::f::<dyn a::T>");
    check("_RINvC1a1fDNtC1a8Iteratorp4ItemhEL_E", "a::f::<dyn a::Iterator<Item = u8>>");
    check("_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y", "utf8_idents::საჭმელად_გემრიელი_სადილი");
    check("_RNvC6my_app4main.llvm.1234", "my_app::main");
}

TEST_CASE("a name that is broken, or stands for endless text, stays as it is") {
    for (const char* name : {"_R", "_RNv", "_RNvC99x", "_RB_", "_RNvB0_1a", "_RINvC1a1fL9_E"}) CHECK(demangle(name).starts_with("_R"));
    std::string endless = "_RINvC1a1fTmmmmE";  // each tuple twice the one before
    for (int i = 0; i < 60; ++i) endless += "TB9_B9_E";
    endless += "E";
    CHECK(demangle(endless).size() <= 4096);
    CHECK(demangle("_R" + std::string(4000, 'S')) == "_R" + std::string(4000, 'S'));
}
