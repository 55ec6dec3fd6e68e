"""What is used of pdfium, which comes without types: its functions, and how it is loaded."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from ingest.normalise.extraction import Refused

if TYPE_CHECKING:
    from _ctypes import CFuncPtr, _CData, _Pointer, _SimpleCData

    class Handle(_Pointer[ctypes.Structure]):
        """What pdfium gives to name a document, a page or a part of one; false where there is none."""

        def __bool__(self) -> bool: ...


T = TypeVar("T")


class Pdfium(Protocol):
    """The functions of the library that are called. A count is negative where the library cannot count."""

    FPDF_GetLastError: Callable[[], int]
    FPDF_LoadMemDocument64: Callable[[bytes, int, None], Handle]
    FPDF_CloseDocument: Callable[[Handle], None]
    FPDF_GetPageCount: Callable[[Handle], int]
    FPDF_GetPageLabel: Callable[..., int]
    FPDF_GetMetaText: Callable[..., int]
    FPDFCatalog_IsTagged: Callable[[Handle], int]
    FPDFDoc_GetAttachmentCount: Callable[[Handle], int]
    FPDFDoc_GetAttachment: Callable[[Handle, int], Handle]
    FPDFAttachment_GetName: Callable[..., int]
    FPDFAttachment_GetFile: Callable[[Handle, ctypes.Array[ctypes.c_char] | None, int, ctypes.c_ulong], int]

    FPDF_LoadPage: Callable[[Handle, int], Handle]
    FPDF_ClosePage: Callable[[Handle], None]
    FPDF_GetPageHeightF: Callable[[Handle], float]
    FPDF_GetPageWidthF: Callable[[Handle], float]
    FPDFPage_CountObjects: Callable[[Handle], int]
    FPDFPage_GetAnnotCount: Callable[[Handle], int]
    FPDFPage_GetAnnot: Callable[[Handle, int], Handle]
    FPDFPage_CloseAnnot: Callable[[Handle], None]
    FPDFAnnot_GetSubtype: Callable[[Handle], int]
    FPDFAnnot_GetStringValue: Callable[..., int]
    FPDF_ANNOT_LINK: int
    FPDF_ANNOT_POPUP: int
    FPDF_ANNOT_WIDGET: int

    FPDFText_LoadPage: Callable[[Handle], Handle]
    FPDFText_ClosePage: Callable[[Handle], None]
    FPDFText_CountChars: Callable[[Handle], int]
    FPDFText_GetFontSize: CFuncPtr
    FPDFText_GetMatrix: CFuncPtr
    FPDFText_GetText: Callable[..., int]
    FPDFText_GetUnicode: CFuncPtr
    FPDFText_GetTextObject: CFuncPtr
    FPDFText_GetCharOrigin: CFuncPtr
    FPDFText_GetCharBox: CFuncPtr

    FPDFPageObj_CountMarks: CFuncPtr
    FPDFPageObj_GetMark: CFuncPtr
    FPDFPageObj_GetMarkedContentID: CFuncPtr
    FPDFPageObjMark_GetName: CFuncPtr
    FPDFPageObjMark_GetParamStringValue: CFuncPtr

    FPDF_StructTree_GetForPage: Callable[[Handle], Handle]
    FPDF_StructTree_Close: Callable[[Handle], None]
    FPDF_StructTree_CountChildren: Callable[[Handle], int]
    FPDF_StructTree_GetChildAtIndex: Callable[[Handle, int], Handle]
    FPDF_StructElement_GetType: Callable[..., int]
    FPDF_StructElement_CountChildren: Callable[[Handle], int]
    FPDF_StructElement_GetChildAtIndex: Callable[[Handle, int], Handle]
    FPDF_StructElement_GetChildMarkedContentID: Callable[[Handle, int], int]


@functools.cache
def library() -> Pdfium:
    """Return pdfium, which looks for no fonts of this machine: the same bytes would give another text."""
    try:
        import pypdfium2_raw  # noqa: PLC0415 - large, and only a PDF needs it
    except ModuleNotFoundError as missing:
        detail = "PDF is read with the extra `documents`: pip install 'ingest[documents]'"
        raise Refused("no_extractor", detail) from missing
    no_folders = (ctypes.POINTER(ctypes.c_char) * 1)()
    config = pypdfium2_raw.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=no_folders)
    pypdfium2_raw.FPDF_InitLibraryWithConfig(config)
    _held.append((no_folders, config))
    loaded: Pdfium = pypdfium2_raw
    return loaded


# pdfium may look at them as long as it is loaded.
_held: list[object] = []


def wide(function: Callable[..., int], *arguments: object) -> str:
    """Return the string that a function of pdfium writes in UTF-16 and counts in bytes."""
    length = int(function(*arguments, None, 0))
    if length <= 2:
        return ""
    buffer = (ctypes.c_ushort * (length // 2))()
    function(*arguments, buffer, length)
    return bytes(buffer)[:-2].decode("utf-16-le", "replace")


def fast(function: CFuncPtr, result: type[_SimpleCData[T]], *arguments: type[_CData]) -> Callable[..., T]:
    """Return a function of pdfium that takes what it is asked of by its address, then `arguments`.

    It answers at once, so no other thread is let run meanwhile.
    """
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    made: Callable[..., T] = ctypes.PYFUNCTYPE(result, ctypes.c_void_p, *arguments)(address)
    return made
