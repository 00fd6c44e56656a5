# mypy: allow-untyped-defs
"""Constructors of values with one field and more, written out: to compile one from a text takes far longer.

`platform_core.values` takes the one that fits a class and gives it the names of the fields; in a frozen class a slot is
set by its own descriptor, which is left open. `form_text` there tells how each reads.
"""

from __future__ import annotations


def _open_1(self, _0):
    self.field0 = _0


def _open_2(self, _0, _1):
    self.field0 = _0
    self.field1 = _1


def _open_3(self, _0, _1, _2):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2


def _open_4(self, _0, _1, _2, _3):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3


def _open_5(self, _0, _1, _2, _3, _4):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4


def _open_6(self, _0, _1, _2, _3, _4, _5):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4
    self.field5 = _5


def _open_7(self, _0, _1, _2, _3, _4, _5, _6):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4
    self.field5 = _5
    self.field6 = _6


def _open_8(self, _0, _1, _2, _3, _4, _5, _6, _7):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4
    self.field5 = _5
    self.field6 = _6
    self.field7 = _7


def _open_9(self, _0, _1, _2, _3, _4, _5, _6, _7, _8):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4
    self.field5 = _5
    self.field6 = _6
    self.field7 = _7
    self.field8 = _8


def _open_10(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4
    self.field5 = _5
    self.field6 = _6
    self.field7 = _7
    self.field8 = _8
    self.field9 = _9


def _open_11(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4
    self.field5 = _5
    self.field6 = _6
    self.field7 = _7
    self.field8 = _8
    self.field9 = _9
    self.field10 = _10


def _open_12(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4
    self.field5 = _5
    self.field6 = _6
    self.field7 = _7
    self.field8 = _8
    self.field9 = _9
    self.field10 = _10
    self.field11 = _11


def _open_13(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4
    self.field5 = _5
    self.field6 = _6
    self.field7 = _7
    self.field8 = _8
    self.field9 = _9
    self.field10 = _10
    self.field11 = _11
    self.field12 = _12


def _open_14(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4
    self.field5 = _5
    self.field6 = _6
    self.field7 = _7
    self.field8 = _8
    self.field9 = _9
    self.field10 = _10
    self.field11 = _11
    self.field12 = _12
    self.field13 = _13


def _open_15(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4
    self.field5 = _5
    self.field6 = _6
    self.field7 = _7
    self.field8 = _8
    self.field9 = _9
    self.field10 = _10
    self.field11 = _11
    self.field12 = _12
    self.field13 = _13
    self.field14 = _14


def _open_16(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4
    self.field5 = _5
    self.field6 = _6
    self.field7 = _7
    self.field8 = _8
    self.field9 = _9
    self.field10 = _10
    self.field11 = _11
    self.field12 = _12
    self.field13 = _13
    self.field14 = _14
    self.field15 = _15


def _open_17(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16):
    self.field0 = _0
    self.field1 = _1
    self.field2 = _2
    self.field3 = _3
    self.field4 = _4
    self.field5 = _5
    self.field6 = _6
    self.field7 = _7
    self.field8 = _8
    self.field9 = _9
    self.field10 = _10
    self.field11 = _11
    self.field12 = _12
    self.field13 = _13
    self.field14 = _14
    self.field15 = _15
    self.field16 = _16


def _frozen_1(s0):
    def made(self, _0):
        s0(self, _0)

    return made


def _frozen_2(s0, s1):
    def made(self, _0, _1):
        s0(self, _0)
        s1(self, _1)

    return made


def _frozen_3(s0, s1, s2):
    def made(self, _0, _1, _2):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)

    return made


def _frozen_4(s0, s1, s2, s3):
    def made(self, _0, _1, _2, _3):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)

    return made


def _frozen_5(s0, s1, s2, s3, s4):
    def made(self, _0, _1, _2, _3, _4):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)

    return made


def _frozen_6(s0, s1, s2, s3, s4, s5):
    def made(self, _0, _1, _2, _3, _4, _5):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)
        s5(self, _5)

    return made


def _frozen_7(s0, s1, s2, s3, s4, s5, s6):
    def made(self, _0, _1, _2, _3, _4, _5, _6):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)
        s5(self, _5)
        s6(self, _6)

    return made


def _frozen_8(s0, s1, s2, s3, s4, s5, s6, s7):
    def made(self, _0, _1, _2, _3, _4, _5, _6, _7):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)
        s5(self, _5)
        s6(self, _6)
        s7(self, _7)

    return made


def _frozen_9(s0, s1, s2, s3, s4, s5, s6, s7, s8):
    def made(self, _0, _1, _2, _3, _4, _5, _6, _7, _8):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)
        s5(self, _5)
        s6(self, _6)
        s7(self, _7)
        s8(self, _8)

    return made


