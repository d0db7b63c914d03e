"""The charset that a mail names → the Python codec that is meant by it."""

from __future__ import annotations

import codecs
import re

# What mailers write → what they mean (WHATWG Encoding §4.2 where it knows the name): the superset is taken,
# since real mail labelled latin-1 holds windows-1252, and mail labelled gb2312 holds gb18030.
_MEANT = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "646": "utf-8",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-6-e": "iso-8859-6",
    "visual": "iso-8859-8",
    "logical": "iso-8859-8",
    "ansi_x3.110-1983": "cp1252",
    "iso-ir-111": "koi8-r",
    "cskoi8r": "koi8-r",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
    "iso-8859-11": "cp874",
    "gb2312": "gb18030",
    "gb2312-80": "gb18030",
    "gb_2312-80": "gb18030",
    "csgb2312": "gb18030",
    "gb": "gb18030",
    "cn-gb": "gb18030",
    "euc-cn": "gb18030",
    "x-euc-cn": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "cp950",
    "big-5": "cp950",
    "x-big5": "cp950",
    "x-x-big5": "cp950",
    "cn-big5": "cp950",
    "csbig5": "cp950",
    "big5-hkscs": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "x-windows-949": "cp949",
    "ks_c_5601-1989": "cp949",
    "ksc5601": "cp949",
    "ksc_5601": "cp949",
    "kse0616": "cp949",
    "korean": "cp949",
    "x-euc-kr": "cp949",
    "cseuckr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "x-ms-cp932": "cp932",
    "windows-31j": "cp932",
    "csshiftjis": "cp932",
    "x-euc-jp": "euc_jp",
    "x-euc": "euc_jp",
    "cp51932": "euc_jp",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8-mac": "utf-8",
    "utf8-mac": "utf-8",
    "x-unicode": "utf-8",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
    "iso-10646-ucs-2": "utf-16",
    "mac": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-ukrainian": "mac-cyrillic",
    "mac-ukrainian": "mac-cyrillic",
    "x-mac-ce": "mac-latin2",
    "x-mac-centraleurroman": "mac-latin2",
    "cyrillic": "iso-8859-5",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "koi8-ru": "koi8-u",
    "dos-866": "cp866",
    "x-cp866": "cp866",
}
# These decode, but not what a mailer could mean; punycode is also quadratic in its input.
_NEVER = {"idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined", "mbcs", "oem"}

_LONGEST_NAME = 80
_LABEL = re.compile(r"[^\s\"'();,*$]+")
_MAC = re.compile(r"x-mac-?(\w+)")
_ISO_8859 = re.compile(r"(?:iso[-_ ]?)?8859[-_ ]?(\d{1,2})")
_WINDOWS = re.compile(r"(?:x-)?(?:windows|win|cp|ms|microsoft)[-_ ]?(?:cp)?[-_ ]?(\d{3,5})")


def codec_of(charset: str) -> str | None:
    """Return the name of the Python codec that a mail's `charset` means, None when there is none."""
    label = _LABEL.search(charset.lower()) if len(charset) <= _LONGEST_NAME else None
    if label is None:
        return None
    name = label[0].strip("_")
    if name.startswith(("iso-2022-jp", "iso2022jp", "iso2022_jp", "csiso2022jp", "cp5022")):
        return "iso2022_jp"
    meant = _MEANT.get(name) or _spelt_out(name)
    try:
        found = codecs.lookup(meant)
    except (LookupError, ValueError, UnicodeError):
        return None
    # Python's "codecs" include base64 and zlib: those are no text, and zlib would be a bomb (promises 43).
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name.replace("-", "_") not in _NEVER else None


def _spelt_out(name: str) -> str:
    """Return Python's name of a charset whose number or country is to be read out of a misspelt name."""
    if windows := _WINDOWS.fullmatch(name):
        return f"cp{windows[1]}"
    if iso := _ISO_8859.fullmatch(name):
        return _MEANT.get(f"iso-8859-{iso[1]}", f"iso-8859-{iso[1]}")
    return f"mac-{mac[1]}" if (mac := _MAC.fullmatch(name)) else name
