"""Open Word files in LibreOffice: take or refuse every change, and write them in other formats.

Run by the system's Python, which has `uno`: the folder of the files, and one for the profile.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found,unused-ignore]

FORMATS = {"odt": "writer8", "docx": "MS Word 2007 XML", "rtf": "Rich Text Format"}


def value(name: str, content: object) -> Any:
    made = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    made.Name, made.Value = name, content
    return made


def connected(pipe: str, started: subprocess.Popen[bytes]) -> Any:
    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except uno.getClass("com.sun.star.connection.NoConnectException"):
            if started.poll() is not None:
                raise
            time.sleep(0.2)


def main(folder: Path, profile: Path) -> None:
    pipe = f"redline{profile.stat().st_ino}"
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    started = subprocess.Popen([*command, f"--accept=pipe,name={pipe};urp;"], stderr=subprocess.DEVNULL)
    context = connected(pipe, started)
    create = context.ServiceManager.createInstanceWithContext
    desktop = create("com.sun.star.frame.Desktop", context)
    dispatcher = create("com.sun.star.frame.DispatchHelper", context)
    for path in sorted(folder.glob("*.docx")):
        for change in ("Accept", "Reject", None):
            opened = desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, (value("Hidden", True),))
            if change is not None:
                command_name = f".uno:{change}AllTrackedChanges"
                dispatcher.executeDispatch(opened.CurrentController.Frame, command_name, "", 0, ())
                path.with_suffix(f".{change}.txt").write_text(opened.Text.String, encoding="utf-8")
            for ending, written in FORMATS.items():
                target = path.with_suffix(f".{change}.{ending}.out")
                opened.storeToURL(target.as_uri(), (value("FilterName", written),))
            opened.close(True)
    desktop.terminate()
    started.wait(30)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