def _frozen_10(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9):
    def made(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)
        s5(self, _5)
        s6(self, _6)
        s7(self, _7)
        s8(self, _8)
        s9(self, _9)

    return made


def _frozen_11(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10):
    def made(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)
        s5(self, _5)
        s6(self, _6)
        s7(self, _7)
        s8(self, _8)
        s9(self, _9)
        s10(self, _10)

    return made


def _frozen_12(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11):
    def made(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)
        s5(self, _5)
        s6(self, _6)
        s7(self, _7)
        s8(self, _8)
        s9(self, _9)
        s10(self, _10)
        s11(self, _11)

    return made


def _frozen_13(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12):
    def made(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)
        s5(self, _5)
        s6(self, _6)
        s7(self, _7)
        s8(self, _8)
        s9(self, _9)
        s10(self, _10)
        s11(self, _11)
        s12(self, _12)

    return made


def _frozen_14(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13):
    def made(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)
        s5(self, _5)
        s6(self, _6)
        s7(self, _7)
        s8(self, _8)
        s9(self, _9)
        s10(self, _10)
        s11(self, _11)
        s12(self, _12)
        s13(self, _13)

    return made


def _frozen_15(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14):
    def made(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)
        s5(self, _5)
        s6(self, _6)
        s7(self, _7)
        s8(self, _8)
        s9(self, _9)
        s10(self, _10)
        s11(self, _11)
        s12(self, _12)
        s13(self, _13)
        s14(self, _14)

    return made


def _frozen_16(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15):
    def made(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)
        s5(self, _5)
        s6(self, _6)
        s7(self, _7)
        s8(self, _8)
        s9(self, _9)
        s10(self, _10)
        s11(self, _11)
        s12(self, _12)
        s13(self, _13)
        s14(self, _14)
        s15(self, _15)

    return made


def _frozen_17(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, s16):
    def made(self, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16):
        s0(self, _0)
        s1(self, _1)
        s2(self, _2)
        s3(self, _3)
        s4(self, _4)
        s5(self, _5)
        s6(self, _6)
        s7(self, _7)
        s8(self, _8)
        s9(self, _9)
        s10(self, _10)
        s11(self, _11)
        s12(self, _12)
        s13(self, _13)
        s14(self, _14)
        s15(self, _15)
        s16(self, _16)

    return made


OPEN = (
    _open_1,
    _open_2,
    _open_3,
    _open_4,
    _open_5,
    _open_6,
    _open_7,
    _open_8,
    _open_9,
    _open_10,
    _open_11,
    _open_12,
    _open_13,
    _open_14,
    _open_15,
    _open_16,
    _open_17,
)

FROZEN = (
    _frozen_1,
    _frozen_2,
    _frozen_3,
    _frozen_4,
    _frozen_5,
    _frozen_6,
    _frozen_7,
    _frozen_8,
    _frozen_9,
    _frozen_10,
    _frozen_11,
    _frozen_12,
    _frozen_13,
    _frozen_14,
    _frozen_15,
    _frozen_16,
    _frozen_17,
)
