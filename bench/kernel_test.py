"""Samples of perf are told apart by the functions in them."""

import unittest

import kernel

TEXT = """
 ffffffff81a tcp_ack ([kernel.kallsyms])
 ffffffff81b __do_softirq ([kernel.kallsyms])
 ffffffff81c tcp_sendmsg ([kernel.kallsyms])
     7f0011 __libc_sendmsg (/usr/lib/x86_64-linux-gnu/libc.so.6)

 ffffffff81d tcp_sendmsg_locked ([kernel.kallsyms])
 ffffffff81c tcp_sendmsg ([kernel.kallsyms])

     55aa01 gust::http::find_head_end(std::string_view) (/build/bin/gustfront)

 ffffffff81e tick_nohz_handler ([kernel.kallsyms])
     55aa01 main (/build/bin/gustfront)
"""


class Samples(unittest.TestCase):
    def test_each_belongs_to_one_part(self) -> None:
        shares = kernel.read_samples(TEXT)
        self.assertEqual(shares["to the viewer's socket and back, by loopback"], 0.25)
        self.assertEqual(shares["send"], 0.25)
        self.assertEqual(shares[kernel.USER], 0.25)
        self.assertEqual(shares[kernel.KERNEL_REST], 0.25)
        self.assertEqual(sum(shares.values()), 1)

    def test_every_part_has_its_row(self) -> None:
        self.assertEqual(set(kernel.ORDER), {*kernel.PARTS, kernel.KERNEL_REST, kernel.USER})

    def test_nothing_is_no_figure(self) -> None:
        with self.assertRaises(RuntimeError):
            kernel.read_samples("\n")
