"""What callgrind_annotate prints is read whole, and every function finds its module."""

import unittest

import callgrind

ANNOTATED = """\
--------------------------------------------------------------------------------
Ir
--------------------------------------------------------------------------------
700,300 (100.0%)  PROGRAM TOTALS

--------------------------------------------------------------------------------
Ir               file:function
--------------------------------------------------------------------------------
450,100 (64.27%)  ???:gust::http::read_field_lines(std::basic_string_view<char>, unsigned long) [/tmp/x/gustfront]
200,000 (28.56%)  ./malloc/./malloc/malloc.c:_int_malloc [/usr/lib/x86_64-linux-gnu/libc.so.6]
 50,000 ( 7.14%)  ???:gust::http::read_field_lines(std::basic_string_view<char>, unsigned long) [/tmp/x/gustfront]
    200 ( 0.03%)  ???:0x00000000004a1b20 [???]
"""


class Read(unittest.TestCase):
    def test_counts_of_one_function_are_added(self) -> None:
        counts = callgrind.read_counts(ANNOTATED)
        ours = "gust::http::read_field_lines(std::basic_string_view<char>, unsigned long) [/tmp/x/gustfront]"
        self.assertEqual(counts[ours], 500_100)
        self.assertEqual(callgrind.total(counts), 700_300)

    def test_the_line_of_totals_is_no_function(self) -> None:
        self.assertEqual(len(callgrind.read_counts(ANNOTATED)), 3)


class Modules(unittest.TestCase):
    def check(self, function: str, module: str) -> None:
        self.assertEqual(callgrind.module_of(function), module, function)

    def test_ours_are_named_by_their_folder(self) -> None:
        self.check("gust::http::Fields::find(gust::http::NameRef) const [/a/gustfront]", "gust::http")
        self.check("gust::cut(std::string_view, char) [/a/gustfront]", "gust (base)")
        self.check("gust::Arena::allocate(unsigned long) [/a/gustfront]", "gust (base)")

    def test_a_template_belongs_to_the_module_of_its_first_type(self) -> None:
        self.check("std::vector<gust::http::Field>::push_back(gust::http::Field const&) [/a/gustfront]", "gust::http")

    def test_others_are_named_by_their_library(self) -> None:
        self.check("_int_malloc [/usr/lib/x86_64-linux-gnu/libc.so.6]", "libc")
        self.check("fmt::v9::detail::vformat_to [/usr/lib/x86_64-linux-gnu/libfmt.so.9.1.0]", "libfmt")
        self.check("ldexp [/usr/lib/x86_64-linux-gnu/libm.so.6]", "libm")
        self.check("std::__detail::_Prime_rehash_policy [/usr/lib/libstdc++.so.6.0.30]", "libstdc++")
        self.check("std::mersenne_twister_engine<unsigned long, 64ul>::operator()() [/a/gustfront]",
                   "libraries within the program")


class Short(unittest.TestCase):
    def check(self, function: str, shown: str) -> None:
        self.assertEqual(callgrind.short(function), shown)

    def test_parameters_and_templates_are_left_out(self) -> None:
        self.check("gust::http::Fields::find(gust::http::NameRef, std::span<char, 4ul>) const [/a/gustfront]",
                   "gust::http::Fields::find")
        self.check("std::function<void (int)>::operator()(int) const [/a/gustfront]", "std::function::operator()")
        self.check("gust::proxy::(anonymous namespace)::f(int) [/a/gustfront]", "gust::proxy::f")

    def test_a_coroutine_shows_which_part_of_it_runs(self) -> None:
        self.check("gust::proxy::respond(gust::proxy::Passage&) [clone .resume] [/a/gustfront]",
                   "gust::proxy::respond .resume")

    def test_libraries_are_named(self) -> None:
        self.check("_int_malloc [/usr/lib/libc.so.6]", "_int_malloc (libc.so.6)")
