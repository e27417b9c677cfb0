"""QR codes, read as a scanner reads them: by zbarimg (Debian's zbar-tools), where
it is there."""
import re
import shutil
import subprocess

from lib import check

SCALE = 6


def reader():
    """The program that reads; None where there is none, which is said."""
    program = shutil.which("zbarimg")
    if not program:
        print("no zbarimg on this machine: QR codes are not read")
    return program


def in_picture(path):
    """What the codes in a picture say, in any order."""
    done = subprocess.run([reader(), "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", path],
                          capture_output=True, text=True, check=False, timeout=120)
    return done.stdout.split()


def in_svg(svg, scratch):
    """What a code says that an SVG draws as boxes of a row; `scratch` is a file to write."""
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', svg).group(1))
    rows = [bytearray(b"\xff" * side) for _ in range(side)]
    boxes = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", svg)
    check(len(boxes) > side, "boxes of a code")
    for x, y, wide, back in ((int(n) for n in box) for box in boxes):
        check(wide == back and x + wide <= side, f"a box of the code: {x} {y} {wide} {back}")
        rows[y][x:x + wide] = bytes(wide)
    with open(scratch, "wb") as file:
        file.write(b"P5 %d %d 255\n" % (side * SCALE, side * SCALE))
        for row in rows:
            file.write(b"".join(bytes([b]) * SCALE for b in row) * SCALE)
    return in_picture(scratch)
