"""Charset labels as mail has them: data for ``charset``.

Each label, in lower case, maps to the codec that reads what senders mean by it and
the codec that writes what the label promises (RFC 2978, WHATWG Encoding).
"""

from __future__ import annotations

from encodings.aliases import aliases

# label -> (codec to read, codec to write)
ALIASES: dict[str, tuple[str, str]] = {
    "us-ascii": ("ascii", "ascii"),
    "ascii": ("ascii", "ascii"),
    "ansi_x3.4-1968": ("ascii", "ascii"),
    "iso646-us": ("ascii", "ascii"),
    "7bit": ("ascii", "ascii"),
    "utf-8": ("utf-8", "utf-8"),
    "utf8": ("utf-8", "utf-8"),
    "utf_8": ("utf-8", "utf-8"),
    "utf-8-sig": ("utf-8", "utf-8"),
    "uft-8": ("utf-8", "utf-8"),
    "utf8mb4": ("utf-8", "utf-8"),
    "cp65001": ("utf-8", "utf-8"),
    "unicode-1-1-utf-8": ("utf-8", "utf-8"),
    "iso-8859-1": ("cp1252", "latin-1"),
    "iso8859-1": ("cp1252", "latin-1"),
    "iso_8859-1": ("cp1252", "latin-1"),
    "iso88591": ("cp1252", "latin-1"),
    "latin1": ("cp1252", "latin-1"),
    "latin-1": ("cp1252", "latin-1"),
    "l1": ("cp1252", "latin-1"),
    "x-ansi": ("cp1252", "cp1252"),
    "ansi": ("cp1252", "cp1252"),
    "iso-8859-8-i": ("iso8859-8", "iso8859-8"),
    "iso-8859-8-e": ("iso8859-8", "iso8859-8"),
    "iso-8859-6-i": ("iso8859-6", "iso8859-6"),
    "iso-8859-9": ("cp1254", "iso8859-9"),
    "iso-8859-11": ("cp874", "iso8859-11"),
    "tis-620": ("cp874", "tis-620"),
    "windows-874": ("cp874", "cp874"),
    "dos-874": ("cp874", "cp874"),
    "shift_jis": ("cp932", "shift_jis"),
    "shift-jis": ("cp932", "shift_jis"),
    "sjis": ("cp932", "shift_jis"),
    "x-sjis": ("cp932", "shift_jis"),
    "ms_kanji": ("cp932", "cp932"),
    "windows-31j": ("cp932", "cp932"),
    "cp50220": ("iso2022_jp", "iso2022_jp"),
    "cp50221": ("iso2022_jp", "iso2022_jp"),
    "iso-2022-jp-ms": ("iso2022_jp", "iso2022_jp"),
    "gb2312": ("gb18030", "gb2312"),
    "gb_2312-80": ("gb18030", "gb2312"),
    "x-gbk": ("gb18030", "gbk"),
    "gbk": ("gb18030", "gbk"),
    "cp936": ("gb18030", "gbk"),
    "windows-936": ("gb18030", "gbk"),
    "hz-gb-2312": ("hz", "hz"),
    "big5": ("big5hkscs", "big5"),
    "x-x-big5": ("big5hkscs", "big5"),
    "cn-big5": ("big5hkscs", "big5"),
    "euc-kr": ("cp949", "euc_kr"),
    "ks_c_5601-1987": ("cp949", "euc_kr"),
    "ks_c_5601-1989": ("cp949", "euc_kr"),
    "ks_c_5601": ("cp949", "euc_kr"),
    "korean": ("cp949", "euc_kr"),
    "windows-949": ("cp949", "cp949"),
    "x-euc-jp": ("euc_jp", "euc_jp"),
    "eucjp": ("euc_jp", "euc_jp"),
    "x-mac-roman": ("mac_roman", "mac_roman"),
    "macintosh": ("mac_roman", "mac_roman"),
    "mac": ("mac_roman", "mac_roman"),
    "x-mac-ce": ("mac_latin2", "mac_latin2"),
    "x-mac-cyrillic": ("mac_cyrillic", "mac_cyrillic"),
    "x-cp1250": ("cp1250", "cp1250"),
    "x-cp1251": ("cp1251", "cp1251"),
    "x-cp1252": ("cp1252", "cp1252"),
    "koi8-ru": ("koi8-u", "koi8-u"),
    "unicode": ("utf-16", "utf-16"),
    "ucs-2": ("utf-16", "utf-16"),
    "iso-10646-ucs-2": ("utf-16", "utf-16"),
    "unicode-1-1-utf-7": ("utf-7", "utf-7"),
    "utf7": ("utf-7", "utf-7"),
}

# Python's codecs for text, by the names of its modules. What else it answers to is no
# charset of mail (punycode, unicode-escape, charmap, the code page of the machine, …).
CODECS = frozenset(
    {
        *aliases.values(),
        *("cp1006", "cp720", "cp737", "cp856", "cp874", "cp875", "iso8859_1", "koi8_t"),
        *("koi8_u", "mac_arabic", "mac_croatian", "mac_farsi", "mac_romanian", "palmos"),
        "utf_8_sig",
    }
) - {"mbcs"}

# Encodings with a state, or with more than one octet for an ASCII character: a
# result is taken only after it was decoded again.
WITH_STATE = ("iso2022", "hz", "utf-7", "utf-16", "utf-32")
SEVEN_BIT = ("iso2022", "hz", "utf-7")
